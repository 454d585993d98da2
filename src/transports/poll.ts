import type { Ending } from '../base/ending.js'
import type { HoldlineError } from '../base/error.js'
import { ask, type HttpOptions, readText, TOO_LARGE, unread } from './http.js'
import { type Reading, transport } from './attempt.js'
import type { UrlSource } from './target.js'
import { wayOut } from './wayOut.js'
import type { Sink, Transport } from './transport.js'

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
/** JSON that may have lost its end. */
const UNFINISHED = /^\s*[[{]/

/**
 * Long polling: the server holds each answer back until there is something to say.
 * With the native dialect each 2xx body is a message; 204, 304 and 408 mean nothing new.
 *
 * @example
 * createConnection({ transports: longPolling('/api/inbox'), decode: json() })
 */
export function longPolling(url: UrlSource, options: LongPollingOptions = {}): Transport {
  const { waitMs = 25_000 } = options
  return transport('longPolling', url, { ...options, waitMs }, (attempt, sink) => {
    let fast = 0
    return poll(url, options, attempt, sink, waitMs, waitMs, (news, tookMs, moved) => {
      fast = news || tookMs >= Math.min(FAST_MS, waitMs / 2) ? 0 : fast + 1
      if (fast === FAST_LIMIT)
        return { kind: 'garbled', code: 'not-held', message: 'The server holds no answer back; use polling()' }
      // Where the cursor has moved there may be more behind it; all else that comes so soon is not worth asking for again.
      return moved || tookMs >= GAP_MS ? 0 : GAP_MS
    })
  })
}

/**
 * Short polling: asks again and again, for networks that allow nothing better.
 * With the native dialect each 2xx body is a message; 204 and 304 mean nothing new, and an `ETag` is sent back.
 *
 * @example
 * createConnection({ transports: polling('/api/unread', { everyMs: 5000 }), decode: json() })
 */
export function polling(url: UrlSource, options: PollingOptions = {}): Transport {
  return transport('polling', url, options, (attempt, sink) => {
    const { everyMs = attempt.request ? 300 : 5_000 } = options
    return poll(url, options, attempt, sink, 0, everyMs * 1.1, () => everyMs * (0.9 + attempt.env.random() / 5))
  })
}

/** Asks until something ends it. `rest` says how long to wait before the next question, or has seen enough. */
async function poll(
  url: UrlSource,
  options: HttpOptions,
  attempt: Reading,
  sink: Sink,
  waitMs: number,
  quietMs: number,
  rest: (news: boolean, tookMs: number, moved: boolean) => number | Ending,
): Promise<Ending> {
  const { signal, env, request, dialect, maxChars } = attempt
  const { now } = env.clock
  const channel = wayOut(options, attempt)
  let etag: string | null = null
  let news = false
  let body = ''
  let torn: HoldlineError | undefined
  // The first answer shall come at once: it proves that there is somebody.
  let wait = 0
  const relay: Sink = {
    ...sink,
    frame(frame) {
      news ||= !frame.id
      // The next question goes on from where this one has led.
      attempt.cursor = frame.id ?? attempt.cursor
      sink.frame(frame)
    },
    fault(error) {
      // Without a length, an answer that was cut on the way passes for a whole one; it is asked for again.
      const half = UNFINISHED.test(body) || (waitMs > 0 && !body.trim())
      if (error.code === 'not-json' && half) torn = error
      else sink.fault(error)
    },
    welcome(welcome) {
      // A cursor that the server does not know must not be said again.
      if (welcome.resumed === false) attempt.cursor = undefined
      sink.welcome(welcome)
    },
  }

  for (;;) {
    news = false
    body = ''
    const { cursor } = attempt
    const since = now()
    const response = await ask(
      url,
      // Asking again is what polling is, whatever the method.
      { ...options, repeat: true },
      attempt,
      sink,
      { accept: dialect.waits ? 'application/json' : '*/*', ...(etag && !dialect.ask && { 'if-none-match': etag }) },
      dialect.waits ? { wait: `${wait}` } : {},
    )
    const { status, ok, headers } = response
    const quiet = status === 204 || status === 304 || (status === 408 && waitMs > 0)
    if ((!ok && !quiet) || request?.method === 'DELETE') return unread(response, attempt)
    // What was asked for anew has been let in: the next poll shows it again.
    attempt.renew = false
    // A run is started once; from then on it is gone on with.
    if (request) attempt.request = { ...request, method: 'GET', body: undefined }
    if (status !== 304) etag = headers.get('etag')
    let size = 0
    await readText(response, attempt.env, (text, bytes) => {
      size += bytes
      return (body += text).length <= maxChars
    })
    signal.throwIfAborted()
    if (body.length > maxChars) return TOO_LARGE
    sink.opened({ ...channel, quietMs: quietMs + TRAVEL_MS })
    sink.alive(false, size)
    const ending = !quiet && dialect.read(body, relay, headers)
    if (ending) return ending
    if (torn) return { kind: 'dropped', cause: torn }
    // The first question did not let the server wait, so its answer says nothing about that.
    const moved = attempt.cursor !== cursor
    const next = rest(news || moved || !wait, now() - since, moved)
    wait = waitMs / 1000
    if (typeof next === 'object') return next
    if (next) await attempt.pause(next)
    signal.throwIfAborted()
  }
}
