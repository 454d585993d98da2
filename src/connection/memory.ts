import type { Env } from '../transports/env.js'
import type { Transport } from '../transports/transport.js'

/** How long a transport that worked is tried first. */
const KEPT_MS = 600_000

/** Remembers which transport worked, so that the next page need not find out again. */
export function createMemory(transports: readonly Transport[], { storage, clock }: Env) {
  const key = `holdline:${transports.map(({ label }) => label).join(',')}`
  return {
    recall(): number {
      const [index, until] = read().split('@').map(Number)
      return index !== undefined && index < transports.length && until !== undefined && until > clock.now() ? index : 0
    },
    remember(index: number): void {
      try {
        if (index === 0) storage?.removeItem(key)
        else storage?.setItem(key, `${index}@${clock.now() + KEPT_MS}`)
      } catch {
        // A full or forbidden storage costs a little time on the next page, nothing more.
      }
    },
  }

  function read(): string {
    try {
      return storage?.getItem(key) ?? ''
    } catch {
      return ''
    }
  }
}
