import { useConnection, useFold } from 'holdline/react'
import { useCallback, useMemo, useState } from 'react'
import { countsOf, liveOptions, nothing, tag, take, timesOf, views } from '../../shared/live'
import { canDial, tellLine } from '../../shared/telling'
import { type Choice, keepChoice, readChoice } from '../../shared/transports'
import { words } from '../../shared/words/live'
import { lineWords } from '../../shared/words/shared'
import { Bench } from './Bench'
import { Chart } from './Chart'
import { useAttempt } from './hooks'
import { StateLine } from './StateLine'
import { TransportChooser } from './TransportChooser'

export function LiveApp() {
  const [choice, setChoice] = useState(readChoice)
  const { connection, state, reconnect } = useConnection(liveOptions(choice), [choice])
  const feed = useFold(connection, take, nothing)
  const gaps = useFold(connection.gaps, (count) => count + 1, 0)
  const { trouble, attempt } = useAttempt()

  const times = useMemo(() => timesOf(feed), [feed])
  const last = feed.samples.at(-1)
  const tell = useCallback((now: number) => tellLine(state, now), [state])

  const choose = (next: Choice): void => {
    keepChoice(next)
    setChoice(next)
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
        {countsOf(feed, gaps).map(([name, count]) => (
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
