/** How the wait before a new try grows. */
export interface Backoff {
  /** The ceiling of the first wait, in milliseconds. @defaultValue 1000 */
  readonly firstMs: number
  /** What the ceiling is multiplied by for each further failure. @defaultValue 2 */
  readonly growth: number
  /** The highest ceiling, in milliseconds. @defaultValue 30000 */
  readonly maxMs: number
}

/** No wait is shorter: a server that fails at once must not be asked at once. */
const FLOOR_MS = 100
/** No server may silence a client for longer. */
const LONGEST_HINT_MS = 300_000

/**
 * The wait before the next try: "full jitter", anything from nothing to the ceiling, which spreads clients that
 * lost the same server in the same moment. A server's hint is a floor, with a quarter of it as spread.
 * `luck` is a number from 0 to 1; passed in, so that a recorded session can be replayed.
 *
 * @see https://aws.amazon.com/builders-library/timeouts-retries-and-backoff-with-jitter/
 */
export function delayAfter(
  failures: number,
  { firstMs, growth, maxMs }: Backoff,
  luck: number,
  hintMs: number = 0,
): number {
  // After many failures the power is Infinity, and Infinity * 0 would be NaN: no wait at all.
  const power = Math.min(growth ** failures, Number.MAX_VALUE)
  const wait = luck * Math.min(maxMs, firstMs * power)
  const hint = Math.min(hintMs, LONGEST_HINT_MS)
  return Math.round(Math.max(FLOOR_MS, hint, wait) + (luck * hint) / 4)
}
