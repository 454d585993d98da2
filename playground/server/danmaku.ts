import { createRoom, type Room } from './room.js'
import type { Log } from './log.js'
import { remarkOf } from './danmakuRemarks.js'

/** How many comments per second can be ordered. */
export const RATES: readonly number[] = [0, 10, 100, 1_000]

export interface DanmakuOptions {
  /** How many comments are kept for those who come back. @defaultValue 12000 */
  readonly keep?: number | undefined
  /** Comments per second while nobody has ordered otherwise. @defaultValue 10 */
  readonly rate?: number | undefined
  /** How long after the last reader nothing is made up any more, in milliseconds. @defaultValue 10000 */
  readonly readWithinMs?: number | undefined
}

/** A room that is never quiet: what people say, and remarks that are made up as fast as somebody wants. */
export interface Danmaku {
  readonly room: Room
  readonly rate: number
  /** Everybody hears of it. False if there is no such rate. */
  order(rate: number): boolean
  /** Where a newcomer begins: he wants to see what is said now, not what was. */
  readonly newcomersAt: string | undefined
  close(): void
}

/** Everything of one tick travels in one envelope; no film shows more pictures. */
const TICK_MS = 40
/** After a tick that came late no more than this is made up for. */
const MAX_TICK_MS = 250
/** What a newcomer hears of the time before him: something, so that he has a cursor from the start. */
const BEFORE = 2

export function createDanmaku({
  keep = 12_000,
  rate: usual = 10,
  readWithinMs = 10_000,
}: DanmakuOptions = {}): Danmaku {
  const room = createRoom({ keep, maxChars: 600 })
  let rate = usual
  let readAt = -Infinity
  let due = 0
  let made = 0
  let before = performance.now()

  /** The same log, and word of being read: whoever follows it looks after each change. */
  const log: Log = {
    ...room.log,
    after(cursor, limit) {
      readAt = performance.now()
      return room.log.after(cursor, limit)
    },
    get ended() {
      return room.log.ended
    },
    get nextId() {
      return room.log.nextId
    },
  }

  const timer = setInterval(() => {
    const now = performance.now()
    const ms = Math.min(MAX_TICK_MS, now - before)
    before = now
    if (now - readAt > readWithinMs) {
      // Whoever comes next shall not be met by a flood that somebody else has ordered.
      rate = usual
      due = 0
      return
    }
    due += (rate * ms) / 1000
    for (; due >= 1; due -= 1) room.log.append({ data: JSON.stringify(remarkOf(made++)) })
  }, TICK_MS)
  timer.unref()

  return {
    room: { ...room, log },
    get rate() {
      return rate
    },
    order(next) {
      if (!RATES.includes(next)) return false
      rate = next
      due = 0
      room.log.append({ event: 'rate', data: String(next) })
      return true
    },
    get newcomersAt() {
      const entries = room.log.after(undefined) ?? []
      return entries.at(-1 - BEFORE)?.id
    },
    close: () => clearInterval(timer),
  }
}
