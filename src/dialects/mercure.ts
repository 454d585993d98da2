import { native } from '../transports/native.js'
import type { Dialect } from '../transports/transport.js'

/**
 * A Mercure hub. Its event stream is read as it is; the hub says in a header of its answer behind which update it goes
 * on, and where that is another one than was asked for, updates may have been lost: a gap is told.
 *
 * @example
 * const hub = 'https://example.com/.well-known/mercure?match=https%3A%2F%2Fexample.com%2Fbooks%2F1'
 * createConnection({ transports: sse(hub, { dialect: mercure() }) })
 *
 * @see https://mercure.rocks/spec#reconciliation
 */
export function mercure(): Dialect {
  return {
    read: native.read,
    ask: (cursor) =>
      cursor
        ? // Hubs before version 1 know the query by another name, and pass over the one they do not know.
          { headers: { 'last-event-id': cursor }, query: { last_event_id: cursor, lastEventID: cursor } }
        : {},
    head(head, sink, cursor) {
      const from = head.get('mercure-last-event-id') ?? head.get('last-event-id')
      if (cursor !== undefined && from !== null && from !== cursor) sink.welcome({ resumed: false })
    },
  }
}
