import type { Ending } from '../../base/ending.js'
import { randomId } from '../../base/randomId.js'
import { toJson } from '../../frames/decode.js'
import { native } from '../../transports/native.js'
import { sse } from '../../transports/sse.js'
import type { Attempt, Dialect, Sink, Transport } from '../../transports/transport.js'
import { webSocket } from '../../transports/webSocket.js'

/** Where such a server listens. */
interface Places {
  /** The stream that answers come on. It must be open before anything is asked. */
  readonly events: string
  /** Where questions are posted to. */
  readonly ask: string
  readonly headers: Readonly<Record<string, string>>
}

/** Ids are names of answers here, and must not be taken for a cursor. */
const dialect: Dialect = {
  read: (unit, sink) => native.read(unit, sink),
  ask: () => ({}),
  encode: toJson,
}

/** An event stream for the answer, and a POST beside it for the question, as one attempt. */
export function overEvents({ events, ask, headers }: Places): Transport {
  const stream = sse(events, { headers, sendUrl: ask, dialect })
  return onlyOnce(stream, async ({ signal, request, ...attempt }, sink) => {
    const hangUp = new AbortController()
    const leave = (): void => hangUp.abort()
    signal.addEventListener('abort', leave)
    let refusal: Ending | undefined
    const hearing: Sink = {
      ...sink,
      // The line is open once the question has been taken, or the answer is there already.
      opened(channel) {
        sink.sent()
        void channel?.send?.(request?.body, randomId(), attempt.renew)?.then((ending) => {
          if (!ending) return sink.opened()
          if (ending.kind !== 'aborted') refusal = ending
          // Without a question there is no answer to wait for.
          leave()
        })
      },
      frame(frame) {
        sink.opened()
        sink.frame(frame)
      },
      checkpoint() {},
    }
    try {
      const ending = await stream.dial({ ...attempt, signal: hangUp.signal, cursor: undefined }, hearing)
      return refusal ?? ending
    } finally {
      signal.removeEventListener('abort', leave)
    }
  })
}

/** A WebSocket whose first frame is the bare question. */
export function overSocket(url: string, questionIn: (body: unknown) => string): Transport {
  const socket = webSocket(url, {
    dialect: { ...dialect, hello: (_cursor, request) => questionIn(request?.body) },
  })
  return onlyOnce(socket, socket.dial)
}

/** Nobody here can be asked for the rest of an answer; what would ask must not ask the question again. */
const onlyOnce = (transport: Transport, dial: Transport['dial']): Transport => ({
  ...transport,
  dial: async (attempt: Attempt, sink) =>
    attempt.request?.method === 'POST'
      ? dial(attempt, sink)
      : { kind: 'unusable', code: 'not-resumed', message: 'The server cannot go on with an answer; ask again' },
})
