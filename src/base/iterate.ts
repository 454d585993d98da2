import { wrong } from './error.js'

/** What an iterator does when its reader is slower than the line. */
export type Overflow = 'error' | 'drop-oldest' | 'drop-newest'

/** How messages are handed to a reader who takes them one by one. */
export interface IterateOptions {
  /** How many messages may wait for the reader. @defaultValue 1000 */
  readonly limit?: number | undefined
  /** What happens to the one too many. `error` ends the iteration with a HoldlineError of kind `overflow`. @defaultValue 'error' */
  readonly overflow?: Overflow | undefined
}

interface Pushed<T> {
  push(value: T): void
  /** Ends the iteration once what waits has been read; with an error, by throwing it. */
  end(error?: Error): void
}

/** Turns pushed values into pulled ones, with a bound on what may pile up in between. */
export function iterate<T>(
  start: (to: Pushed<T>) => () => void,
  { limit = 1000, overflow = 'error' }: IterateOptions = {},
): AsyncIterableIterator<T> {
  let waiting: T[] = []
  const readers: (() => void)[] = []
  let ended = false
  let failure: Error | undefined
  const leave = start({ push, end })

  function push(value: T): void {
    if (ended) return
    if (waiting.length < limit || overflow === 'drop-oldest') waiting.push(value)
    else if (overflow === 'error') end(wrong('overflow', 'iterator', `More than ${limit} messages wait to be read`))
    if (waiting.length > limit) waiting.shift()
    wake()
  }

  function end(error?: Error): void {
    if (!ended) failure = error
    ended = true
    wake()
  }

  function wake(): void {
    for (const resume of readers.splice(0)) resume()
  }

  return {
    async next() {
      while (!waiting.length && !ended) await new Promise<void>((resume) => readers.push(resume))
      if (waiting.length) return { done: false, value: waiting.shift() as T }
      leave()
      const error = failure
      failure = undefined
      if (error) throw error
      return { done: true, value: undefined }
    },
    async return() {
      waiting = []
      end()
      leave()
      return { done: true, value: undefined }
    },
    [Symbol.asyncIterator]() {
      return this
    },
  }
}
