import { computed, type ComputedRef, getCurrentScope, type MaybeRefOrGetter, onScopeDispose, toValue, watch } from 'vue'
import {
  type Connection,
  type ConnectionOptions,
  type ConnectionState,
  createConnection,
  fold,
  type Listenable,
  type Message,
} from 'holdline'
import { append } from '../shared/last.js'
import { paced } from '../shared/paced.js'
import { useReadable } from './useReadable.js'
import { whileShown } from './whileShown.js'

/** What {@link useConnection} returns. Its functions speak to the connection of the moment. */
export interface UsedConnection<T> extends Pick<Connection<T>, 'send' | 'reconnect' | 'close'> {
  /** For the other composables, such as {@link useMessages}. */
  readonly connection: ComputedRef<Connection<T>>
  readonly state: ComputedRef<ConnectionState>
  /** Hears every message, however many come between two renders; leaves with the scope, or by the returned function. */
  readonly onMessage: Connection<T>['subscribe']
}

/**
 * Opens a connection and holds it while the component is shown. One that is passed in is shared: it closes when nobody
 * holds it. When a ref or getter gives something else, the connection is another one.
 *
 * @example
 * const { state, send, onMessage } = useConnection(() => ({ transports: webSocket(`/rooms/${room.value}`) }))
 * onMessage(({ data }) => toast(data))
 */
export function useConnection<T = string>(
  source: MaybeRefOrGetter<ConnectionOptions<T> | Connection<T>>,
): UsedConnection<T> {
  const listeners = new Set<{ readonly tell: (message: Message<T>) => void }>()
  const connection = computed(() => {
    const given = toValue(source)
    return 'subscribe' in given ? given : createConnection(given)
  })
  const relay = (message: Message<T>): void => listeners.forEach(({ tell }) => guarded(tell, message))
  whileShown(() =>
    watch(connection, (current, _before, onCleanup) => onCleanup(current.subscribe(relay)), { immediate: true }),
  )
  return {
    connection,
    state: useConnectionState(connection),
    send: (data, options) => connection.value.send(data, options),
    reconnect: () => connection.value.reconnect(),
    close: () => connection.value.close(),
    onMessage(tell) {
      const entry = { tell }
      listeners.add(entry)
      const leave = (): void => {
        listeners.delete(entry)
      }
      if (getCurrentScope()) onScopeDispose(leave)
      return leave
    },
  }
}

/**
 * What a connection is doing, and why. Only looks: it neither opens the connection nor holds it open.
 *
 * @example
 * const state = useConnectionState(likes)
 */
export function useConnectionState(
  connection: MaybeRefOrGetter<Pick<Connection<unknown>, 'state'>>,
): ComputedRef<ConnectionState> {
  return useReadable(() => toValue(connection).state)
}

/**
 * The last messages of a connection, which is held while the component is shown. Renders once per frame, however many
 * have come. With another connection or another limit the list begins anew.
 *
 * @example
 * const messages = useMessages(room, { limit: 500 })
 */
export function useMessages<T>(
  connection: MaybeRefOrGetter<Listenable<Message<T>>>,
  options: MaybeRefOrGetter<{ readonly limit?: number | undefined }> = {},
): ComputedRef<readonly Message<T>[]> {
  const limit = computed(() => toValue(options).limit ?? 100)
  return useReadable(
    computed(() => paced(fold(toValue(connection), append<T>(limit.value), [] as readonly Message<T>[]))),
  )
}

/**
 * Folds what a connection says into one value, and holds the connection while the component is shown. Renders once per
 * frame, however many messages have come. With another connection it begins anew.
 *
 * @example
 * const unread = useFold(notifications, (count) => count + 1, 0)
 */
export function useFold<M, A>(
  connection: MaybeRefOrGetter<Listenable<M>>,
  reduce: (value: A, message: M) => A,
  initial: A,
): ComputedRef<A> {
  return useReadable(computed(() => paced(fold(toValue(connection), reduce, initial))))
}

/** One bad listener harms nobody else, and is not hushed up. */
function guarded<T>(tell: (message: T) => void, message: T): void {
  try {
    tell(message)
  } catch (error) {
    queueMicrotask(() => {
      throw error
    })
  }
}
