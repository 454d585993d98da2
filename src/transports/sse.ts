import type { Ending } from '../base/ending.js'
import { eventStream } from '../frames/format.js'
import type { Frame } from '../frames/frame.js'
import { crowd } from './crowd.js'
import { ask, discard, type HttpOptions, readText, TOO_LARGE, unread } from './http.js'
import { transport } from './attempt.js'
import type { UrlSource } from './target.js'
import { wayOut } from './wayOut.js'
import type { Transport } from './transport.js'

/** How soon a server that greets has greeted. */
const GREETING_MS = 4_000

/** What {@link sse} takes besides what every transport over fetch takes. */
export interface SseOptions extends HttpOptions {
  /**
   * How soon after its headers the server says its first word, a comment will do, in milliseconds. A stream that says
   * nothing by then is held back on the way, and the next transport has its turn.
   * @defaultValue 4000 with `envelope()`; else no limit: a plain server may rightly have nothing to say
   */
  readonly firstByteMs?: number | undefined
}

/**
 * Server-Sent Events over fetch: any method, headers and body, and the status of a refusal.
 * Comments count as signs of life, `retry:` is heeded, HTTP 204 ends the connection.
 *
 * @example
 * createConnection({ transports: sse('/api/news', { headers: async () => ({ authorization: await token() }) }) })
 *
 * @see https://html.spec.whatwg.org/multipage/server-sent-events.html
 */
export function sse(url: UrlSource, options: SseOptions = {}): Transport {
  return transport('sse', url, options, async (attempt, sink) => {
    const format = attempt.request?.format ?? eventStream
    const { accept } = format
    const response = await ask(url, options, attempt, sink, { accept })
    const { status, ok, headers } = response
    // [spec] 204 tells a client to stop reconnecting.
    if (!ok || status === 204 || attempt.request?.method === 'DELETE') return unread(response, attempt)
    const type = headers.get('content-type') ?? ''
    if (!format.types.test(type)) {
      let whole = !accept.startsWith(type)
      // Without TLS, browsers take a head that was cut for a whole one; its body is empty then.
      if (whole) await discard(response)
      else await readText(response, attempt.env, () => !(whole = true))
      const message = `Expected ${accept}, got ${type || 'no content-type'}`
      return whole ? { kind: 'garbled', code: 'content-type', message } : { kind: 'dropped' }
    }
    const { dialect, maxChars, signal, cursor } = attempt
    sink.opened({
      ...wayOut(options, attempt),
      proofMs: options.firstByteMs ?? (dialect.greets ? GREETING_MS : undefined),
    })
    dialect.head?.(headers, sink, cursor)

    let ending: Ending | undefined
    const to = { ...sink, frame: (frame: Frame) => (ending ??= dialect.read(frame, sink)) }
    const feed = format.reader(to, maxChars, headers)
    const leave = crowd(response.url, sink)
    try {
      await readText(response, attempt.env, (text, bytes) => {
        sink.alive(false, bytes)
        if (!feed(text)) ending ??= TOO_LARGE
        return !ending && !signal.aborted
      })
    } finally {
      leave()
    }
    if (format.endsWithBody && !ending) {
      feed('', true)
      ending ??= { kind: 'finished', reason: 'complete' }
    }
    // An event stream has no end of its own: one that just stops was cut.
    return ending ?? { kind: 'dropped' }
  })
}
