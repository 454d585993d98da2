import type { KeptJournal } from 'holdline'
import type { InspectorAttributes } from 'holdline/inspector'
import { useId, useState } from 'react'
import { cut, durations, type Fault, groups, make, tellFault, type UnderWay } from '../../shared/bench'
import { journal as ofPage } from '../../shared/benchLine'
import { language } from '../../shared/bilingual'
import { loadInspector } from '../../shared/inspect'
import { words } from '../../shared/words/bench'
import { useNow } from './hooks'

declare module 'react' {
  namespace JSX {
    interface IntrinsicElements {
      'holdline-inspector': InspectorAttributes
    }
  }
}

interface BenchProps {
  /** Names this page's lines to the server. */
  readonly chat: string
  /** Whether there is a line to cut. */
  readonly open: boolean
  readonly attempt: (deed: Promise<unknown>) => void
  /** What the inspector shows. That of the page, if none is given. */
  readonly journal?: KeptJournal
}

/** The troubles of real networks, at the press of a button, and what becomes of them. */
export function Bench({ chat, open, attempt, journal = ofPage }: BenchProps) {
  const [shown, setShown] = useState(false)
  const [inspected, setInspected] = useState(false)
  const [loaded, setLoaded] = useState(false)
  const [seconds, setSeconds] = useState(3)
  const [under, setUnder] = useState<UnderWay>()
  const now = useNow(under !== undefined && shown)
  const panel = useId()
  const inspector = useId()
  const current = under && under.until > now ? under : undefined

  const order = (fault: Fault): void => attempt(make(chat, fault, seconds, current).then(setUnder))
  const stop = ({ fault }: UnderWay): void => attempt(fault.end(chat).then(() => setUnder(undefined)))
  const inspect = (): void => {
    setInspected(!inspected)
    attempt(loadInspector().then(() => setLoaded(true)))
  }

  return (
    <>
      <button type="button" disabled={!open} onClick={() => attempt(cut(chat))}>
        {words.cut}
      </button>
      <button type="button" aria-expanded={shown} aria-controls={panel} onClick={() => setShown(!shown)}>
        {words.more}
      </button>
      <button type="button" aria-expanded={inspected} aria-controls={inspector} onClick={inspect}>
        {words.inspector}
      </button>
      <section id={panel} className="bench" aria-label={words.faults} hidden={!shown}>
        <label className="chooser">
          {words.during}
          <select value={seconds} onChange={({ target }) => setSeconds(Number(target.value))}>
            {durations.map((duration) => (
              <option key={duration} value={duration}>
                {words.seconds(duration)}
              </option>
            ))}
          </select>
        </label>
        {groups.map((group) => (
          <div key={group.key} className="orders" role="group" aria-labelledby={`${panel}-${group.key}`}>
            <span id={`${panel}-${group.key}`}>{group.label}</span>
            {group.faults.map((fault) => (
              <button
                key={fault.key}
                type="button"
                title={fault.what}
                aria-pressed={current?.fault === fault}
                onClick={() => order(fault)}
              >
                {fault.label}
              </button>
            ))}
          </div>
        ))}
        <p className="under">
          <span>{tellFault(current, now)}</span>
          {current && (
            <button type="button" className="small" onClick={() => stop(current)}>
              {words.end}
            </button>
          )}
        </p>
      </section>
      <section id={inspector} className="bench inspected" aria-label={words.inspector} hidden={!inspected}>
        {inspected && loaded && <holdline-inspector journal={journal} lang={language} />}
      </section>
    </>
  )
}
