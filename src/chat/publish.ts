import type { Env } from '../transports/env.js'
import type { ChatOptions } from './types.js'

/** A hidden page paints no frames, and a title or a badge may still want to know. */
const HIDDEN_MS = 250

/** Decides when a change is shown. */
export interface Publisher {
  /** Soon: with the next frame, together with all that comes until then. */
  soon(): void
  /** Now. What was planned is done with. */
  now(): void
}

export function createPublisher({ clock, frame }: Env, mode: ChatOptions['publish'], show: () => void): Publisher {
  let planned: (() => void)[] = []

  const cancel = (): void => {
    for (const forget of planned.splice(0)) forget()
  }
  const now = (): void => {
    cancel()
    show()
  }

  return {
    now,
    soon() {
      if (mode === 'sync') return show()
      if (planned.length > 0) return
      // Whichever comes first: a page that is hidden meanwhile gets no frame, one that is seen gets it sooner.
      planned = typeof mode === 'object' ? [clock.after(mode.everyMs, now)] : [frame(now), clock.after(HIDDEN_MS, now)]
    },
  }
}
