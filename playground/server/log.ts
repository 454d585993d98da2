/** One message of a log. */
export interface Entry {
  readonly id: string
  /** The id of the message before, where the log says it: a missing message shows. */
  readonly prev?: string | undefined
  readonly event?: string | undefined
  readonly data: string
}

export interface LogLimits {
  /** Stands before the number in each id, so that ids of an earlier life are recognised as unknown. */
  readonly prefix?: string
  /** How many digits the number has at least: padded with zeros, ids are in order as texts too. */
  readonly digits?: number
  /** Whether each message names the one before it. */
  readonly chained?: boolean
  readonly maxEntries?: number
  readonly maxChars?: number
  /** `refuse` keeps what there is and takes no more; `forget` lets the oldest go. */
  readonly whenFull?: 'refuse' | 'forget'
}

/** What was said, in order, for whoever comes and goes. Only grows at its end. */
export interface Log {
  /** Numbers the message and keeps it. False if the log has ended or is full. */
  append(message: { readonly event?: string | undefined; readonly data: string }): boolean
  /**
   * What stands behind the cursor, the first `limit` of it; everything that is kept where there is no cursor.
   * Undefined if the cursor is unknown: never given, or forgotten with what followed it.
   */
  after(cursor: string | undefined, limit?: number): readonly Entry[] | undefined
  /** Nothing more will come. Only the first word counts. */
  end(reason: string): void
  /** The word it ended with; undefined while it goes on. */
  readonly ended: string | undefined
  /** The id that the next message will have. */
  readonly nextId: string
  /** Hears that something was appended, or that the log has ended. */
  subscribe(listener: () => void): () => void
}

/** A log in memory: the one thing that chat runs and the live feed are made of. */
export function createLog(limits: LogLimits = {}): Log {
  const { prefix = '', digits = 1, chained, maxEntries = 20_000, maxChars = 8_000_000, whenFull = 'refuse' } = limits
  const listeners = new Set<() => void>()
  const entries: Entry[] = []
  /** The number of the oldest message that is kept. */
  let first = 1
  let chars = 0
  let ended: string | undefined

  const full = (more: number): boolean => entries.length >= maxEntries || chars + more > maxChars
  const idOf = (number: number): string => prefix + String(number).padStart(digits, '0')
  const nextId = (): string => idOf(first + entries.length)
  const tell = (): void => {
    for (const listener of [...listeners]) listener()
  }

  /** How many of the kept ones a reader with this cursor has had. */
  function had(cursor: string | undefined): number | undefined {
    if (cursor === undefined) return 0
    if (!cursor.startsWith(prefix)) return undefined
    const number = Number(cursor.slice(prefix.length))
    if (idOf(number) !== cursor || !Number.isInteger(number)) return undefined
    const count = number - first + 1
    return count >= 0 && count <= entries.length ? count : undefined
  }

  return {
    append({ event, data }) {
      if (ended !== undefined) return false
      if (whenFull === 'refuse' && full(data.length)) return false
      while (entries.length > 0 && full(data.length)) {
        chars -= entries.shift()?.data.length ?? 0
        first += 1
      }
      const last = first + entries.length - 1
      entries.push({ id: nextId(), ...(chained && last > 0 ? { prev: idOf(last) } : {}), event, data })
      chars += data.length
      tell()
      return true
    },
    after(cursor, limit = Infinity) {
      const from = had(cursor)
      return from === undefined ? undefined : entries.slice(from, from + limit)
    },
    end(reason) {
      if (ended !== undefined) return
      ended = reason
      tell()
    },
    get ended() {
      return ended
    },
    get nextId() {
      return nextId()
    },
    subscribe(listener) {
      listeners.add(listener)
      return () => void listeners.delete(listener)
    },
  }
}
