import type { HoldlineError } from '../base/error.js'
import type { ChatMessage } from './message.js'
import type { SendMessageOptions } from './types.js'

/** A message that waits for its turn. */
interface Waiting {
  readonly message: ChatMessage
  start(): void
  drop(why: HoldlineError): void
}

/** What was sent while an answer arrived. */
export interface Queue {
  /** The same list until it changes. */
  readonly messages: readonly ChatMessage[]
  /** Settles when its own answer has ended, or rejects when it is taken out. */
  add(message: ChatMessage, extra: SendMessageOptions | undefined): Promise<void>
  /** Begins with the first, if there is one, and says whether there was. */
  next(): boolean
  /** Takes out what fits. */
  drop(why: HoldlineError, fits?: (message: ChatMessage) => boolean): readonly ChatMessage[]
}

export function createQueue(
  ask: (message: ChatMessage, extra: SendMessageOptions | undefined) => Promise<void>,
): Queue {
  let waiting: readonly Waiting[] = []
  let messages: readonly ChatMessage[] = []

  function set(next: readonly Waiting[]): void {
    waiting = next
    messages = next.map(({ message }) => message)
  }

  return {
    get messages() {
      return messages
    },
    add: (message, extra) =>
      new Promise((resolve, reject) => {
        const begin = async (): Promise<void> => ask(message, extra)
        set([...waiting, { message, start: () => resolve(begin()), drop: reject }])
      }),
    next() {
      const [first, ...rest] = waiting
      if (!first) return false
      set(rest)
      first.start()
      return true
    },
    drop(why, fits = () => true) {
      const out = waiting.filter(({ message }) => fits(message))
      if (out.length > 0) set(waiting.filter((one) => !out.includes(one)))
      for (const { drop } of out) drop(why)
      return out.map(({ message }) => message)
    },
  }
}
