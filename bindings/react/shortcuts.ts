import type { DependencyList } from 'react'
import {
  type Connection,
  type ConnectionOptions,
  type ConnectionState,
  eventSource,
  type EventSourceOptions,
  type HoldlineError,
  type HttpOptions,
  longPolling,
  type LongPollingOptions,
  type Message,
  polling,
  type PollingOptions,
  sse,
  type Transport,
  type UrlSource,
  webSocket,
  type WebSocketOptions,
} from 'holdline'
import { useConnection, type UsedConnection, useFold } from './useConnection.js'

/** What a shortcut takes besides the options of its transport. */
export type ShortcutOptions<T> = Omit<ConnectionOptions<T>, 'transports'>

/** What a shortcut returns. `data`, `event` and `id` are the last message's; {@link Shortcut.onMessage} hears them all. */
export interface Shortcut<T> extends Omit<UsedConnection<T>, 'state'> {
  readonly data: T | undefined
  readonly event: string | undefined
  readonly id: string | undefined
  readonly status: ConnectionState['status']
  readonly error: HoldlineError | undefined
}

/**
 * A WebSocket that is held while mounted. Another URL is another connection.
 *
 * @example
 * const { data, send, status } = useWebSocket(`/rooms/${room}`, { decode: json<Note>() })
 */
export function useWebSocket<T = string>(
  url: UrlSource,
  options: WebSocketOptions & ShortcutOptions<T> = {},
): Shortcut<T> {
  return useLast(webSocket(url, options), options)
}

/**
 * Server-Sent Events, held while mounted: over fetch, with headers and any method. `native` takes the browser's own
 * EventSource instead.
 *
 * @example
 * const { data } = useEventSource('/api/news', { headers: async () => ({ authorization: await token() }) })
 */
export function useEventSource<T = string>(
  url: UrlSource,
  options: HttpOptions & EventSourceOptions & ShortcutOptions<T> & { readonly native?: boolean | undefined } = {},
): Shortcut<T> {
  return useLast(options.native ? eventSource(url, options) : sse(url, options), options)
}

/**
 * Asks again and again while mounted.
 *
 * @example
 * const { data = 0 } = usePolling('/api/unread', { everyMs: 5000, decode: json<number>() })
 */
export function usePolling<T = string>(url: UrlSource, options: PollingOptions & ShortcutOptions<T> = {}): Shortcut<T> {
  return useLast(polling(url, options), options, [options.everyMs])
}

/**
 * Long polling while mounted: the server holds each answer back until there is something to say.
 *
 * @example
 * const { data } = useLongPolling('/api/inbox', { decode: json<Mail[]>() })
 */
export function useLongPolling<T = string>(
  url: UrlSource,
  options: LongPollingOptions & ShortcutOptions<T> = {},
): Shortcut<T> {
  return useLast(longPolling(url, options), options)
}

function useLast<T>(transports: Transport, options: ShortcutOptions<T>, deps?: DependencyList): Shortcut<T> {
  const { state, ...rest } = useConnection<T>({ ...options, transports }, deps)
  const last = useFold(rest.connection as Connection<T>, keepLast<T>, undefined)
  return {
    ...rest,
    data: last?.data,
    event: last?.event,
    id: last?.id,
    status: state.status,
    error: 'error' in state ? state.error : undefined,
  }
}

const keepLast = <T>(_: Message<T> | undefined, message: Message<T>): Message<T> | undefined => message
