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
}

export interface Ledger {
  readonly cursor: string | undefined
  /** Whether a frame is news, has been seen, or shows that something before it is missing. */
  look(frame: Frame): 'new' | 'seen' | 'gap'
  /** The message has been taken in: from now on the line goes on behind it. */
  commit(id: string | undefined): void
  forget(): void
}

/** How many ids are remembered. An overlap after a resume is never longer in practice. */
const REMEMBERED = 1024

/**
 * Knows what has been taken in. With `counted`, ids are the numbers 1, 2, 3 …, so that a missing one shows; any other
 * id is then no cursor at all (some servers put one and the same on every message of an answer).
 */
export function createLedger(cursor: string | undefined, counted: boolean): Ledger {
  const seen = new Set<string>(cursor ? [cursor] : [])
  const counts = (id: string): boolean => !counted || /^\d+$/.test(id)
  return {
    get cursor() {
      return cursor
    },
    look({ id, prev }) {
      if (!id || !counts(id)) return 'new'
      if (seen.has(id)) return 'seen'
      if (cursor === undefined) return 'new'
      if (counted && Number(id) <= Number(cursor)) return 'seen'
      if (prev !== undefined && prev !== cursor) return 'gap'
      return counted && Number(id) > Number(cursor) + 1 ? 'gap' : 'new'
    },
    commit(id) {
      if (id === undefined || !counts(id)) return
      // [spec] An empty id clears the cursor.
      cursor = id || undefined
      if (!id) return
      seen.add(id)
      if (seen.size > REMEMBERED) for (const oldest of seen) return void seen.delete(oldest)
    },
    forget() {
      cursor = undefined
      seen.clear()
    },
  }
}
