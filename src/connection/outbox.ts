import { asError, type HoldlineError, wrong } from '../base/error.js'

/** What {@link Connection.send} takes besides the data. */
export interface SendOptions {
  /** Gives up on what has not been handed over when it fires; `AbortSignal.timeout(ms)` makes a limit. */
  readonly signal?: AbortSignal | undefined
}

export interface Outbox {
  post(data: unknown, options?: SendOptions): Promise<void>
  /** The line is open: everything goes out, in order. Without a way to send, it is rejected. */
  open(send?: (data: unknown) => void): void
  shut(): void
  /** The line will not come back. */
  reject(error: HoldlineError): void
}

/** How many messages may wait for the line; one more is rejected, never dropped in silence. */
const LIMIT = 256

/** Holds what is sent while the line is away. */
export function createOutbox(): Outbox {
  /** Each one sends its message, or gives it up for a reason. */
  const waiting = new Set<(why?: HoldlineError) => void>()
  let send: ((data: unknown) => void) | undefined

  return {
    post: (data, { signal } = {}) =>
      new Promise((resolve, reject) => {
        const letter = (why?: HoldlineError): void => {
          waiting.delete(letter)
          signal?.removeEventListener('abort', giveUp)
          try {
            if (why) throw why
            if (data === undefined) throw new TypeError('undefined cannot be sent')
            send?.(data)
            resolve()
          } catch (error) {
            reject(asError(error, 'not-sendable', 'request'))
          }
        }
        const giveUp = (): void =>
          letter(wrong('aborted', 'send-aborted', 'Given up before it was sent', signal?.reason))
        if (signal?.aborted) giveUp()
        else if (send) letter()
        else if (waiting.size >= LIMIT) letter(wrong('overflow', 'outbox', `${LIMIT} messages wait to be sent`))
        else {
          waiting.add(letter)
          signal?.addEventListener('abort', giveUp)
        }
      }),
    open(next = oneWay) {
      send = next
      for (const letter of waiting) letter()
    },
    shut() {
      send = undefined
    },
    reject(error) {
      for (const letter of waiting) letter(error)
    },
  }
}

function oneWay(): never {
  throw wrong('request', 'one-way', 'This transport cannot send; use webSocket()')
}
