import type { Clock } from '../base/clock.js'

/** Time that stands still until a test lets it pass. */
export interface ManualClock extends Clock {
  /** Moves time on and runs what falls due, in order; what was promised is settled before and in between. */
  pass(ms: number): Promise<void>
  /** How many tasks wait for their time. */
  readonly pending: number
}

/** Enough turns for any chain of promises that waits for nothing outside. */
const TURNS = 50

/**
 * A clock for tests: no test sleeps, and a minute of backoff costs nothing.
 *
 * @example
 * const clock = manualClock()
 * const news = createConnection({ transports: scriptedTransport(), env: { clock } })
 * await clock.pass(30_000)
 */
export function manualClock(startMs: number = 0): ManualClock {
  let nowMs = startMs
  let tasks: readonly { readonly atMs: number; readonly run: () => void }[] = []

  return {
    now: () => nowMs,
    after(ms, run) {
      const task = { atMs: nowMs + ms, run }
      tasks = [...tasks, task]
      return () => {
        tasks = tasks.filter((other) => other !== task)
      }
    },
    async pass(ms) {
      const endMs = nowMs + ms
      await settle()
      for (;;) {
        const [next] = tasks.filter(({ atMs }) => atMs <= endMs).sort((a, b) => a.atMs - b.atMs)
        if (!next) break
        tasks = tasks.filter((task) => task !== next)
        nowMs = next.atMs
        next.run()
        await settle()
      }
      nowMs = endMs
    },
    get pending() {
      return tasks.length
    },
  }
}

async function settle(): Promise<void> {
  for (let turn = 0; turn < TURNS; turn++) await Promise.resolve()
}
