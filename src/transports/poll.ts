import type { Ending } from '../base/ending.js'
import { ask, garbled, type HttpOptions, MAX_CHARS, readText, refusal, tooLarge } from './http.js'
import { native } from './native.js'
import { transport } from './attempt.js'
import { Unusable, type UrlSource } from './target.js'
import type { Attempt, Sink, Transport } from './transport.js'

/** What {@link longPolling} takes besides what every transport over fetch takes. */
export interface LongPollingOptions extends HttpOptions {
  /** How long the server may hold an answer back, in milliseconds; it is told where the dialect can. @defaultValue 25000 */
  readonly waitMs?: number | undefined
}

/** What {@link polling} takes besides what every transport over fetch takes. */
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
/** What `wait` says at first. */
const FIRST = '0'

/**
 * Long polling: the server holds each answer back until there is something to say.
 * With the native dialect each 2xx body is a message; 204, 304 and 408 mean nothing new.
 *
 * @example
 * createConnection({ transports: longPolling('/api/inbox'), decode: json() })
 */
export function longPolling(url: UrlSource, options: LongPollingOptions = {}): Transport {
  const { waitMs = 25_000 } = options
  const dial: Transport['dial'] = (attempt, sink) => {
    let fast = 0
    return poll(url, options, attempt, sink, waitMs, waitMs, (news, tookMs) => {
      fast = news || tookMs >= FAST_MS ? 0 : fast + 1
      if (fast === FAST_LIMIT) return garbled('not-held', 'The server does not hold its empty answers; use polling()')
      return tookMs < GAP_MS ? GAP_MS : 0
    })
  }
  return transport('longPolling', url, dial, waitMs)
}

/**
 * Short polling: asks again and again, for networks that allow nothing better.
 * With the native dialect each 2xx body is a message; 204 and 304 mean nothing new, and an `ETag` is sent back.
 *
 * @example
 * createConnection({ transports: polling('/api/unread', { everyMs: 5000 }), decode: json() })
 */
export function polling(url: UrlSource, options: PollingOptions = {}): Transport {
  return transport('polling', url, (attempt, sink) => {
    const { everyMs = attempt.request ? 300 : 5_000 } = options
    return poll(url, options, attempt, sink, 0, everyMs, () => everyMs * (0.9 + attempt.env.random() / 5))
  })
}

/** Asks until something ends it. `rest` says how long to wait before the next question, or has seen enough. */
async function poll(
  url: UrlSource,
  options: HttpOptions,
  given: Attempt,
  sink: Sink,
  waitMs: number,
  quietMs: number,
  rest: (news: boolean, tookMs: number) => number | Ending,
): Promise<Ending> {
  // A pause that is no number is no pause, and would flood the server.
  if (!(quietMs >= 0)) throw new Unusable('bad-option', 'everyMs and waitMs must be numbers of 0 or more')
  // Each question is an attempt of its own, from where the one before has led.
  const attempt: { -readonly [K in keyof Attempt]: Attempt[K] } = { ...given }
  const { signal, env, request } = given
  const { maxChars = MAX_CHARS, dialect = attempt.dialect ?? native } = options
  const { now } = env.clock
  let etag: string | null = null
  let news = false
  // The first answer shall come at once: it proves that there is somebody.
  let wait = FIRST
  const relay: Sink = {
    ...sink,
    frame(frame) {
      news = true
      attempt.cursor = frame.id ?? attempt.cursor
      sink.frame(frame)
    },
    welcome(welcome) {
      // A cursor that the server does not know must not be said again.
      if (welcome.resumed === false) attempt.cursor = undefined
      sink.welcome(welcome)
    },
  }

  for (;;) {
    news = false
    const since = now()
    const response = await ask(url, options, attempt, sink, {
      accept: dialect.waits ? 'application/json' : '*/*',
      // Asking again is what polling is, whatever the method.
      repeat: true,
      ...(dialect.waits && { query: { wait } }),
      ...(etag && { headers: { 'if-none-match': etag } }),
    })
    const { status, ok, headers } = response
    const quiet = status === 204 || status === 304 || (status === 408 && waitMs > 0)
    if (!ok && !quiet) return refusal(response, attempt)
    if (request?.method === 'DELETE') return { kind: 'finished' }
    // A run is started once; from then on it is gone on with.
    if (request) attempt.request = { ...request, method: 'GET', body: undefined }
    etag = headers.get('etag') ?? (status === 304 ? etag : null)
    let body = ''
    await readText(response, (text) => (body += text).length <= maxChars)
    signal.throwIfAborted()
    if (body.length > maxChars) return tooLarge(maxChars)
    sink.opened({ quietMs: quietMs + TRAVEL_MS })
    sink.alive()
    const ending = quiet ? undefined : dialect.read(body, relay)
    if (ending) return ending
    // The first question did not let the server wait, so its answer says nothing about that.
    const next = rest(news || wait === FIRST, now() - since)
    wait = String(waitMs / 1000)
    if (typeof next === 'object') return next
    if (next) await attempt.pause(next)
    signal.throwIfAborted()
  }
}
