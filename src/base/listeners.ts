import { report } from './error.js'

/** A source that tells its listeners something; the returned function leaves. */
export interface Listenable<T> {
  subscribe(listener: (value: T) => void): () => void
}

export interface Listeners<T> extends Listenable<T> {
  /** How many there are. */
  size(): number
  tell(value: T): void
}

/** The one way anybody in this house is told anything. */
export function createListeners<T = void>(): Listeners<T> {
  // Entries, not functions: one function may be added twice, and then leaves twice.
  let entries: readonly { readonly tell: (value: T) => void }[] = []

  return {
    size: () => entries.length,
    subscribe(listener) {
      const entry = { tell: listener }
      entries = [...entries, entry]
      return () => {
        entries = entries.filter((other) => other !== entry)
      }
    },
    tell(value) {
      // The list is replaced, never changed: a listener may leave or bring another while being told.
      for (const entry of entries) {
        tell(entry.tell, value)
      }
    },
  }
}

/** Calls what somebody gave, if anything; what that throws is reported, and harms nobody else. */
export function tell<T>(listener: ((value: T) => void) | undefined, value: T): void {
  try {
    listener?.(value)
  } catch (error) {
    report(error)
  }
}
