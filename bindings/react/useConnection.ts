import { type DependencyList, useEffect } from 'react'
import {
  type Connection,
  type ConnectionOptions,
  type ConnectionState,
  createConnection,
  fold,
  type Listenable,
  type Message,
  type Transport,
} from 'holdline'
import { append } from '../shared/last.js'
import { paced } from '../shared/paced.js'
import { useMade } from './useMade.js'
import { useReadable } from './useReadable.js'

/** What {@link useConnection} returns. Its functions are the same until the connection is another one. */
export interface UsedConnection<T> extends Pick<Connection<T>, 'send' | 'reconnect' | 'close'> {
  /** For the other hooks, such as {@link useMessages}. */
  readonly connection: Connection<T>
  readonly state: ConnectionState
  /** Hears every message, however many come between two renders; call it in an effect. The returned function leaves. */
  readonly onMessage: Connection<T>['subscribe']
}

/**
 * Opens a connection and holds it while mounted. One that is passed in is shared: it closes when nobody holds it.
 *
 * Options may be written in place: functions in them are always those of the latest render. Transports to another URL
 * make another connection, and so does a change in `deps`; other options count from then on.
 *
 * @example
 * const { state, send, onMessage } = useConnection({ transports: [webSocket(`/rooms/${room}`), sse(`/rooms/${room}`)] })
 * useEffect(() => onMessage(({ data }) => toast(data)), [onMessage])
 */
export function useConnection<T = string>(
  source: ConnectionOptions<T> | Connection<T>,
  deps: DependencyList = [],
): UsedConnection<T> {
  const identity = 'subscribe' in source ? source : labelsOf(source)
  const connection = useMade(source, [identity, ...deps], (now) => {
    const first = now()
    return 'subscribe' in first ? first : createConnection(live(first, now as () => ConnectionOptions<T>))
  })
  useEffect(() => connection.subscribe(() => {}), [connection])
  return {
    connection,
    state: useConnectionState(connection),
    send: connection.send,
    reconnect: connection.reconnect,
    close: connection.close,
    onMessage: connection.subscribe,
  }
}

/**
 * What a connection is doing, and why. Only looks: it neither opens the connection nor holds it open.
 *
 * @example
 * const { status } = useConnectionState(likes)
 */
export function useConnectionState(connection: Pick<Connection<unknown>, 'state'>): ConnectionState {
  return useReadable(connection.state)
}

/**
 * The last messages of a connection, which is held while mounted. Renders once per frame, however many have come.
 * With another connection or another limit the list begins anew.
 *
 * @example
 * const messages = useMessages(room, { limit: 500 })
 */
export function useMessages<T>(
  connection: Listenable<Message<T>>,
  { limit = 100 }: { readonly limit?: number | undefined } = {},
): readonly Message<T>[] {
  return useReadable(
    useMade(limit, [connection, limit], () => paced(fold(connection, append<T>(limit), [] as readonly Message<T>[]))),
  )
}

/**
 * Folds what a connection says into one value, and holds the connection while mounted. Renders once per frame, however
 * many messages have come. With another connection it begins anew.
 *
 * @example
 * const unread = useFold(notifications, (count) => count + 1, 0)
 */
export function useFold<M, A>(connection: Listenable<M>, reduce: (value: A, message: M) => A, initial: A): A {
  return useReadable(
    useMade(reduce, [connection], (now) => paced(fold(connection, (value, message) => now()(value, message), initial))),
  )
}

const listOf = ({ transports }: Pick<ConnectionOptions<never>, 'transports'>): readonly Transport[] =>
  [transports].flat() as Transport[]

const isTransport = (given: Partial<Transport> | undefined): boolean => given?.dial !== undefined

const labelsOf = (options: Pick<ConnectionOptions<never>, 'transports'>): string =>
  listOf(options)
    .map((transport) => transport?.label)
    .join()

/** The same options, whose functions are those of the latest render; those inside the transports too. */
function live<T>(options: ConnectionOptions<T>, now: () => ConnectionOptions<T>): ConnectionOptions<T> {
  const { decode } = options
  return {
    ...options,
    classify: (ending) => now().classify?.(ending),
    ...(decode && { decode: (frame) => (now().decode ?? decode)(frame) }),
    // What is no transport is left to the connection, which says so.
    transports: listOf(options).map((transport, at) => (isTransport(transport) ? lively(transport, at) : transport)),
  }

  function lively(transport: Transport, at: number): Transport {
    return {
      ...transport,
      dial(attempt, sink) {
        const latest = listOf(now())[at]
        return (latest?.label === transport.label ? latest : transport).dial(attempt, sink)
      },
    }
  }
}
