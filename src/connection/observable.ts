import type { HoldlineError } from '../base/error.js'
import type { Connection, Message } from './connection.js'

/** Who watches an {@link ObservableLike}. */
export interface ObserverLike<T> {
  next?(value: T): void
  error?(reason: HoldlineError): void
  complete?(): void
}

/** As much of an Observable as every library for them understands; for those that do not, an `AsyncIterable`. */
export interface ObservableLike<T> extends AsyncIterable<T> {
  subscribe(observer: ObserverLike<T> | ((value: T) => void)): { unsubscribe(): void }
}

/**
 * A connection as an Observable: `next` for each message, `complete` when the line is closed, `error` when it has
 * failed. `from()` of RxJS and its like take it as it is.
 *
 * @example
 * from(observable(likes)).pipe(map(({ data }) => data.count)).subscribe(show)
 *
 * @see https://github.com/tc39/proposal-observable
 */
export function observable<T>(connection: Connection<T>): ObservableLike<Message<T>> {
  const self: ObservableLike<Message<T>> = {
    subscribe(observer) {
      const { next, error, complete } = typeof observer === 'function' ? { next: observer } : bound(observer)
      let over = false
      const leave = connection.subscribe((message) => next?.(message))
      const look = (): void => {
        const state = connection.state.get()
        if (over || (state.status !== 'closed' && state.status !== 'failed')) return
        unsubscribe()
        if (state.status === 'failed') error?.(state.error)
        else complete?.()
      }
      const forget = connection.state.subscribe(look)
      const unsubscribe = (): void => {
        over = true
        forget()
        leave()
      }
      look()
      return { unsubscribe }
    },
    [Symbol.asyncIterator]: connection[Symbol.asyncIterator],
  }
  const { observable: name = '@@observable' } = Symbol as unknown as { readonly observable?: symbol }
  return Object.assign(self, { [name]: () => self })
}

/** An observer's methods may be methods. */
const bound = <T>(observer: ObserverLike<T>): ObserverLike<T> => ({
  next: (value) => observer.next?.(value),
  error: (reason) => observer.error?.(reason),
  complete: () => observer.complete?.(),
})
