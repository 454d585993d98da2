import type { Ending } from '../base/ending.js'
import { wrong } from '../base/error.js'
import { type Given, valueOf } from '../base/given.js'
import { toJson } from '../frames/decode.js'
import { retryAfterMs } from '../policy/retryAfter.js'
import type { Reading } from './attempt.js'
import type { Env } from './env.js'
import { locate, type UrlSource } from './target.js'
import type { Attempt, Dialect, HttpCursor, Sink } from './transport.js'

/** What every transport over fetch takes. */
export interface HttpOptions {
  /** @defaultValue `GET`, or `POST` where there is a body */
  readonly method?: string | undefined
  /** Asked for on every attempt, so that a token is never stale. */
  readonly headers?: Given<HeadersInit> | undefined
  /** Asked for on every attempt. An object is sent as JSON. */
  readonly body?: Given<BodyInit | object> | undefined
  /** @defaultValue 'same-origin' */
  readonly credentials?: RequestCredentials | undefined
  /**
   * Whether a request that is not a GET may be sent again after a drop. If not, the line goes on with a GET and the
   * cursor, or fails where there is no cursor. @defaultValue false
   */
  readonly repeat?: boolean | undefined
  /**
   * Where the cursor travels: as `Last-Event-ID`, or as `last_event_id` in the query.
   * @defaultValue the header; the query for another origin, where the header would cost a preflight
   */
  readonly cursorIn?: 'header' | 'query' | undefined
  /**
   * Where a redirect may lead. Browsers take `authorization` off on the way to another origin, but no other header of
   * yours, so with such headers a redirect ends the line. @defaultValue 'follow'; 'manual' with headers of your own
   */
  readonly redirect?: RequestRedirect | undefined
  /** Where `send` posts each message to, with its id as `Idempotency-Key`. Without it, nothing can be sent. */
  readonly sendUrl?: UrlSource | undefined
  /** How the server frames messages. @defaultValue the transport's native framing */
  readonly dialect?: Dialect | undefined
  /** The most characters that one message, or one poll's body, may have. @defaultValue 16777216 */
  readonly maxChars?: number | undefined
}

/** How the cursor travels where a dialect does not say otherwise. */
const byId = (cursor: string | undefined): HttpCursor =>
  cursor ? { headers: { 'last-event-id': cursor }, query: { last_event_id: cursor } } : {}

/** Asks once, with these headers and this query besides. Returns the answer, whatever its status. */
export async function ask(
  url: UrlSource,
  options: HttpOptions,
  attempt: Reading,
  sink: Sink,
  headers: Readonly<Record<string, string>>,
  query?: Readonly<Record<string, string>>,
): Promise<Response> {
  const { cursor, sent, signal, env, request, dialect } = attempt
  const given = request ?? options
  let body = await valueOf(given.body, attempt)
  let method = request?.verb ?? given.method ?? (body === undefined ? 'GET' : 'POST')
  if (!request && method !== 'GET' && sent && !options.repeat) {
    // Nobody asked for the same thing twice: a model would answer, and be paid, again.
    if (!cursor) throw wrong('request', 'not-repeated', `A ${method} without ids is not sent twice; see repeat`)
    method = 'GET'
    body = undefined
  }
  const target = await locate(url, attempt, 'http', { ...request?.query, ...query }, request?.path)
  const head = await headersOf(options, attempt, headers)
  const { cursorIn = new URL(env.baseUrl || target).origin === target.origin ? 'header' : 'query' } = options
  const { headers: said, query: asked } = dialect.ask ? dialect.ask(cursor) : byId(cursor)
  // A header keeps ASCII as it is, but for spaces at its ends; any other cursor must travel in the query.
  const fits =
    said && cursorIn === 'header' && Object.values(said).every((value) => /^[!-~]([ -~]*[!-~])?$/.test(value))
  if (asked && !fits) for (const [name, value] of Object.entries(asked)) target.searchParams.set(name, value)
  else for (const [name, value] of Object.entries(said ?? {})) head.set(name, value)
  if (body && [Object.prototype, Array.prototype].includes(Object.getPrototypeOf(body) as object)) {
    body = toJson(body)
    if (!head.has('content-type')) head.set('content-type', 'application/json')
  }
  signal.throwIfAborted()
  if (method !== 'GET') sink.sent()
  const harmless = [...head.keys()].every((name) => HARMLESS.test(name))
  const { credentials, redirect = harmless ? 'follow' : 'manual' } = options
  return env.fetch(target, {
    method,
    headers: head,
    body,
    cache: 'no-store',
    credentials,
    redirect,
    signal,
  } as RequestInit)
}

/** Headers that a browser takes off by itself where they do not belong, or that are no secret. */
const HARMLESS = /^(accept(-language)?|content-(language|type)|if-.*|last-event-id|authorization)$/

/** The headers of a request: ours, and over them what the chat and the options say. */
export async function headersOf(
  options: HttpOptions,
  attempt: Attempt,
  ours: Readonly<Record<string, string>>,
): Promise<Headers> {
  const head = new Headers(ours)
  for (const given of [attempt.request?.headers, options.headers])
    readable(await valueOf<HeadersInit | undefined>(given, attempt)).forEach((value, name) => head.set(name, value))
  return head
}

/** What cannot be a header now cannot be one later. */
function readable(given: HeadersInit | undefined): Headers {
  try {
    return new Headers(given)
  } catch (cause) {
    throw wrong('request', 'bad-header', String(cause), cause)
  }
}

/** What an answer means whose body nobody reads: a refusal, or that all is done. Lets go of the body. */
export async function unread(response: Response, { env }: Attempt): Promise<Ending> {
  await discard(response)
  const { ok, status, type, headers } = response
  if (ok) return { kind: 'finished' }
  if (type === 'opaqueredirect' || (status < 400 && headers.has('location'))) {
    const message = 'A redirect would take your headers along; give the URL it leads to, or redirect: "follow"'
    return { kind: 'unusable', code: 'redirect', message }
  }
  return { kind: 'refused', status, retryAfterMs: retryAfterMs(headers.get('retry-after'), env.clock.now()) }
}

/** Frees the connection; that it was torn already is no news. */
export const discard = (response: Response): Promise<void> | undefined => response.body?.cancel().catch(() => {})

/** How long the page may be kept from everything else, while a body comes faster than it can be read. */
const SLICE_MS = 8

/** Reads a body chunk by chunk as text, until it ends or `take` has had enough. */
export async function readText(
  response: Response,
  { clock, breathe }: Env,
  take: (text: string, bytes: number) => boolean,
): Promise<void> {
  const reader = response.body?.getReader()
  // One decoder for the whole body: a character may be cut in two by the network.
  const decoder = new TextDecoder()
  let busyMs = 0
  try {
    while (reader) {
      const { done, value } = await reader.read()
      const since = clock.now()
      if (done || !take(decoder.decode(value, { stream: true }), value.length)) return
      busyMs += clock.now() - since
      if (busyMs < SLICE_MS) continue
      await breathe()
      busyMs = 0
    }
  } finally {
    // Not waited for: a body that is torn or done with has nothing to say.
    void reader?.cancel().catch(() => {})
  }
}

export const TOO_LARGE: Ending = { kind: 'garbled', code: 'too-large', message: 'A message exceeds maxChars' }
