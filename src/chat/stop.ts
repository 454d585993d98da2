import { createLine } from '../connection/line.js'
import { listOf } from '../connection/options.js'
import type { Attempt } from '../transports/transport.js'
import type { ChatOptions } from './types.js'

/** How often a server is told to stop before it is given up. */
const STOP_TRIES = 3
/** A server that answers like this knows of no run to stop; there is nothing left to do. */
const NOTHING_TO_STOP = [404, 405, 409, 410, 501]

const nothing = (): void => {}

/**
 * Tells the server to stop, on a line of its own over the same transport: the one that carried the answer is hung up,
 * and the network may be as bad as it was. Resolves when the server knows, or when that has failed.
 */
export function tellToStop(
  chat: ChatOptions,
  transport: string,
  asked: Pick<Attempt, 'request' | 'dialect'>,
): Promise<void> {
  const line = createLine(
    {
      ...chat,
      transports: listOf(chat).filter(({ name }) => name === transport),
      maxFailures: STOP_TRIES,
      classify: (ending) =>
        ending.kind === 'refused' && NOTHING_TO_STOP.includes(ending.status)
          ? { kind: 'ended', retry: false }
          : undefined,
    },
    { ask: () => asked, take: nothing, fault: nothing, gap: nothing },
  )
  return new Promise((resolve) => {
    line.state.subscribe(() => {
      const state = line.state.get()
      if (state.status === 'failed') chat.onError?.(state.error)
      else if (state.status !== 'closed') return
      resolve()
    })
    line.hold()
  })
}
