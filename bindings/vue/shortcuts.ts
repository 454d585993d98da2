import { computed, type ComputedRef, type MaybeRefOrGetter, toValue } from 'vue'
import {
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
  webSocket,
  type WebSocketOptions,
} from 'holdline'
import { useConnection, type UsedConnection, useFold } from './useConnection.js'

/** What a shortcut takes besides the options of its transport. */
export type ShortcutOptions<T> = Omit<ConnectionOptions<T>, 'transports'>

/** What a shortcut returns. `data`, `event` and `id` are the last message's; {@link Shortcut.onMessage} hears them all. */
export interface Shortcut<T> extends Omit<UsedConnection<T>, 'state'> {
  readonly data: ComputedRef<T | undefined>
  readonly event: ComputedRef<string | undefined>
  readonly id: ComputedRef<string | undefined>
  readonly status: ComputedRef<ConnectionState['status']>
  readonly error: ComputedRef<HoldlineError | undefined>
}

/** Where to; a getter that gives another URL makes another connection. */
export type ShortcutUrl = MaybeRefOrGetter<string | URL>

/**
 * A WebSocket that is held while the component is shown. Another URL or other options make another connection.
 *
 * @example
 * const { data, send, status } = useWebSocket(() => `/rooms/${props.room}`, { decode: json<Note>() })
 */
export function useWebSocket<T = string>(
  url: ShortcutUrl,
  options: MaybeRefOrGetter<WebSocketOptions & ShortcutOptions<T>> = {},
): Shortcut<T> {
  return useLast(url, options, webSocket)
}

/**
 * Server-Sent Events, held while the component is shown: over fetch, with headers and any method. `native` takes the
 * browser's own EventSource instead.
 *
 * @example
 * const { data } = useEventSource('/api/news', { headers: () => ({ authorization: token.value }) })
 */
export function useEventSource<T = string>(
  url: ShortcutUrl,
  options: MaybeRefOrGetter<
    HttpOptions & EventSourceOptions & ShortcutOptions<T> & { readonly native?: boolean | undefined }
  > = {},
): Shortcut<T> {
  return useLast(url, options, (to, given) => (given.native ? eventSource(to, given) : sse(to, given)))
}

/**
 * Asks again and again while the component is shown.
 *
 * @example
 * const { data } = usePolling('/api/unread', { everyMs: 5000, decode: json<number>() })
 */
export function usePolling<T = string>(
  url: ShortcutUrl,
  options: MaybeRefOrGetter<PollingOptions & ShortcutOptions<T>> = {},
): Shortcut<T> {
  return useLast(url, options, polling)
}

/**
 * Long polling while the component is shown: the server holds each answer back until there is something to say.
 *
 * @example
 * const { data } = useLongPolling('/api/inbox', { decode: json<Mail[]>() })
 */
export function useLongPolling<T = string>(
  url: ShortcutUrl,
  options: MaybeRefOrGetter<LongPollingOptions & ShortcutOptions<T>> = {},
): Shortcut<T> {
  return useLast(url, options, longPolling)
}

function useLast<T, O extends ShortcutOptions<T>>(
  url: ShortcutUrl,
  options: MaybeRefOrGetter<O>,
  transport: (url: string | URL, options: O) => Transport,
): Shortcut<T> {
  const { state, ...rest } = useConnection<T>(() => {
    const given = toValue(options)
    return { ...given, transports: transport(toValue(url), given) }
  })
  const last = useFold(rest.connection, keepLast<T>, undefined)
  return {
    ...rest,
    data: computed(() => last.value?.data),
    event: computed(() => last.value?.event),
    id: computed(() => last.value?.id),
    status: computed(() => state.value.status),
    error: computed(() => ('error' in state.value ? state.value.error : undefined)),
  }
}

const keepLast = <T>(_: Message<T> | undefined, message: Message<T>): Message<T> | undefined => message
