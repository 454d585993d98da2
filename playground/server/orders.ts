import type { Log } from './log.js'

/** What can be done to a page's lines for a while. */
export const ORDER_KINDS = [
  'refuse',
  'unavailable',
  'hole',
  'delay',
  'throttle',
  'split',
  'buffer',
  'unauthorized',
  'limited',
  'html',
] as const
export type OrderKind = (typeof ORDER_KINDS)[number]

export interface Order {
  readonly kind: OrderKind
  readonly leftMs: number
}

/** Troubles that one page has ordered for its own lines: one at a time, and each of them passes. */
export interface Orders {
  /** Takes the place of the one before; 0 ms ends it. Returns how long it will last. */
  put(chat: string, kind: OrderKind, ms: number): number
  of(chat: string | undefined): Order | undefined
  /** From now on and for a while, the logs have begun just now, as far as this page can tell. */
  lose(chat: string, logs: readonly Log[]): void
  /** The last message that a page is not to know of any more. */
  floor(chat: string | undefined, log: Log): string | undefined
}

export const MAX_ORDER_MS = 60_000
const MAX_ORDERS = 1_000

export const isOrderKind = (word: string | null): word is OrderKind => ORDER_KINDS.some((kind) => kind === word)

export function createOrders(now: () => number): Orders {
  const orders = new Map<string, { readonly kind: OrderKind; readonly until: number }>()
  const floors = new Map<string, { readonly ids: ReadonlyMap<Log, string | undefined>; readonly until: number }>()

  function keep<T>(map: Map<string, T>, chat: string, value: T): void {
    map.delete(chat)
    map.set(chat, value)
    for (const oldest of map.keys()) {
      if (map.size <= MAX_ORDERS) return
      map.delete(oldest)
    }
  }

  return {
    put(chat, kind, ms) {
      const lasts = Math.min(ms, MAX_ORDER_MS)
      keep(orders, chat, { kind, until: now() + lasts })
      return lasts
    },
    of(chat) {
      const order = chat === undefined ? undefined : orders.get(chat)
      const leftMs = order ? order.until - now() : 0
      return order && leftMs > 0 ? { kind: order.kind, leftMs } : undefined
    },
    lose(chat, logs) {
      const ids = new Map(logs.map((log) => [log, log.after(undefined)?.at(-1)?.id]))
      keep(floors, chat, { ids, until: now() + MAX_ORDER_MS })
    },
    floor(chat, log) {
      const floor = chat === undefined ? undefined : floors.get(chat)
      return floor && floor.until > now() ? floor.ids.get(log) : undefined
    },
  }
}

/** Where a reader with this cursor begins, and whether that is where it was. */
export function startOf(
  log: Log,
  cursor: string | undefined,
  floor: string | undefined,
): { readonly from: string | undefined; readonly resumed: boolean } {
  const resumed = log.after(cursor, 0) !== undefined
  const from = resumed ? cursor : undefined
  const known = floor === undefined ? undefined : log.after(floor)
  if (!known || (log.after(from)?.length ?? 0) < known.length) return { from, resumed }
  return { from: floor, resumed: cursor === undefined }
}
