/** Time, as the rest of the house sees it. Tests hand in a manual one. */
export interface Clock {
  /** Milliseconds since the epoch. */
  now(): number
  /** Runs `task` once after `ms`. The returned function forgets it. */
  after(ms: number, task: () => void): () => void
}

/** Beyond this, setTimeout overflows and fires at once. */
const LONGEST_TIMEOUT_MS = 2_147_483_647

/** The machine's own clock. */
export const systemClock: Clock = {
  // Wall time on purpose: a laptop's sleep must count as silence.
  now: () => Date.now(),
  after(ms, task) {
    const id = setTimeout(task, Math.min(ms, LONGEST_TIMEOUT_MS))
    return () => clearTimeout(id)
  },
}
