import type { Ending } from '../base/ending.js'
import { wrong } from '../base/error.js'
import { retryInReason } from '../policy/retryAfter.js'
import { TOO_LARGE } from './http.js'
import { type Given, valueOf } from '../base/given.js'
import { transport, untilEnd } from './attempt.js'
import { isBinary, pack } from './pack.js'
import { locate, type UrlSource } from './target.js'
import type { Channel, Dialect, Sink, Transport } from './transport.js'

/** What {@link webSocket} takes. */
export interface WebSocketOptions {
  /** Subprotocols; asked for on every attempt. @defaultValue those of the dialect */
  readonly protocols?: Given<readonly string[]> | undefined
  /**
   * Said in the first frame, where the dialect has one: no browser sends headers of ours with a WebSocket. Asked for on
   * every attempt, so that a token is never stale.
   */
  readonly headers?: Given<HeadersInit> | undefined
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
 * room.subscribe(({ data }) => console.log(data))
 * await room.send({ text: 'hello' })
 *
 * @see https://websockets.spec.whatwg.org/
 */
export function webSocket(url: UrlSource, options: WebSocketOptions = {}): Transport {
  return transport('webSocket', url, options, async (attempt, sink) => {
    const { signal, env, cursor, request, dialect, maxChars } = attempt
    const { ping = options.ping } = dialect
    const { href } = await locate(url, attempt, 'ws', dialect.ask?.(cursor).query)
    const protocols = [...((await valueOf(options.protocols, attempt)) ?? dialect.protocols ?? [])]
    const given = request ? request.headers : options.headers
    const headers = given && Object.fromEntries(new Headers(await valueOf<HeadersInit>(given, attempt)))
    const hello = dialect.hello?.(cursor, request, headers)
    const { WebSocket } = env
    if (!WebSocket) throw wrong('request', 'no-socket', 'There is no WebSocket here; give env.WebSocket')

    return untilEnd(signal, (end) => {
      const socket = new WebSocket(href, protocols)
      socket.binaryType = 'arraybuffer'
      /** What waits for the server's word that it has it. */
      const sent = new Map<string, ((ending?: Ending) => void)[]>()
      const channel: Channel = {
        send(data, id) {
          socket.send(pack(data, id, dialect))
          // A binary frame has no room for an id.
          if (dialect.acks && !isBinary(data))
            return new Promise((settle) => sent.set(id, [...(sent.get(id) ?? []), settle]))
        },
        ...(ping !== undefined && { ping: () => socket.send(ping) }),
      }
      const hearing: Sink = {
        ...sink,
        acked(id, refusal) {
          for (const settle of sent.get(id) ?? [])
            settle(refusal === undefined ? undefined : { kind: 'unusable', code: 'refused', message: refusal })
          sent.delete(id)
        },
      }
      socket.onopen = () => {
        if (hello === undefined) return sink.opened(channel)
        if (request?.method === 'POST') sink.sent()
        socket.send(hello)
      }
      socket.onmessage = ({ data }: { readonly data: string | ArrayBuffer }) => {
        const text = typeof data === 'string'
        const size = text ? data.length : data.byteLength
        // With a hello, the server's first word is what says that it agreed.
        sink.opened(channel)
        sink.alive(false, size)
        const unit = text ? data : { event: 'message', data: '', id: undefined, bytes: data }
        const ending = size > maxChars ? TOO_LARGE : dialect.read(unit, hearing)
        if (ending) end(ending)
      }
      // Always followed by `close`, and only `close` knows more; the `ws` package throws where nobody listens.
      socket.onerror = () => {}
      socket.onclose = ({ code, reason }: { readonly code: number; readonly reason: string }) =>
        // A dialect that greets has a word of its own for the end; 1000 then only says that nothing is wrong.
        end(
          code === 1000
            ? { kind: 'finished', reason: dialect.hello ? undefined : reason || undefined }
            : { kind: 'closed', code, reason, retryAfterMs: retryInReason(reason) },
        )
      return () => {
        // Late echoes are nobody's business. The socket's own `close` may be a minute away on a dead line.
        socket.onopen = socket.onmessage = socket.onclose = null
        socket.close()
      }
    })
  })
}
