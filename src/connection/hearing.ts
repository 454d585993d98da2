import type { Clock } from '../base/clock.js'

/** What was heard on a line, as numbers that change with every byte and move no screen. */
export interface Hearing {
  readonly byteAtMs: () => number | undefined
  readonly known: () => {
    /** How long the line has said nothing. */
    readonly quietMs: number
    /** The pause between two signs of life, as the server announced or showed it. */
    readonly beatMs: number | undefined
    /** How long the server wants to be left alone after a drop. */
    readonly hintMs: number | undefined
    readonly bytes: number
  }
  /** Another line: its silence begins, and what the one before has shown or announced says nothing about it. */
  opened(): void
  heard(beat: boolean, size: number): void
  announced(beatMs: number): void
  asked(hintMs: number): void
}

/** Shorter pauses between two signs of life are bursts, not an interval. */
const LEAST_BEAT_MS = 1_000
/** A server that asks for a pause gets one between these. */
const LEAST_HINT_MS = 100
const MOST_HINT_MS = 300_000

export function createHearing({ now }: Clock): Hearing {
  let byteAtMs: number | undefined
  let beatAtMs: number | undefined
  let beatMs: number | undefined
  let hintMs: number | undefined
  let sinceMs = 0
  let bytes = 0

  return {
    byteAtMs: () => byteAtMs,
    known: () => ({ quietMs: now() - Math.max(byteAtMs ?? 0, sinceMs), beatMs, hintMs, bytes }),
    opened() {
      sinceMs = now()
      beatAtMs = beatMs = undefined
    },
    heard(beat, size) {
      bytes += size
      byteAtMs = now()
      if (!beat) return
      const pause = byteAtMs - (beatAtMs ?? byteAtMs)
      // The longest pause seen: a server that beats only when it is idle has shorter ones too.
      if (pause >= LEAST_BEAT_MS) beatMs = Math.max(beatMs ?? 0, pause)
      beatAtMs = byteAtMs
    },
    announced(ms) {
      beatMs = ms
    },
    asked(ms) {
      hintMs = Math.min(Math.max(ms, LEAST_HINT_MS), MOST_HINT_MS)
    },
  }
}
