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
  readonly canPing?: boolean
}

interface Heard {
  readonly quietMs: number
  readonly beatMs?: number | undefined
}

const LEAST_MS = 25_000
const BEATS = 2.5

/** The silence that ends the attempt. Polls bring a limit of their own, which holds even without a heartbeat. */
export function silenceLimit({ quietMs = 0, canPing }: Line, { beatMs }: Heard, heartbeat: Heartbeat | false): number {
  if (heartbeat && heartbeat.silenceMs) return Math.max(quietMs, heartbeat.silenceMs)
  if (quietMs || !heartbeat) return quietMs || Infinity
  if (beatMs) return Math.max(LEAST_MS, BEATS * beatMs)
  return canPing ? heartbeat.pingAfterMs + heartbeat.pongWithinMs : Infinity
}

/** When to look again: at the limit, or before, where a ping is due or an interval may be learnt meanwhile. */
export function lookAfter(line: Line, world: Heard, heartbeat: Heartbeat | false): number {
  const { pingAfterMs, pongWithinMs } = heartbeat || { pingAfterMs: LEAST_MS, pongWithinMs: LEAST_MS }
  const { quietMs } = world
  return Math.min(
    silenceLimit(line, world, heartbeat) - quietMs,
    // The pong may come at once, and then the next ping is due before this one's time is over.
    quietMs < pingAfterMs ? pingAfterMs - quietMs : Math.min(pingAfterMs, pongWithinMs),
  )
}
