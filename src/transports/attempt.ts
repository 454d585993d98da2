import type { Ending } from '../base/ending.js'
import { Unusable, type UrlSource } from './target.js'
import type { Transport } from './transport.js'

/** What an attempt that threw means. Whatever is thrown by a provider of a URL or of headers may go well next time. */
export const broken = (signal: AbortSignal, cause: unknown): Ending =>
  signal.aborted ? { kind: 'aborted' } : cause instanceof Unusable ? cause.ending : { kind: 'dropped', cause }

/** A transport whose dial may throw: what it throws becomes the ending. `label` is what the memory knows it by. */
export const transport = (
  name: string,
  url: UrlSource,
  dial: Transport['dial'],
  patienceMs: number = 0,
): Transport => ({
  name,
  label: typeof url === 'function' ? name : `${name} ${url}`,
  patienceMs,
  async dial(attempt, sink) {
    const { signal } = attempt
    try {
      return signal.aborted ? broken(signal, 0) : await dial(attempt, sink)
    } catch (cause) {
      return broken(signal, cause)
    }
  },
})

/** A line that speaks by events, as one attempt: it ends once, by itself or because we hung up. */
export function untilEnd(signal: AbortSignal, begin: (end: (ending: Ending) => void) => () => void): Promise<Ending> {
  return new Promise((settle, fail) => {
    const end = (ending: Ending): void => {
      signal.removeEventListener('abort', hangUp)
      settle(ending)
      close?.()
    }
    const hangUp = (): void => end({ kind: 'aborted' })
    let close: (() => void) | undefined
    if (signal.aborted) return hangUp()
    signal.addEventListener('abort', hangUp)
    try {
      close = begin(end)
    } catch (error) {
      // What a constructor refuses (a subprotocol, an insecure URL on a secure page), it will refuse again.
      signal.removeEventListener('abort', hangUp)
      fail(new Unusable('refused-here', String(error)))
    }
  })
}
