import type { Ending } from '../base/ending.js'
import type { Env } from './env.js'
import type { Transport } from './transport.js'

/** A value, or a function that is asked for it on every attempt. */
export type Given<T> = T | (() => T | Promise<T>)

/** Where to connect to. Relative ones resolve against the page. */
export type UrlSource = Given<string | URL>

export const valueOf = async <T>(given: Given<T>): Promise<T> =>
  typeof given === 'function' ? (given as () => T | Promise<T>)() : given

/** The absolute URL; throws where there is none that could be opened. */
export async function locate(url: UrlSource, { baseUrl }: Env, scheme: 'http' | 'ws'): Promise<URL> {
  const given = await valueOf(url)
  let target: URL | undefined
  try {
    target = new URL(given, baseUrl)
    if (scheme === 'ws') target.protocol = target.protocol.replace('http', 'ws')
  } catch {
    // Told below, with the rest.
  }
  if (target?.protocol.startsWith(scheme)) return target
  throw new Unusable('bad-url', `"${given}" is no URL for ${scheme}`)
}

/** Why an attempt cannot be made at all, thrown on the way to it. */
export class Unusable extends Error {
  readonly ending: Ending
  constructor(code: string, message: string) {
    super(message)
    this.ending = { kind: 'unusable', code, message }
  }
}

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
