import type { IncomingMessage, ServerResponse } from 'node:http'

/** A no that a program and a person can both read. */
export class Refusal {
  readonly status: number
  readonly code: string
  readonly message: string
  readonly retryAfterMs: number | undefined

  constructor(status: number, code: string, message: string, retryAfterMs?: number) {
    this.status = status
    this.code = code
    this.message = message
    this.retryAfterMs = retryAfterMs
  }
}

/** In the shape of OpenAI's errors, which every chat client knows how to show. */
export const errorOf = ({ code, message }: Pick<Refusal, 'code' | 'message'>, type: string): string =>
  JSON.stringify({ error: { message, type, code } })

/** Answers with JSON. `connection` and `transfer-encoding` are Node's business: HTTP/2 forbids them. */
export function reply(res: ServerResponse, status: number, body: string, headers: Record<string, string> = {}): void {
  res.writeHead(status, { 'content-type': 'application/json; charset=utf-8', 'cache-control': 'no-store', ...headers })
  res.end(body)
}

export function refuse(res: ServerResponse, told: Refusal, headers: Record<string, string> = {}): void {
  const { status, retryAfterMs } = told
  const wait = retryAfterMs === undefined ? {} : { 'retry-after': String(Math.max(1, Math.ceil(retryAfterMs / 1000))) }
  reply(res, status, errorOf(told, status < 500 ? 'invalid_request_error' : 'server_error'), { ...wait, ...headers })
}

/** Instead of an answer, what a login page of a hotel's network says. */
export const HOTEL = '<!doctype html><title>Welcome</title><p>Accept the terms of this network to go on.</p>\n'

/** Fires when the other side is gone, or the answer is out. */
export function leaving(res: ServerResponse): AbortController {
  const controller = new AbortController()
  if (res.closed) controller.abort()
  else res.once('close', () => controller.abort())
  return controller
}

/** How much of a body that is too large is still read, so that its sender hears the refusal and not a reset. */
const PATIENCE = 16

/** The request's body as text; a refusal if it is too large or breaks off. */
export function readBody(req: IncomingMessage, maxBytes: number): Promise<string | Refusal> {
  return new Promise((settle) => {
    const chunks: Buffer[] = []
    let size = 0
    const tooLarge = (): void =>
      settle(new Refusal(413, 'too_large', `The request has more than ${maxBytes} bytes; send a shorter conversation`))
    if (Number(req.headers['content-length'] ?? 0) > maxBytes) tooLarge()
    req.on('data', (chunk: Buffer) => {
      size += chunk.length
      if (size <= maxBytes) return void chunks.push(chunk)
      chunks.length = 0
      tooLarge()
      if (size > maxBytes * PATIENCE) req.destroy()
    })
    req.on('end', () => settle(Buffer.concat(chunks).toString('utf8')))
    // Comes behind `end` too, when it no longer matters.
    req.on('close', () => settle(new Refusal(400, 'aborted', 'The request broke off')))
  })
}

/** The object that the text holds; a refusal that says what to send instead. */
export function parseObject(text: string, expected: string = EXPECTED): Record<string, unknown> | Refusal {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch (error) {
    return new Refusal(400, 'bad_json', `The body is no JSON (${(error as Error).message}); ${expected}`)
  }
  return isRecord(value) ? value : new Refusal(400, 'bad_json', `The body is no JSON object; ${expected}`)
}

const EXPECTED = 'send a Chat Completions request such as {"messages":[{"role":"user","content":"Hello"}]}'

export const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** Every answer may be read by a page from elsewhere; cookies are neither sent nor needed. */
export function allowOthers(req: IncomingMessage, res: ServerResponse): void {
  res.setHeader('access-control-allow-origin', '*')
  res.setHeader('access-control-expose-headers', 'retry-after, content-location')
  if (req.method !== 'OPTIONS') return
  res.setHeader('access-control-allow-methods', 'GET, HEAD, POST, DELETE, OPTIONS')
  // The wildcard would leave out `authorization`.
  res.setHeader('access-control-allow-headers', req.headers['access-control-request-headers'] ?? '*')
  res.setHeader('access-control-max-age', '600')
  res.setHeader('vary', 'access-control-request-headers')
}
