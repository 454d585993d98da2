import type { Frame } from '../frames/frame.js'

/** Where messages may be missing. */
export interface Gap {
  /** The last message before the gap, if there was one. */
  readonly after: string | undefined
  /** The first message behind it, where it is known. */
  readonly before: string | undefined
  /**
   * - `lost`: the server no longer has what comes after the cursor.
   * - `skipped`: a message names another as the one before it, or a number is left out.
   */
  readonly reason: 'lost' | 'skipped'
  /** Whether it was told before, and asking anew has not helped: what is missing will not come. */
  readonly again: boolean
}

/**
 * What the ids of a line are:
 *
 * - `opaque`: names, no more. The last 1,024 are remembered, so that none is delivered twice.
 * - `ordered`: each is greater than the one before, as a number or else as a text. Only the last is remembered, so an
 *   overlap may be as long as it likes.
 * - `counted`: the numbers 1, 2, 3 …, so that a missing one shows. Any other id is then no cursor at all: some servers
 *   put one and the same on every message of an answer.
 */
export type IdOrder = 'opaque' | 'ordered' | 'counted'

export interface Ledger {
  /** Behind which message the line goes on. */
  cursor(): string | undefined
  /** Whether a frame is news, has been seen, or shows that something before it is missing. */
  look(frame: Frame): 'new' | 'seen' | 'gap'
  /** The message has been taken in: from now on the line goes on behind it. */
  commit(id: string | undefined): void
  /** Starts anew, from here. */
  restart(from?: string): void
}

/** How many ids are remembered, at least. An overlap after a resume is never longer in practice. */
const REMEMBERED = 1024

/** Knows what has been taken in, and says so whenever that changes. `keepsAll`: whether no id may be forgotten now. */
export function createLedger(
  cursor: string | undefined,
  ids: IdOrder,
  moved: (cursor: string | undefined) => void = () => {},
  keepsAll: () => boolean = () => false,
): Ledger {
  let seen = new Set<string>(cursor ? [cursor] : [])
  /** Those before. They are forgotten all at once: to forget one with each message would cost more than to read it. */
  let before = new Set<string>()
  const names = (id: string): boolean => ids !== 'counted' || isNumber(id)

  function move(to: string | undefined): void {
    cursor = to
    moved(to)
  }

  return {
    cursor: () => cursor,
    look({ id, prev }) {
      if (!id || !names(id)) return 'new'
      if (seen.has(id) || before.has(id)) return 'seen'
      if (cursor === undefined) return 'new'
      if (ids !== 'opaque' && !isGreater(id, cursor)) return 'seen'
      if (prev !== undefined && prev !== cursor) return 'gap'
      return ids === 'counted' && Number(id) > Number(cursor) + 1 ? 'gap' : 'new'
    },
    commit(id) {
      if (id === undefined || !names(id)) return
      // [spec] An empty id clears the cursor.
      move(id || undefined)
      if (!id || ids !== 'opaque') return
      seen.add(id)
      // A line that is about to take over begins where this one was when it was dialled, however long ago that is.
      if (seen.size < REMEMBERED || keepsAll()) return
      before = seen
      seen = new Set()
    },
    restart(from) {
      seen = new Set(from ? [from] : [])
      before = new Set()
      move(from)
    },
  }
}

const isNumber = (id: string): boolean => /^\d+$/.test(id)

/** Numbers of any length by their size, anything else letter by letter. */
const isGreater = (id: string, than: string): boolean =>
  isNumber(id) && isNumber(than) && id.length !== than.length ? id.length > than.length : id > than
