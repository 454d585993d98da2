import type { Ending } from '../base/ending.js'
import { createEventStream } from '../frames/eventStream.js'
import { ask, discard, garbled, type HttpOptions, MAX_CHARS, readText, refusal, tooLarge } from './http.js'
import { native } from './native.js'
import { transport } from './attempt.js'
import type { UrlSource } from './target.js'
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
  return transport('sse', url, async (attempt, sink) => {
    const response = await ask(url, options, attempt, sink, { accept: 'text/event-stream' })
    const { status, ok, headers } = response
    if (!ok) return refusal(response, attempt)
    // [spec] 204 tells a client to stop reconnecting.
    if (status === 204 || attempt.request?.method === 'DELETE') return { kind: 'finished' }
    const type = headers.get('content-type')
    if (!/^text\/event-stream\b/i.test(type ?? '')) {
      await discard(response)
      return garbled('content-type', `Expected text/event-stream, got ${type}`)
    }
    sink.opened()

    const { maxChars = MAX_CHARS, dialect = attempt.dialect ?? native } = options
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
    await readText(response, (text) => {
      sink.alive()
      if (!feed(text)) ending ??= tooLarge(maxChars)
      return !ending && !attempt.signal.aborted
    })
    // An event stream has no end of its own: one that just stops was cut.
    return ending ?? { kind: attempt.signal.aborted ? 'aborted' : 'dropped' }
  })
}
