import { HoldlineError } from '../base/error.js'

export interface SendOptions {
  /** Gives up on what has not been handed over by then, in milliseconds. @defaultValue no limit */
  readonly timeoutMs?: number | undefined
  /** Gives up when it fires. */
  readonly signal?: AbortSignal | undefined
}

interface Letter {
  readonly data: unknown
  readonly resolve: () => void
  readonly reject: (error: unknown) => void
}

export interface Outbox {
  post(data: unknown, options: SendOptions): Promise<void>
  /** The line is open: everything goes out, in order. Without a way to send, it is rejected. */
  open(send?: (data: unknown) => void): void
  shut(): void
  /** The line will not come back. */
  reject(error: HoldlineError): void
}

/** How many messages may wait for the line; one more is rejected, never dropped in silence. */
const LIMIT = 256

/** Holds what is sent while the line is away. */
export function createOutbox(after: (ms: number, task: () => void) => () => void): Outbox {
  let waiting: Letter[] = []
  let send: ((data: unknown) => void) | undefined

  return {
    post(data, { timeoutMs, signal }) {
      return new Promise<void>((resolve, reject) => {
        const letter: Letter = {
          data,
          resolve: () => settle(resolve),
          reject: (error) => settle(() => reject(error as Error)),
        }
        const giveUp = (): void => letter.reject(refused('aborted', 'send-aborted', 'Given up before it was sent'))
        const settle = (how: () => void): void => {
          waiting = waiting.filter((other) => other !== letter)
          forget?.()
          signal?.removeEventListener('abort', giveUp)
          how()
        }
        const forget =
          timeoutMs === undefined
            ? undefined
            : after(timeoutMs, () => letter.reject(refused('timeout', 'send-timeout', 'Not sent in time')))
        signal?.addEventListener('abort', giveUp)

        if (signal?.aborted) giveUp()
        else if (send) hand(letter)
        else if (waiting.length < LIMIT) waiting.push(letter)
        else letter.reject(refused('overflow', 'outbox', `${LIMIT} messages wait to be sent already`))
      })
    },
    open(next = oneWay) {
      send = next
      for (const letter of [...waiting]) hand(letter)
    },
    shut() {
      send = undefined
    },
    reject(error) {
      for (const letter of [...waiting]) letter.reject(error)
    },
  }

  function hand(letter: Letter): void {
    try {
      send?.(letter.data)
      letter.resolve()
    } catch (error) {
      letter.reject(error)
    }
  }
}

function oneWay(): never {
  throw refused('request', 'one-way', 'This transport cannot send; use webSocket()')
}

const refused = (kind: 'aborted' | 'timeout' | 'overflow' | 'request', code: string, message: string): HoldlineError =>
  new HoldlineError(message, { kind, code, retryable: kind !== 'request' })
