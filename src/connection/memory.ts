import type { Env } from '../transports/env.js'
import type { Transport } from '../transports/transport.js'

/** How long a transport that worked is tried first. */
const KEPT_MS = 600_000

/** Remembers which transport worked, so that the next page need not find out again. */
export interface TransportMemory {
  recall(): number
  remember(index: number): void
}

export function createMemory(transports: readonly Transport[], env: Env): TransportMemory {
  // Where there is no choice there is nothing to remember, and the first look into a storage holds a page up.
  if (transports.length < 2) return { recall: () => 0, remember() {} }
  const { storage, clock } = env
  const key = `holdline:${transports.map((transport) => transport?.label).join()}`
  return {
    recall() {
      const [index = 0, until = 0] = quietly(() => storage?.getItem(key)?.split('@').map(Number)) ?? []
      return until > clock.now() && transports[index] ? index : 0
    },
    remember: (index) =>
      quietly(() => (index ? storage?.setItem(key, `${index}@${clock.now() + KEPT_MS}`) : storage?.removeItem(key))),
  }
}

/** A full or forbidden storage costs a little time on the next page, nothing more. */
function quietly<T>(task: () => T): T | undefined {
  try {
    return task()
  } catch {
    return undefined
  }
}
