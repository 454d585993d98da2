import { useId, useState } from 'react'
import { cut, durations, end, type Fault, faults, make, tellFault, type UnderWay } from '../../shared/bench'
import { useNow } from './hooks'

interface BenchProps {
  /** Names this page's lines to the server. */
  readonly chat: string
  /** Whether there is a line to cut. */
  readonly open: boolean
  readonly attempt: (deed: Promise<unknown>) => void
}

/** The troubles of real networks, at the press of a button. */
export function Bench({ chat, open, attempt }: BenchProps) {
  const [shown, setShown] = useState(false)
  const [seconds, setSeconds] = useState(3)
  const [under, setUnder] = useState<UnderWay>()
  const now = useNow(under !== undefined && shown)
  const panel = useId()
  const current = under && under.until > now ? under : undefined

  const order = (fault: Fault): void => attempt(make(chat, fault, seconds).then(setUnder))
  const stop = (): void => attempt(end(chat).then(() => setUnder(undefined)))

  return (
    <>
      <button type="button" disabled={!open} onClick={() => attempt(cut(chat))}>
        Cut the network
      </button>
      <button type="button" aria-expanded={shown} aria-controls={panel} onClick={() => setShown(!shown)}>
        More faults
      </button>
      <section id={panel} className="bench" aria-label="Faults" hidden={!shown}>
        <div className="orders">
          <label className="chooser">
            For
            <select value={seconds} onChange={({ target }) => setSeconds(Number(target.value))}>
              {durations.map((duration) => (
                <option key={duration} value={duration}>
                  {duration} s
                </option>
              ))}
            </select>
          </label>
          {faults.map((fault) => (
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
        <p className="under">
          <span>{tellFault(current, now)}</span>
          {current && (
            <button type="button" className="small" onClick={stop}>
              End it
            </button>
          )}
        </p>
      </section>
    </>
  )
}
