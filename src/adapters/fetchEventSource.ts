import { type EventSourceMessage, fetchEventSource as runPackage } from '@microsoft/fetch-event-source'
import type { Ending } from '../base/ending.js'
import { type Reading, transport } from '../transports/attempt.js'
import { crowd } from '../transports/crowd.js'
import { ask, discard, TOO_LARGE, unread } from '../transports/http.js'
import { wayOut } from '../transports/wayOut.js'
import type { SseOptions } from '../transports/sse.js'
import type { UrlSource } from '../transports/target.js'
import type { Sink, Transport } from '../transports/transport.js'
import { charsIn, createLineCutter } from './bytes.js'

/** What {@link fetchEventSource} takes: the options of `sse`, with the same defaults. */
export interface FetchEventSourceOptions extends SseOptions {}

/** How soon a server that greets has greeted. */
const GREETING_MS = 4_000

/** What a comment begins with. */
const COLON = 58

/**
 * Server-Sent Events, read by an installed `@microsoft/fetch-event-source`: for teams that stand on that package and
 * keep it for now. The package makes one attempt; when the next one is made, the connection decides.
 *
 * The package's parser differs from the standard in ways that cannot be mended from outside: docs/adapters.md lists
 * them, and the way to `sse`, which takes the same options.
 *
 * @example
 * createConnection({ transports: fetchEventSource('/api/news') })
 */
export function fetchEventSource(url: UrlSource, options: FetchEventSourceOptions = {}): Transport {
  return transport('fetchEventSource', url, options, async (attempt, sink) => {
    // Asked as `sse` asks: the package itself overlooks a Headers object, says `accept` twice and chokes on some ids.
    const response = await ask(url, options, attempt, sink, { accept: 'text/event-stream' })
    const { status, ok, headers } = response
    // [spec] 204 tells a client to stop reconnecting.
    if (!ok || status === 204 || attempt.request?.method === 'DELETE') return unread(response, attempt)
    const type = String(headers.get('content-type'))
    if (!/^text\/event-stream\b/i.test(type)) {
      await discard(response)
      return { kind: 'garbled', code: 'content-type', message: `Expected text/event-stream, got ${type}` }
    }
    const { dialect, cursor } = attempt
    sink.opened({
      ...wayOut(options, attempt),
      proofMs: options.firstByteMs ?? (dialect.greets ? GREETING_MS : undefined),
    })
    dialect.head?.(headers, sink, cursor)
    const leave = crowd(response.url, sink)
    try {
      return await read(response, attempt, sink)
    } finally {
      leave()
    }
  })
}

/** Has the package read the body, until it ends or says that all is said. */
async function read(response: Response, { dialect, maxChars, signal }: Reading, sink: Sink): Promise<Ending> {
  const reader = response.body?.getReader()
  const wholeLines = createLineCutter()
  let ending: Ending | undefined
  /** The characters that came since the last end of an event; the package knows no bound of its own. */
  let held = 0

  /** What the package gets next: whole lines, as it would copy half a line again for every chunk. */
  async function next(): Promise<Uint8Array | undefined> {
    for (;;) {
      // By now the package has told of all that was whole; what is left is one event that does not end.
      if (held > maxChars) ending ??= TOO_LARGE
      if (ending || signal.aborted) return undefined
      const chunk = (await reader?.read())?.value
      if (!chunk) return undefined
      sink.alive(false, chunk.length)
      held += charsIn(chunk)
      const lines = wholeLines(chunk)
      // Only here does a comment show: the package keeps it to itself.
      if (lines?.[0] === COLON) sink.alive(true)
      if (lines) return lines
    }
  }

  function take(message: EventSourceMessage): void {
    held = 0
    if (ending || signal.aborted) return
    if (message.data.length > maxChars) ending = TOO_LARGE
    else ending = pass(message, dialect, sink)
  }

  try {
    await pour(next, take)
    return ending ?? { kind: 'dropped' }
  } finally {
    // Not waited for: a body that is torn or done with has nothing to say.
    void reader?.cancel().catch(() => {})
  }
}

/** Passes a message of the package on, but for those that it makes up out of blocks without data. */
function pass(
  { event, data, id, retry = -1 }: EventSourceMessage,
  dialect: Reading['dialect'],
  sink: Sink,
): Ending | undefined {
  // "-5" reads as a number to the package, and as nothing at all to the standard.
  if (retry >= 0) sink.retryAfter(retry)
  // [spec] An id with NUL in it is none.
  const own = id === '' || id.includes('\0') ? undefined : id
  if (data !== '') return dialect.read({ event: event || 'message', data, id: own }, sink)
  if (own !== undefined) sink.checkpoint(own)
  return undefined
}

/**
 * Pours chunks through the package's parser; settles once there are no more.
 *
 * The package itself is never told of an end: at every end, a good one too, it reaches for `window` and `document`,
 * which a worker and Node have not, and the error of that is nobody's to catch. Its last question stays open instead,
 * and what nobody can answer any more is collected with all that hangs on it.
 */
const pour = (
  next: () => Promise<Uint8Array | undefined>,
  take: (message: EventSourceMessage) => void,
): Promise<void> =>
  new Promise((settle, fail) => {
    const body = new ReadableStream<Uint8Array>(
      {
        pull: async (to) => {
          try {
            const chunk = await next()
            if (chunk) to.enqueue(chunk)
            else settle()
          } catch (error) {
            fail(error)
          }
        },
      },
      // No chunk is fetched ahead of the package's asking.
      { highWaterMark: 0 },
    )
    runPackage('', {
      fetch: async () => new Response(body),
      // Otherwise it would look at the type again, which was looked at above.
      onopen: async () => {},
      onmessage(message) {
        try {
          take(message)
        } catch (error) {
          fail(error)
        }
      },
      // Otherwise it hangs up whenever the page is hidden, and asks again, with the same POST, when it is seen.
      openWhenHidden: true,
    }).catch(fail)
  })
