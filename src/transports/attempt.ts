import { HoldlineError, wrong } from '../base/error.js'
import type { Ending } from '../base/ending.js'
import { native } from './native.js'
import type { UrlSource } from './target.js'
import type { Attempt, Dialect, Sink, Transport } from './transport.js'

/** What the options of any transport may say about how it reads and how it waits. */
interface Manner {
  readonly dialect?: Dialect | undefined
  readonly maxChars?: number | undefined
  readonly everyMs?: number | undefined
  readonly waitMs?: number | undefined
  readonly firstByteMs?: number | undefined
}

/** An attempt, and how what comes is to be read. It is the dial's own, to change as it goes on. */
export type Reading = { -readonly [K in keyof Attempt]: Attempt[K] } & {
  readonly dialect: Dialect
  readonly maxChars: number
}

/** A transport whose dial may throw: what it throws becomes the ending. `label` is what the memory knows it by. */
export const transport = (
  name: string,
  url: UrlSource,
  options: Manner,
  dial: (attempt: Reading, sink: Sink) => Promise<Ending>,
): Transport => ({
  name,
  label: typeof url === 'function' ? name : `${name} ${url}`,
  patienceMs: options.waitMs ?? 0,
  async dial(attempt, sink) {
    const { signal } = attempt
    const {
      dialect = attempt.dialect ?? native,
      maxChars = 2 ** 24,
      everyMs = 0,
      waitMs = 0,
      firstByteMs = 0,
    } = options
    try {
      signal.throwIfAborted()
      // A pause that is no number would flood the server, and a bound that is none bounds nothing.
      for (const [option, value] of Object.entries({ maxChars, everyMs, waitMs, firstByteMs }))
        if (!(value >= 0)) throw wrong('request', 'bad-option', `${option} must be a number of 0 or more`)
      const ending = await dial({ ...attempt, dialect, maxChars }, sink)
      signal.throwIfAborted()
      return dialect.ended?.(ending) ?? ending
    } catch (cause) {
      if (signal.aborted) return { kind: 'aborted' }
      return endingOf(cause)
    }
  },
})

/** What was thrown on the way out: whatever a provider of a URL or of headers throws may go well next time. */
export const endingOf = (cause: unknown): Ending =>
  cause instanceof HoldlineError && cause.kind === 'request'
    ? { kind: 'unusable', code: cause.code, message: cause.message }
    : { kind: 'dropped', cause }

/** A line that speaks by events, as one attempt: it ends once, by itself or because we hung up. */
export const untilEnd = (signal: AbortSignal, begin: (end: (ending: Ending) => void) => () => void): Promise<Ending> =>
  new Promise<Ending>((settle) => {
    const end = (ending: Ending): void => {
      signal.removeEventListener('abort', hangUp)
      settle(ending)
      close()
    }
    const hangUp = (): void => end({ kind: 'aborted' })
    signal.throwIfAborted()
    const close = begin(end)
    signal.addEventListener('abort', hangUp)
  }).catch((error: unknown) => {
    // What a constructor refuses (a subprotocol, an insecure URL on a secure page), it will refuse again.
    throw wrong('request', 'refused-here', String(error))
  })
