import type { Ending } from '../base/ending.js'
import { asError, type HoldlineError, wrong } from '../base/error.js'
import { randomId } from '../base/randomId.js'
import { delayAfter } from '../policy/backoff.js'
import type { Env } from '../transports/env.js'
import type { Channel } from '../transports/transport.js'
import { explain } from './explain.js'
import type { Plan } from './machine.js'
import type { ConnectionState } from './state.js'

/** How much may wait to be sent, and what becomes of the one too many. */
export interface OutboxOptions {
  /** How many messages may wait for the line or for the server's word. @defaultValue 256 */
  readonly limit?: number | undefined
  /** Which one is rejected when there is no room: the new one, or the one that waits longest. @defaultValue 'reject' */
  readonly overflow?: 'reject' | 'drop-oldest' | undefined
}

/** What {@link Connection.send} takes besides the data. */
export interface SendOptions {
  /** Gives up on what has not been handed over when it fires. */
  readonly signal?: AbortSignal | undefined
  /** Gives up after so many milliseconds, also where the line is away. @defaultValue never */
  readonly timeoutMs?: number | undefined
  /**
   * Names the message where the server acknowledges or takes a POST: it is sent again under the same id after a drop,
   * so that the server can tell. @defaultValue a random one
   */
  readonly id?: string | undefined
}

export interface Outbox {
  post(data: unknown, options?: SendOptions): Promise<void>
  /** The line is open, and this is the way out. Everything that waits goes out in order, what was not acknowledged again. */
  open(channel: Channel): void
  shut(): void
  /** The line will not come back. */
  reject(error: HoldlineError): void
}

interface Letter {
  readonly data: unknown
  readonly id: string
  /** Where it went out and no word has come back from. */
  over?: Channel | undefined
  /** Whether the server would not take our credentials for it. */
  renew: boolean
  readonly settle: (why?: HoldlineError) => void
}

/** Holds what is sent until the server has it, or until it is clear that it will not. */
export function createOutbox(
  { limit = 256, overflow }: OutboxOptions,
  { backoff, judge }: Plan,
  { clock, random }: Env,
  now: () => ConnectionState,
): Outbox {
  const letters = new Set<Letter>()
  let channel: Channel | undefined
  let failures = 0
  /** The line whose word on a message is out; it may be on one that was given up. */
  let asked: Channel | undefined
  let resting = (): void => {}
  let rests = false

  function rest(ms: number): void {
    resting()
    rests = true
    resting = clock.after(ms, wake)
  }

  function wake(): void {
    resting()
    rests = false
    pump()
  }

  function pump(): void {
    for (const letter of letters) {
      const over = channel
      if (!over || rests || (over.serial && asked === over)) return
      if (letter.over !== over) {
        letter.over = over
        try {
          const answer = (over.send ?? oneWay)(letter.data, letter.id, letter.renew)
          if (answer) {
            asked = over
            void answer.then((ending) => answered(letter, over, ending))
          } else letter.settle()
        } catch (error) {
          letter.settle(asError(error, 'not-sendable', 'request'))
        }
      }
    }
  }

  function answered(letter: Letter, over: Channel, ending: Ending | undefined): void {
    if (asked === over) asked = undefined
    // Given up meanwhile: the next one may go.
    if (!letters.has(letter)) return pump()
    // The line was lost, and another one asks anew.
    if (ending && (letter.over !== over || over !== channel)) return
    const verdict = ending && judge(ending)
    if (ending && verdict && (verdict.retry === true || (verdict.retry === 'once' && !letter.renew))) {
      letter.over = undefined
      letter.renew = verdict.retry === 'once'
      const hintMs = 'retryAfterMs' in ending ? ending.retryAfterMs : 0
      return rest(letter.renew ? 0 : delayAfter(failures++, backoff, random(), hintMs))
    }
    failures = 0
    letter.settle(ending && verdict && explain(ending, verdict, now(), false))
    pump()
  }

  return {
    post: (data, { signal, timeoutMs = Infinity, id = randomId() } = {}) =>
      new Promise((resolve, reject) => {
        const giveUp = (): void => letter.settle(wrong('aborted', 'send-aborted', 'Given up on', signal?.reason))
        const late = (): void => letter.settle(wrong('timeout', 'send-timeout', 'Not handed over in time'))
        const forget = timeoutMs < Infinity ? clock.after(timeoutMs, late) : undefined
        const letter: Letter = {
          data,
          id,
          renew: false,
          settle(why) {
            letters.delete(letter)
            signal?.removeEventListener('abort', giveUp)
            forget?.()
            if (why) reject(why)
            else resolve()
          },
        }
        const [oldest] = letters
        const full = wrong('overflow', 'outbox', `${limit} messages wait to be sent`)
        if (signal?.aborted) return giveUp()
        if (data === undefined) return letter.settle(wrong('request', 'not-sendable', 'undefined cannot be sent'))
        if (letters.size >= limit) {
          if (overflow !== 'drop-oldest' || !oldest) return letter.settle(full)
          oldest.settle(full)
        }
        letters.add(letter)
        signal?.addEventListener('abort', giveUp)
        pump()
      }),
    open(next) {
      channel = next
      failures = 0
      wake()
    },
    shut() {
      channel = undefined
    },
    reject(error) {
      resting()
      rests = false
      for (const letter of letters) letter.settle(error)
    },
  }
}

function oneWay(): never {
  throw wrong('request', 'one-way', 'This transport cannot send; use webSocket(), or sendUrl')
}
