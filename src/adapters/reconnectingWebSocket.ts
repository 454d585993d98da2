import packaged from 'reconnecting-websocket'
import type { Ending } from '../base/ending.js'
import type { Env, WebSocketLike } from '../transports/env.js'
import type { UrlSource } from '../transports/target.js'
import type { Transport } from '../transports/transport.js'
import { webSocket, type WebSocketOptions } from '../transports/webSocket.js'

/** What {@link reconnectingWebSocket} takes: the options of `webSocket`, with the same defaults. */
export interface ReconnectingWebSocketOptions extends WebSocketOptions {}

/**
 * WebSocket by way of an installed `reconnecting-websocket`: for teams that stand on that package and keep it for now.
 * Each attempt has an instance of its own, which connects once; when the next attempt is made, the connection decides.
 *
 * docs/adapters.md lists what the package does in its own way, and leads to `webSocket`, which takes the same options.
 *
 * @example
 * createConnection({ transports: reconnectingWebSocket('/api/room') })
 */
export function reconnectingWebSocket(url: UrlSource, options: ReconnectingWebSocketOptions = {}): Transport {
  const name = 'reconnectingWebSocket'
  const inner = webSocket(url, options)
  return {
    ...inner,
    name,
    label: inner.label.replace(inner.name, name),
    async dial(attempt, sink) {
      let refused: Ending | undefined
      const { WebSocket } = attempt.env
      const refuse = (error: unknown): void => {
        refused = { kind: 'unusable', code: 'refused-here', message: String(error) }
      }
      const env = { ...attempt.env, WebSocket: WebSocket && throughPackage(WebSocket, refuse) }
      const ending = await inner.dial({ ...attempt, env }, sink)
      return refused ?? ending
    },
  }
}

type SocketClass = NonNullable<Env['WebSocket']>

/** The part of the package that is used. */
interface Options {
  readonly WebSocket: unknown
  readonly maxRetries: number
  readonly maxEnqueuedMessages: number
  readonly connectionTimeout: number
}
type PackageClass = new (url: string, protocols: string[] | undefined, options: Options) => WebSocketLike

/** What the package exports is the class itself in Node and in most bundlers, and a module with the class in it in some. */
const Package = ((packaged as unknown as { readonly default?: unknown }).default ?? packaged) as PackageClass

/** The longest time a timer takes; a longer one would be over at once. */
const NEVER_MS = 2 ** 31 - 1

/** A class of sockets that are the package's own, each around one of `Socket`; `refuse` hears why there can be none. */
function throughPackage(Socket: SocketClass, refuse: (error: unknown) => void): SocketClass {
  function Instance(url: string, protocols?: string[]): WebSocketLike {
    function Veiled(): object {
      return veil(() => new Socket(url, protocols), refuse)
    }
    return new Package(url, protocols, {
      // By this constant the package knows a class of sockets.
      WebSocket: Object.assign(Veiled, { CLOSING: 2 }),
      maxRetries: 0,
      // What cannot be sent now is kept by the connection; here it would be lost, or sent twice.
      maxEnqueuedMessages: 0,
      connectionTimeout: NEVER_MS,
    })
  }
  // A function that returns an object may be called with `new`, which its type does not say.
  return Instance as unknown as SocketClass
}

/**
 * A socket as the package sees it. Of an error it hears nothing: it would make up a close with code 1000 for it, and
 * leave the socket unattended, whose next error would end a process in Node. The close that follows knows the code.
 */
function veil(make: () => WebSocketLike, refuse: (error: unknown) => void): object {
  const listeners = new Map<string, (event: object) => void>()
  let readyState = 0
  const tell =
    (type: string, state: number) =>
    (event: object): void => {
      readyState = state
      listeners.get(type)?.(event)
    }
  const opened = tell('open', 1)
  const closed = tell('close', 3)

  let socket: WebSocketLike | undefined
  try {
    socket = make()
    socket.onopen = opened
    socket.onmessage = tell('message', 1)
    socket.onerror = () => {}
    socket.onclose = closed
  } catch (error) {
    refuse(error)
    // The package would wait for ever; it listens from the end of this turn on.
    queueMicrotask(() => closed({ code: 1006, reason: '' }))
  }
  return {
    get readyState() {
      return readyState
    },
    set binaryType(type: unknown) {
      if (socket) socket.binaryType = type
    },
    addEventListener: (type: string, listener: (event: object) => void) => void listeners.set(type, listener),
    removeEventListener: (type: string) => void listeners.delete(type),
    send: (data: unknown) => socket?.send(data),
    close: () => socket?.close(),
  }
}
