import { HoldlineError } from './error.js'

/** What an iterator does when its reader is slower than the line. */
export type Overflow = 'error' | 'drop-oldest' | 'drop-newest'

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
  const waiting: T[] = []
  let readers: (() => void)[] = []
  let ended = false
  let failure: Error | undefined

  const leave = start({
    push(value) {
      if (ended) return
      if (waiting.length < limit) waiting.push(value)
      else if (overflow === 'drop-oldest') {
        waiting.shift()
        waiting.push(value)
      } else if (overflow === 'error') {
        finish(new HoldlineError(`More than ${limit} messages wait to be read`, { kind: 'overflow', code: 'iterator' }))
      }
      wake()
    },
    end: finish,
  })

  function wake(): void {
    const woken = readers
    readers = []
    for (const resume of woken) resume()
  }

  function finish(error?: Error): void {
    if (ended) return
    ended = true
    failure = error
    wake()
  }

  const done = (): IteratorResult<T> => {
    ended = true
    leave()
    return { done: true, value: undefined }
  }

  return {
    async next() {
      while (waiting.length === 0 && !ended) {
        await new Promise<void>((resume) => readers.push(resume))
      }
      if (waiting.length > 0) return { done: false, value: waiting.shift() as T }
      const result = done()
      const error = failure
      failure = undefined
      if (error) throw error
      return result
    },
    async return() {
      waiting.length = 0
      const result = done()
      wake()
      return result
    },
    [Symbol.asyncIterator]() {
      return this
    },
  }
}
