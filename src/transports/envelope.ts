import { type HoldlineError, wrong } from '../base/error.js'
import type { Ending } from '../base/ending.js'
import { parseJson, toJson } from '../frames/decode.js'
import type { Frame } from '../frames/frame.js'
import type { Dialect, Sink } from './transport.js'

/** The event name that carries controls over an event stream. */
const CONTROL_EVENT = 'holdline'

const VERBS = { POST: 'run', GET: 'resume', DELETE: 'stop' } as const

/** What a server may put into an envelope: `t` where it is a control, `data` where it is a message. */
interface Item {
  readonly t?: unknown
  readonly id?: unknown
  readonly prev?: unknown
  readonly event?: unknown
  readonly data?: unknown
  readonly reason?: unknown
  readonly resumed?: unknown
  readonly heartbeatMs?: unknown
}

/**
 * The project's own dialect (PROTOCOL.md): ids on every transport, many messages per frame or answer, heartbeats,
 * an explicit end. Servers that speak it can be resumed over polling and WebSocket as well as over an event stream.
 *
 * @example
 * createConnection({ transports: [webSocket('/live/ws', { dialect: envelope() }), sse('/live')] })
 */
export function envelope(): Dialect {
  return {
    waits: true,
    ping: '{"t":"ping"}',
    greets: true,
    acks: true,
    encode: (data, id) => toJson({ id, data }),
    hello: (cursor, request, headers) =>
      toJson(
        request
          ? { t: VERBS[request.method], ...request.query, headers, cursor, body: request.body }
          : { t: 'hello', v: 1, headers, cursor },
      ),
    read(unit, sink) {
      // An event stream frames by itself; only its controls are envelopes.
      if (typeof unit !== 'string' && unit.event !== CONTROL_EVENT) {
        sink.frame(unit)
        return undefined
      }
      let items: unknown[] = []
      try {
        // One item or a list of them.
        items = [parseJson(typeof unit === 'string' ? unit : unit.data)].flat()
      } catch (error) {
        sink.fault(error as HoldlineError)
      }
      for (const item of items) {
        const ending = take(item as Item, sink)
        if (ending) return ending
      }
      return undefined
    },
  }
}

function take(item: Item, sink: Sink): Ending | undefined {
  switch (item?.t) {
    case undefined:
      if (item instanceof Object && 'data' in item) sink.frame(messageOf(item))
      else sink.fault(wrong('protocol', 'envelope', 'Not an envelope'))
      return undefined
    case 'welcome':
      sink.welcome({
        resumed: item.resumed !== false,
        heartbeatMs: typeof item.heartbeatMs === 'number' ? item.heartbeatMs : undefined,
      })
      return undefined
    case 'ack':
    case 'nack':
      sink.acked?.(text(item.id) ?? '', item.t === 'ack' ? undefined : (text(item.reason) ?? 'The server refused it'))
      return undefined
    case 'end':
      return { kind: 'finished', reason: text(item.reason) ?? 'complete' }
    case 'reset':
      return { kind: 'reset', reason: text(item.reason) }
    default:
      // `ping` and `pong` were heard as signs of life already; what a later version says is not for us.
      return undefined
  }
}

function messageOf({ id, prev, event, data }: Item): Frame {
  return {
    event: text(event) ?? 'message',
    data: text(data) ?? JSON.stringify(data),
    id: text(id),
    prev: text(prev),
  }
}

const text = (value: unknown): string | undefined =>
  typeof value === 'string'
    ? value
    : typeof value === 'number' && Math.abs(value) <= Number.MAX_SAFE_INTEGER
      ? String(value)
      : undefined
