import { tell } from '../base/listeners.js'
import { createLine } from '../connection/line.js'
import { type LineOptions, listOf } from '../connection/options.js'
import type { Attempt } from '../transports/transport.js'
import type { ChatOptions } from './types.js'

/** How often a server is told to stop before it is given up. */
const STOP_TRIES = 3
/** A server that answers like this knows of no run to stop; there is nothing left to do. */
const NOTHING_TO_STOP = /^(http-(404|405|409|410|501)|ws-44(04|10))$/

const nothing = (): void => {}

/**
 * Tells the server to stop, on a line of its own over the same kind of transport: the one that carried the answer is
 * hung up, and the network may be as bad as it was. Resolves when the server knows, or when that has failed.
 */
export function tellToStop(
  chat: LineOptions & Pick<ChatOptions, 'onError'>,
  transport: string,
  asked: Pick<Attempt, 'request' | 'dialect'>,
): Promise<void> {
  const transports = listOf(chat).filter(({ name }) => name === transport)
  const line = createLine(
    // Its failures are its own: the chat's `classify` speaks of answers.
    { ...chat, transports, maxFailures: STOP_TRIES, classify: undefined },
    { ask: () => asked, take: nothing, fault: nothing, gap: nothing },
  )
  return new Promise((resolve) => {
    line.state.subscribe(() => {
      const state = line.state.get()
      if (state.status === 'closed') resolve()
      if (state.status !== 'failed') return
      resolve()
      if (!NOTHING_TO_STOP.test(state.error.code)) tell(chat.onError, state.error)
    })
    line.hold()
  })
}
