import type { Listenable } from '../base/listeners.js'
import { createStore, type Readable } from '../base/store.js'

/**
 * Folds messages into one value a screen can show: an unread count, a list, a chart. The source is only listened to
 * while somebody reads: the last reader to leave also leaves the source. The value is kept between readers.
 *
 * @example
 * const unread = fold(notifications, (count) => count + 1, 0)
 */
export function fold<M, A>(source: Listenable<M>, reduce: (value: A, message: M) => A, initial: A): Readable<A> {
  const shown = createStore(initial)
  let readers = 0
  let leave = (): void => {}

  return {
    get: shown.get,
    subscribe(listener) {
      const unsubscribe = shown.subscribe(listener)
      if (readers++ === 0) leave = source.subscribe((message) => shown.set(reduce(shown.get(), message)))
      let reading = true
      return () => {
        if (!reading) return
        reading = false
        unsubscribe()
        if (--readers === 0) leave()
      }
    },
  }
}
