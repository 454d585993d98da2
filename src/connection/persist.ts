/** Where a cursor is kept, so that another page can go on from it. */
export interface CursorStore {
  load(): string | undefined
  /** Undefined: there is none any more. */
  save(cursor: string | undefined): void
}

/**
 * Keeps the cursor in the page's storage: after a reload the line goes on where the page before it was. Written once
 * for all messages that are delivered in one go. What a page had taken in and not yet worked off is not told again.
 *
 * @param key - One for each line; two lines of the same key overwrite each other's.
 * @param storage - `sessionStorage`, which is the tab's own, unless another is given.
 *
 * @example
 * createConnection({ transports: sse('/news'), persist: storedCursor('news') })
 */
export function storedCursor(key: string, storage?: Pick<Storage, 'getItem' | 'setItem' | 'removeItem'>): CursorStore {
  let latest: string | undefined
  let due = false

  /** Without a storage, or with a full or forbidden one, a reload starts from now, as it does without all this. */
  function use<T>(task: (place: Pick<Storage, 'getItem' | 'setItem' | 'removeItem'>) => T): T | undefined {
    try {
      const place = storage ?? (globalThis as Partial<typeof globalThis>).sessionStorage
      return place && task(place)
    } catch {
      return undefined
    }
  }

  function write(): void {
    due = false
    const cursor = latest
    use((place) => (cursor === undefined ? place.removeItem(key) : place.setItem(key, cursor)))
  }

  return {
    load: () => use((place) => place.getItem(key)) ?? undefined,
    save(cursor) {
      latest = cursor
      if (due) return
      due = true
      queueMicrotask(write)
    },
  }
}
