import { createListeners } from './listeners.js'

/** Anything a framework can show: a value, and word of its changes. */
export interface Readable<T> {
  /** The value now: the same reference until it changes. */
  get(): T
  /** Tells of each change; the returned function leaves. */
  subscribe(listener: () => void): () => void
}

export interface Store<T> extends Readable<T> {
  set(next: T): void
}

export function createStore<T>(value: T): Store<T> {
  const listeners = createListeners()
  return {
    get: () => value,
    subscribe: listeners.subscribe,
    set(next) {
      if (Object.is(next, value)) return
      value = next
      listeners.tell()
    },
  }
}
