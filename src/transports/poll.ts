import type { Ending } from '../base/ending.js'
import { ask, broken, type HttpOptions, MAX_CHARS, readText, refusal, tooLarge } from './http.js'
import { native } from './native.js'
import { labelOf, type UrlSource } from './target.js'
import type { Attempt, Sink, Transport } from './transport.js'

export interface LongPollingOptions extends HttpOptions {
  /** How long the server may hold an answer back, in milliseconds; it is told where the dialect can. @defaultValue 25000 */
  readonly waitMs?: number | undefined
}

export interface PollingOptions extends HttpOptions {
  /** The pause between two questions, in milliseconds, give or take a tenth. @defaultValue 5000; for a chat run 300 */
  readonly everyMs?: number | undefined
}

/** How long an answer may be on its way, beyond the wait that was agreed on. */
const TRAVEL_MS = 10_000
/** An empty answer that comes sooner was not waited for. */
const FAST_MS = 1_000
const GAP_MS = 50
const FAST_LIMIT = 3

/**
 * Long polling: the server holds each answer back until there is something to say.
 * With the native dialect each 2xx body is a message; 204, 304 and 408 mean nothing new.
 *
 * @example
 * createConnection({ transports: longPolling('/api/inbox'), decode: json() })
 */
export function longPolling(url: UrlSource, options: LongPollingOptions = {}): Transport {
  const { waitMs = 25_000 } = options
  return {
    name: 'longPolling',
    label: labelOf('longPolling', url),
    patienceMs: waitMs,
    dial(attempt, sink) {
      let fast = 0
      return poll(url, options, attempt, sink, waitMs, async (news, tookMs) => {
        fast = news || tookMs >= FAST_MS ? 0 : fast + 1
        if (fast === FAST_LIMIT) {
          return { kind: 'garbled', code: 'not-held', message: 'The server does not hold its empty answers; use polling()' }
        }
        if (tookMs < GAP_MS) await attempt.pause(GAP_MS)
        return undefined
      })
    },
  }
}

/**
 * Short polling: asks again and again, for networks that allow nothing better.
 * With the native dialect each 2xx body is a message; 204 and 304 mean nothing new, and an `ETag` is sent back.
 *
 * @example
 * createConnection({ transports: polling('/api/unread', { everyMs: 5000 }), decode: json() })
 */
export function polling(url: UrlSource, options: PollingOptions = {}): Transport {
  return {
    name: 'polling',
    label: labelOf('polling', url),
    dial(attempt, sink) {
      const { everyMs = attempt.request ? 300 : 5_000 } = options
      return poll(url, options, attempt, sink, 0, async () => {
        await attempt.pause(everyMs * (0.9 + attempt.env.random() / 5))
        return undefined
      }, everyMs)
    },
  }
}

/** Asks until something ends it. `rest` waits between two questions, and may have seen enough. */
async function poll(
  url: UrlSource,
  options: HttpOptions,
  attempt: Attempt,
  sink: Sink,
  waitMs: number,
  rest: (news: boolean, tookMs: number) => Promise<Ending | undefined>,
  everyMs: number = 0,
): Promise<Ending> {
  const { signal, env, request } = attempt
  const { maxChars = MAX_CHARS } = options
  const dialect = options.dialect ?? attempt.dialect ?? native
  let { cursor } = attempt
  let etag: string | null = null
  let asked = false
  let news = false
  const relay: Sink = {
    ...sink,
    frame(frame) {
      news = true
      if (frame.id !== undefined) cursor = frame.id
      sink.frame(frame)
    },
  }

  for (;;) {
    news = false
    const since = env.clock.now()
    // The first answer shall come at once: it proves that there is somebody.
    const wait = String(asked ? Math.round(waitMs / 1000) : 0)
    const response = await ask(
      url,
      options,
      // A run is started once; from then on it is gone on with.
      asked && request ? { ...attempt, request: { ...request, method: 'GET', body: undefined } } : attempt,
      sink,
      {
        accept: dialect.waits ? 'application/json' : '*/*',
        cursor: cursor || undefined,
        // Asking again is what polling is, whatever the method.
        again: false,
        ...(dialect.waits ? { query: { wait } } : {}),
        ...(etag ? { headers: { 'if-none-match': etag } } : {}),
      },
    )
    if ('kind' in response) return response
    const { status, ok, headers } = response
    const quiet = status === 204 || status === 304 || (status === 408 && waitMs > 0)
    if (!ok && !quiet) return refusal(response, attempt)
    if (request?.method === 'DELETE') return { kind: 'finished' }
    asked = true
    etag = headers.get('etag') ?? (status === 304 ? etag : null)
    let body = ''
    try {
      await readText(response, (text) => (body += text).length <= maxChars)
    } catch (cause) {
      return broken(signal, cause)
    }
    if (signal.aborted) return broken(signal, undefined)
    if (body.length > maxChars) return tooLarge(maxChars)
    sink.opened({ quietMs: Math.max(everyMs, waitMs) + TRAVEL_MS })
    sink.alive()
    const ending = quiet ? undefined : dialect.read(body, relay)
    if (ending) return ending
    const enough = await rest(news, env.clock.now() - since)
    if (signal.aborted) return broken(signal, undefined)
    if (enough) return enough
  }
}
