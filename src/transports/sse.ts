import { createEventStream } from '../frames/eventStream.js'
import type { Ending } from '../base/ending.js'
import { ask, broken, discard, type HttpOptions, MAX_CHARS, readText, refusal, tooLarge } from './http.js'
import { native } from './native.js'
import { labelOf, type UrlSource } from './target.js'
import type { Transport } from './transport.js'

/**
 * Server-Sent Events over fetch: any method, headers and body, and the status of a refusal.
 * Comments count as signs of life, `retry:` is heeded, HTTP 204 ends the connection.
 *
 * @example
 * createConnection({ transports: sse('/api/news', { headers: async () => ({ authorization: await token() }) }) })
 *
 * @see https://html.spec.whatwg.org/multipage/server-sent-events.html
 */
export function sse(url: UrlSource, options: HttpOptions = {}): Transport {
  const { maxChars = MAX_CHARS } = options
  return {
    name: 'sse',
    label: labelOf('sse', url),
    async dial(attempt, sink) {
      const { cursor, signal } = attempt
      const response = await ask(url, options, attempt, sink, { accept: 'text/event-stream', cursor })
      if ('kind' in response) return response
      const { status, ok } = response
      if (!ok) return refusal(response, attempt)
      // [spec] 204 tells a client to stop reconnecting.
      if (status === 204) return { kind: 'finished' }
      const type = response.headers.get('content-type') ?? 'nothing'
      if (!/^text\/event-stream\b/i.test(type)) {
        await discard(response)
        return { kind: 'garbled', code: 'content-type', message: `Expected text/event-stream, got ${type} (${status})` }
      }
      sink.opened()

      const dialect = options.dialect ?? attempt.dialect ?? native
      let ending: Ending | undefined
      const feed = createEventStream(
        {
          frame: (frame) => (ending ??= dialect.read(frame, sink)),
          checkpoint: sink.checkpoint,
          retry: sink.retryAfter,
          comment: () => sink.alive(true),
        },
        maxChars,
      )
      try {
        await readText(response, (text) => {
          sink.alive()
          if (!feed(text)) ending ??= tooLarge(maxChars)
          return !ending && !signal.aborted
        })
      } catch (cause) {
        return broken(signal, cause)
      }
      // An event stream has no end of its own: one that just stops was cut.
      return ending ?? { kind: 'dropped' }
    },
  }
}
