import { ABORTED, type Ending } from '../base/ending.js'
import { retryAfterMs } from '../policy/retryAfter.js'
import { place, type Given, type UrlSource, valueOf } from './target.js'
import type { Attempt, Dialect, Sink } from './transport.js'

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
  /** How the server frames messages. @defaultValue the transport's native framing */
  readonly dialect?: Dialect | undefined
  /** The most characters that one message, or one poll's body, may have. @defaultValue 16777216 */
  readonly maxChars?: number | undefined
}

export const MAX_CHARS: number = 16 * 1024 * 1024

/** What one request says beyond the transport's options. */
interface Ask {
  readonly accept: string
  readonly cursor: string | undefined
  readonly query?: Readonly<Record<string, string>>
  readonly headers?: Readonly<Record<string, string>>
  readonly again?: boolean
}

/** Asks once. Returns the answer, whatever its status, or the ending where there was none. */
export async function ask(
  url: UrlSource,
  { method, headers, body, credentials, repeat, cursorIn }: HttpOptions,
  { sent, signal, env, request }: Attempt,
  sink: Sink,
  { accept, cursor, query, headers: extra, again = sent }: Ask,
): Promise<Response | Ending> {
  if (signal.aborted) return ABORTED
  try {
    let payload = request ? request.body : await valueOf(body)
    let verb = request?.method ?? method ?? (payload === undefined ? 'GET' : 'POST')
    if (!request && verb !== 'GET' && again && !repeat) {
      // Nobody asked for the same thing twice: a model would answer, and be paid, again.
      if (cursor === undefined) return unrepeatable(verb)
      verb = 'GET'
      payload = undefined
    }
    const target = place(await valueOf(url), env)
    if ('kind' in target) return target
    const head = new Headers({ accept, ...(await valueOf(request?.headers)), ...extra })
    new Headers(await valueOf(headers)).forEach((value, name) => head.set(name, value))
    for (const [name, value] of Object.entries({ ...request?.query, ...query })) target.searchParams.set(name, value)
    if (cursor !== undefined) {
      const local = env.baseUrl === undefined || target.origin === new URL(env.baseUrl).origin
      // A header holds Latin-1 without line ends; any other cursor must travel in the query.
      if ((cursorIn ?? (local ? 'header' : 'query')) === 'header' && /^[\x20-\x7E\xA0-\xFF]+$/.test(cursor))
        head.set('last-event-id', cursor)
      else target.searchParams.set('last_event_id', cursor)
    }
    if (signal.aborted) return ABORTED
    if (verb !== 'GET') sink.sent()
    return await env.fetch(target, {
      method: verb,
      headers: head,
      body: bodyOf(payload, head),
      cache: 'no-store',
      credentials: credentials ?? 'same-origin',
      signal,
    })
  } catch (cause) {
    return broken(signal, cause)
  }
}

/** What an answer that is not the wanted one means. Lets go of its body. */
export async function refusal(response: Response, { env }: Attempt): Promise<Ending> {
  await discard(response)
  return {
    kind: 'refused',
    status: response.status,
    retryAfterMs: retryAfterMs(response.headers.get('retry-after'), env.clock.now()),
  }
}

/** What a read or a call that threw means. */
export const broken = (signal: AbortSignal, cause: unknown): Ending =>
  signal.aborted ? ABORTED : { kind: 'dropped', cause }

/** Frees the connection; that it was torn already is no news. */
export const discard = (response: Response): Promise<void> | undefined => response.body?.cancel().catch(() => {})

/** Reads a body chunk by chunk as text, until it ends or `take` has had enough. */
export async function readText(response: Response, take: (text: string) => boolean): Promise<void> {
  const reader = response.body?.getReader()
  if (!reader) return
  // One decoder for the whole body: a character may be cut in two by the network.
  const decoder = new TextDecoder()
  for (;;) {
    const { done, value } = await reader.read()
    if (done) return
    if (!take(decoder.decode(value, { stream: true }))) return reader.cancel().catch(() => {})
  }
}

export const tooLarge = (maxChars: number): Ending => ({
  kind: 'garbled',
  code: 'too-large',
  message: `A message has more than ${maxChars} characters; send smaller ones or raise maxChars`,
})

const unrepeatable = (verb: string): Ending => ({
  kind: 'unusable',
  code: 'not-repeated',
  message: `A ${verb} is not sent twice; let the server give ids to go on from, or set repeat`,
})

function bodyOf(payload: unknown, head: Headers): BodyInit | null {
  if (payload === undefined) return null
  const plain = typeof payload === 'object' && [Object.prototype, Array.prototype].includes(Object.getPrototypeOf(payload))
  if (!plain) return payload as BodyInit
  if (!head.has('content-type')) head.set('content-type', 'application/json')
  return JSON.stringify(payload)
}
