import { useConnection, useFold, useReadable } from 'holdline/react'
import { useCallback, useEffect, useMemo, useState } from 'react'
import {
  askRate,
  danmakuOptions,
  densities,
  orderRate,
  rates,
  remark,
  sizes,
  tag,
  wantsStillness,
} from '../../shared/danmaku'
import type { Place } from '../../shared/danmakuLanes'
import { createTheatre, figuresOf, type Heard, speakerOf } from '../../shared/danmakuTheatre'
import { canDial, tellLine } from '../../shared/telling'
import { type Choice, keepChoice, readChoice } from '../../shared/transports'
import { words } from '../../shared/words/danmaku'
import { lineWords } from '../../shared/words/shared'
import { Bench } from './Bench'
import { DanmakuSay } from './DanmakuSay'
import { DanmakuScreen } from './DanmakuScreen'
import { useAttempt } from './hooks'
import { StateLine } from './StateLine'
import { TransportChooser } from './TransportChooser'

const theatre = createTheatre()

export function DanmakuApp() {
  const [choice, setChoice] = useState(readChoice)
  const options = useMemo(() => danmakuOptions(choice), [choice])
  const { connection, state, send, reconnect, onMessage } = useConnection(options, [choice])
  const counts = useReadable(theatre)
  const gaps = useFold(connection.gaps, (count) => count + 1, 0)
  const { trouble, attempt } = useAttempt()
  const [paused, setPaused] = useState(false)
  const [asList, setAsList] = useState(wantsStillness)
  const [density, setDensity] = useState(1)
  const [fontPx, setFontPx] = useState(20)
  const [opacity, setOpacity] = useState(1)
  const [sending, setSending] = useState(0)

  useEffect(() => theatre.run(), [])
  useEffect(() => attempt(askRate().then(theatre.ordered)), [attempt])
  useEffect(() => {
    theatre.begin()
    return onMessage(theatre.hear)
  }, [onMessage])
  useEffect(() => theatre.follow(state.status), [state.status])

  const look = useMemo(() => ({ density, fontPx, opacity }), [density, fontPx, opacity])
  const tell = useCallback((now: number) => tellLine(state, now), [state])
  const choose = (next: Choice): void => {
    keepChoice(next)
    setChoice(next)
  }
  const say = (text: string, colour: number, place: Place): void => {
    const said = remark(text, colour, place)
    setSending((count) => count + 1)
    attempt(send(said, { id: said.key }).finally(() => setSending((count) => count - 1)))
  }

  return (
    <main>
      <div className="tools">
        <TransportChooser choice={choice} onChoose={choose} />
        <Bench chat={tag} open={state.status === 'open'} attempt={attempt} />
      </div>
      <h1>{words.title}</h1>
      <p className="lead">{words.lead}</p>
      <StateLine ticking tell={tell}>
        {canDial(state.status) && (
          <button type="button" className="small" onClick={reconnect}>
            {lineWords.tryNow}
          </button>
        )}
      </StateLine>

      {asList ? <Latest latest={counts.latest} /> : <DanmakuScreen theatre={theatre} paused={paused} look={look} />}
      <DanmakuSay sending={sending} onSay={say} />

      <div className="settings">
        <label>
          {words.rate}
          <select
            value={counts.rate ?? ''}
            onChange={({ target }) => attempt(orderRate(Number(target.value)).then(theatre.ordered))}
          >
            {counts.rate === undefined && <option value="">–</option>}
            {rates.map((rate) => (
              <option key={rate} value={rate}>
                {words.rates(rate)}
              </option>
            ))}
          </select>
        </label>
        <label>
          {words.density}
          <select value={density} disabled={asList} onChange={({ target }) => setDensity(Number(target.value))}>
            {densities.map(({ name, part }) => (
              <option key={name} value={part}>
                {words[name]}
              </option>
            ))}
          </select>
        </label>
        <label>
          {words.size}
          <select value={fontPx} disabled={asList} onChange={({ target }) => setFontPx(Number(target.value))}>
            {sizes.map(({ name, px }) => (
              <option key={name} value={px}>
                {words[name]}
              </option>
            ))}
          </select>
        </label>
        <label>
          {words.opacity}
          <input
            type="range"
            min="0.2"
            max="1"
            step="0.1"
            value={opacity}
            disabled={asList}
            onChange={({ target }) => setOpacity(Number(target.value))}
          />
        </label>
        <div className="switches">
          <button type="button" disabled={asList} onClick={() => setPaused(!paused)}>
            {paused ? words.goOn : words.pause}
          </button>
          <label className="check">
            <input type="checkbox" checked={asList} onChange={({ target }) => setAsList(target.checked)} />
            {words.asList}
          </label>
        </div>
      </div>

      <dl className="figures">
        {figuresOf(counts, gaps).map(({ name, value, why }) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{value}</dd>
            <dd className="why">{why}</dd>
          </div>
        ))}
      </dl>
      {counts.caughtUp > 0 && <p className="note caught">{words.missed(counts.caughtUp)}</p>}
      {trouble !== undefined && (
        <p className="note" data-tone="bad" role="alert">
          {trouble}
        </p>
      )}
      <p className="unseen" role="status">
        {tellLine(state, 0).word} {counts.spoken}
      </p>
    </main>
  )
}

/** What flies, for those who would rather read. */
function Latest({ latest }: { readonly latest: readonly Heard[] }) {
  return (
    <div className="screen latest">
      <ol aria-label={words.list} tabIndex={0}>
        {latest.map((heard) => (
          <li key={heard.id} data-own={heard.own} data-late={heard.late}>
            <small>{speakerOf(heard)}</small> {heard.text}
            {heard.late && <em> · {words.caughtUp}</em>}
          </li>
        ))}
      </ol>
      {latest.length === 0 && <p className="empty">{words.quiet}</p>}
    </div>
  )
}
