/** When silence means that nobody is there. */
export interface Heartbeat {
  /**
   * The silence that ends an attempt, in milliseconds. Left out, it is two and a half times the interval that the
   * server announced or showed, at least 25 s; a stream whose server never beat is not judged by its silence.
   */
  readonly silenceMs?: number | undefined
  /** The silence after which a two-way line is asked for a sign of life. @defaultValue 20000 */
  readonly pingAfterMs: number
  /** How long the answer may take. @defaultValue 10000 */
  readonly pongWithinMs: number
}

interface Line {
  readonly quietMs?: number | undefined
  readonly canPing: boolean
}

const LEAST_MS = 25_000
const BEATS = 2.5

/** The silence that ends the attempt. Polls bring a limit of their own, which holds even without a heartbeat. */
export function silenceLimit(
  { quietMs = 0, canPing }: Line,
  { beatMs }: { readonly beatMs?: number | undefined },
  heartbeat: Heartbeat | false,
): number {
  if (heartbeat && heartbeat.silenceMs !== undefined) return Math.max(quietMs, heartbeat.silenceMs)
  if (quietMs > 0) return quietMs
  if (!heartbeat) return Infinity
  if (beatMs !== undefined) return Math.max(LEAST_MS, BEATS * beatMs)
  return canPing ? heartbeat.pingAfterMs + heartbeat.pongWithinMs : Infinity
}

/** When to look again: at the limit, or before, where a ping is due or an interval may be learnt meanwhile. */
export function lookAfter(
  line: Line,
  world: { readonly quietMs: number; readonly beatMs?: number | undefined },
  heartbeat: Heartbeat | false,
): number {
  const limit = silenceLimit(line, world, heartbeat)
  const due = heartbeat ? heartbeat.pingAfterMs : LEAST_MS
  return Math.max(0, world.quietMs < due ? Math.min(limit, due) - world.quietMs : Math.min(limit - world.quietMs, due))
}
