import type { Ending } from '../base/ending.js'
import { createEventStream } from '../frames/eventStream.js'
import { ask, discard, type HttpOptions, readText, TOO_LARGE, unread } from './http.js'
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
  return transport('sse', url, options, async (attempt, sink) => {
    const response = await ask(url, options, attempt, sink, { accept: 'text/event-stream' })
    const { status, ok, headers } = response
    // [spec] 204 tells a client to stop reconnecting.
    if (!ok || status === 204 || attempt.request?.method === 'DELETE') return unread(response, attempt)
    const type = String(headers.get('content-type'))
    if (!/^text\/event-stream\b/i.test(type)) {
      await discard(response)
      return { kind: 'garbled', code: 'content-type', message: `Expected text/event-stream, got ${type}` }
    }
    sink.opened()

    const { dialect, maxChars, signal } = attempt
    let ending: Ending | undefined
    const feed = createEventStream({ ...sink, frame: (frame) => (ending ??= dialect.read(frame, sink)) }, maxChars)
    await readText(response, (text) => {
      sink.alive()
      if (!feed(text)) ending ??= TOO_LARGE
      return !ending && !signal.aborted
    })
    // An event stream has no end of its own: one that just stops was cut.
    return ending ?? { kind: 'dropped' }
  })
}
