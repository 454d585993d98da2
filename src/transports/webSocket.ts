import { ABORTED, type Ending } from '../base/ending.js'
import { HoldlineError } from '../base/error.js'
import { retryInReason } from '../policy/retryAfter.js'
import { MAX_CHARS, tooLarge } from './http.js'
import { native } from './native.js'
import { type Given, labelOf, place, type UrlSource, valueOf } from './target.js'
import type { Channel, Dialect, Transport } from './transport.js'

export interface WebSocketOptions {
  /** Subprotocols; asked for on every attempt. */
  readonly protocols?: Given<readonly string[]> | undefined
  /** How the server frames messages. @defaultValue each text frame is a message */
  readonly dialect?: Dialect | undefined
  /** What to send to ask for a sign of life, where the dialect has no ping of its own. The server must answer it. */
  readonly ping?: string | undefined
  /** The most characters that one frame may have. @defaultValue 16777216 */
  readonly maxChars?: number | undefined
}

/**
 * WebSocket. Takes `http(s):` URLs too, and relative ones.
 *
 * @example
 * const room = createConnection({ transports: webSocket('/room'), decode: json() })
 * await room.send({ text: 'hello' })
 *
 * @see https://websockets.spec.whatwg.org/
 */
export function webSocket(url: UrlSource, options: WebSocketOptions = {}): Transport {
  const { protocols = [], maxChars = MAX_CHARS } = options
  return {
    name: 'webSocket',
    label: labelOf('webSocket', url),
    async dial(attempt, sink) {
      const { signal, env } = attempt
      const dialect = options.dialect ?? attempt.dialect ?? native
      if (signal.aborted) return ABORTED
      const { cursor, request } = attempt
      let address: URL | Ending
      let headers: Readonly<Record<string, string>> | undefined
      let socket: InstanceType<NonNullable<typeof env.WebSocket>>
      try {
        address = place(await valueOf(url), env, true)
        if ('kind' in address) return address
        const offered = [...(await valueOf(protocols))]
        headers = await valueOf(request?.headers)
        if (signal.aborted) return ABORTED
        if (!env.WebSocket) throw new TypeError('There is no WebSocket here; hand one in as env.WebSocket')
        socket = new env.WebSocket(address.href, offered)
      } catch (cause) {
        return { kind: 'unusable', code: 'no-socket', message: String(cause), cause }
      }

      return new Promise((settle) => {
        const end = (ending: Ending): void => {
          signal.removeEventListener('abort', hangUp)
          // Late echoes are nobody's business; `error` keeps an ear, because the `ws` package throws where nobody listens.
          socket.onopen = socket.onmessage = socket.onclose = null
          settle(ending)
          // Its own `close` event may be a minute away on a dead line, so nobody waits for it.
          socket.close()
        }
        const hangUp = (): void => end(ABORTED)
        signal.addEventListener('abort', hangUp)

        const ping = dialect.ping ?? options.ping
        const channel: Channel = {
          send(data) {
            socket.send(dialect.encode ? dialect.encode(data) : packed(data))
          },
          ...(ping === undefined ? {} : { ping: () => socket.send(ping) }),
        }
        socket.onopen = () => {
          if (!dialect.hello) return sink.opened(channel)
          if (request?.method === 'POST') sink.sent()
          socket.send(dialect.hello(cursor, request, headers))
        }
        socket.onmessage = ({ data }) => {
          // With a hello, the server's first word is what says that it agreed.
          sink.opened(channel)
          sink.alive()
          if (typeof data !== 'string') return sink.fault(binary())
          if (data.length > maxChars) return end(tooLarge(maxChars))
          const ending = dialect.read(data, sink)
          if (ending) end(ending)
        }
        // Always followed by `close`, and only `close` knows more.
        socket.onerror = () => {}
        socket.onclose = ({ code, reason }) =>
          end(
            code === 1000
              ? { kind: 'finished', reason: reason || undefined }
              : { kind: 'closed', code, reason, retryAfterMs: retryInReason(reason) },
          )
      })
    },
  }
}

const packed = (data: unknown): string | ArrayBuffer | ArrayBufferView<ArrayBuffer> | Blob =>
  typeof data === 'string' || data instanceof ArrayBuffer || ArrayBuffer.isView(data) || isBlob(data)
    ? (data as string)
    : JSON.stringify(data)

const isBlob = (data: unknown): boolean => typeof Blob === 'function' && data instanceof Blob

const binary = (): HoldlineError =>
  new HoldlineError('A binary frame came; only text is read', { kind: 'protocol', code: 'binary' })

