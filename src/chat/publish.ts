import type { Env } from '../transports/env.js'
import type { ChatOptions } from './types.js'

/** A hidden page paints no frames, and a title or a badge may still want to know. */
const HIDDEN_MS = 250
/** A page that takes longer to show a change gets fewer of them, so that there is time left for everything else. */
const SLOW_MS = 12

/** To the eye, a text that grows thirty times a second grows steadily; oftener is layout and paint for nothing. */
const STEADY_MS = 20

/** Decides when a change is shown. */
export interface Publisher {
  /** Soon: with the next frame, together with all that comes until then. */
  soon(): void
  /** Now. What was planned is done with. */
  now(): void
}

export function createPublisher({ clock, frame }: Env, mode: ChatOptions['publish'], show: () => void): Publisher {
  const planned: (() => void)[] = []
  let stopMeasuring = (): void => {}
  let costMs = 0
  let shownAtMs = -Infinity

  function now(): void {
    for (const forget of planned.splice(0)) forget()
    stopMeasuring()
    shownAtMs = clock.now()
    show()
  }

  function paint(): void {
    const since = clock.now()
    now()
    // By then the framework has rendered, and the browser has painted.
    stopMeasuring = clock.after(0, () => {
      costMs = clock.now() - since
    })
  }

  const plan = (ms: number, task: () => void): void => void planned.push(clock.after(ms, task))

  return {
    now,
    soon() {
      if (mode === 'sync') return show()
      if (planned.length > 0) return
      if (typeof mode === 'object') return plan(mode.everyMs, now)
      if (costMs > SLOW_MS) return plan(2 * costMs, paint)
      const inFrame = (): void => void planned.push(frame(paint))
      const earlyMs = shownAtMs + STEADY_MS - clock.now()
      // Whichever comes first: a page that is hidden meanwhile gets no frame, one that is seen gets it sooner.
      plan(HIDDEN_MS, paint)
      // Somebody may put the clock back: then it is early by an hour.
      if (earlyMs > 0 && earlyMs <= STEADY_MS) plan(earlyMs, inFrame)
      else inFrame()
    },
  }
}
