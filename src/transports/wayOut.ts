import { wrong } from '../base/error.js'
import { endingOf, type Reading } from './attempt.js'
import { headersOf, type HttpOptions, unread } from './http.js'
import { pack } from './pack.js'
import { locate } from './target.js'
import type { Channel } from './transport.js'

/** How long the server may take to answer a POST: its line may be dead while the stream lives. */
const ANSWER_MS = 10_000
/** A line that takes less than so many bytes in a millisecond is as good as none. */
const LEAST_SPEED = 4

const sizeOf = (body: string | BufferSource | Blob): number =>
  typeof body === 'string' ? body.length : body instanceof Blob ? body.size : body.byteLength

/** The way out of a line that only comes in: a POST for each message, one after the other. */
export const wayOut = (options: HttpOptions, attempt: Reading): Channel => {
  const { sendUrl, credentials } = options
  if (sendUrl === undefined) return {}
  const { signal, env, dialect } = attempt
  return {
    serial: true,
    async send(data, id, renew = false) {
      const giveUp = new AbortController()
      const hangUp = (): void => giveUp.abort()
      signal.addEventListener('abort', hangUp)
      let forget = env.clock.after(ANSWER_MS, hangUp)
      try {
        if (!/^[!-~]+$/.test(id))
          throw wrong('request', 'bad-id', 'An id is ASCII without spaces: it travels as a header')
        const asking = { ...attempt, renew, request: undefined }
        const body = pack(data, id, dialect)
        const kind = typeof data === 'string' && !dialect.encode ? 'text/plain' : 'application/json'
        const type = typeof body === 'string' ? { 'content-type': kind } : {}
        const target = await locate(sendUrl, asking, 'http')
        const head = await headersOf(options, asking, { 'idempotency-key': id, ...type })
        // A redirect may turn a POST into a GET, whose answer says nothing of the message.
        const { redirect = 'manual' } = options
        forget()
        forget = env.clock.after(ANSWER_MS + sizeOf(body) / LEAST_SPEED, hangUp)
        const response = await env.fetch(target, {
          method: 'POST',
          headers: head,
          body,
          credentials,
          redirect,
          signal: giveUp.signal,
        } as RequestInit)
        const ending = await unread(response, attempt)
        return ending.kind === 'finished' ? undefined : ending
      } catch (cause) {
        return endingOf(cause)
      } finally {
        forget()
        signal.removeEventListener('abort', hangUp)
      }
    },
  }
}
