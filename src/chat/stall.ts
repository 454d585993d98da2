import type { Env } from '../transports/env.js'

/** Looks whether an answer gets on. */
export interface StallWatch {
  readonly stalled: boolean
  /** Something of the answer has come. */
  content(): void
  stop(): void
}

/**
 * Bytes alone do not count: a server may send heartbeats while its model is stuck. After `afterMs` without content
 * `retry` asks for the rest over a new line, if that can be done; after as long again `tell` says that it has stalled.
 * Content that comes after all makes up for everything.
 */
export function watchStall({ clock }: Env, afterMs: number, retry: () => boolean, tell: () => void): StallWatch {
  let stalled = false
  let retried = false
  let since = clock.now()
  let stop = (): void => {}
  wait(afterMs)

  function wait(ms: number): void {
    stop()
    if (ms < Infinity) stop = clock.after(ms, look)
  }

  function look(): void {
    // A timer for each token would cost more than the token.
    const left = since + afterMs - clock.now()
    if (left > 0) return wait(left)
    if (!retried && retry()) {
      retried = true
      return wait(afterMs)
    }
    stalled = true
    tell()
  }

  return {
    get stalled() {
      return stalled
    },
    content() {
      since = clock.now()
      if (stalled) wait(afterMs)
      stalled = retried = false
    },
    stop: () => stop(),
  }
}
