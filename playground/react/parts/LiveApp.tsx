import { useConnection, useFold } from 'holdline/react'
import { useCallback, useMemo, useState } from 'react'
import { makeTrouble } from '../../shared/conversation'
import { countsOf, liveOptions, nothing, tag, take, timesOf, views } from '../../shared/live'
import { tellLine } from '../../shared/telling'
import { messageOf } from '../../shared/texts'
import { type Choice, keepChoice, readChoice } from '../../shared/transports'
import { Chart } from './Chart'
import { StateLine } from './StateLine'
import { TransportChooser } from './TransportChooser'

export function LiveApp() {
  const [choice, setChoice] = useState(readChoice)
  const { connection, state, reconnect } = useConnection(liveOptions(choice), [choice])
  const feed = useFold(connection, take, nothing)
  const [trouble, setTrouble] = useState<string>()

  const times = useMemo(() => timesOf(feed), [feed])
  const last = feed.samples.at(-1)
  const tell = useCallback((now: number) => tellLine(state, now), [state])

  const choose = (next: Choice): void => {
    keepChoice(next)
    setChoice(next)
  }
  const attempt = (deed: Promise<unknown>): void => {
    setTrouble(undefined)
    deed.catch((error: unknown) => setTrouble(messageOf(error)))
  }

  return (
    <main>
      <div className="tools">
        <TransportChooser choice={choice} onChoose={choose} />
        <button
          type="button"
          disabled={state.status !== 'open'}
          onClick={() => attempt(makeTrouble(`cut?chat=${tag}`))}
        >
          Cut the network
        </button>
        <button type="button" onClick={() => attempt(makeTrouble('refuse?ms=3000'))}>
          Refuse for 3 s
        </button>
      </div>
      <h1>The server’s machine, as it is now</h1>
      <p className="lead">One sample per second. What was missed while the line was down is filled in.</p>
      <StateLine ticking tell={tell}>
        {state.status === 'waiting' && (
          <button type="button" className="small" onClick={reconnect}>
            Try now
          </button>
        )}
      </StateLine>
      <div className="charts">
        {views.map(({ key, title, chart, value, now, wide }) => (
          <section key={key} className={wide ? 'chart wide' : 'chart'} aria-labelledby={`chart-${key}`}>
            <header>
              <h2 id={`chart-${key}`}>{title}</h2>
              <output aria-live="off">{last ? now(last) : '–'}</output>
            </header>
            <Chart options={chart} times={times} values={feed.samples.map(value)} />
          </section>
        ))}
      </div>
      <dl className="counts">
        {countsOf(feed).map(([name, count]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{count}</dd>
          </div>
        ))}
      </dl>
      {trouble !== undefined && (
        <p className="note" data-tone="bad" role="alert">
          {trouble}
        </p>
      )}
      <p className="unseen" role="status">
        {tellLine(state, 0).word}
      </p>
    </main>
  )
}
