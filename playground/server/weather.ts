import type { Duplex } from 'node:stream'
import { setImmediate as turn, setTimeout as sleep } from 'node:timers/promises'
import type { Order } from './orders.js'

/** How late each piece is that is delayed. */
export const DELAY_MS = 1_500
const LOOK_MS = 10

type Done = (error?: Error | null) => void

/**
 * Lets what is written to a socket out as the weather allows: at once, late, byte by byte, or when it is over. Nothing is
 * lost and nothing overtakes anything, as on a real line. The returned function takes the weather away again.
 */
export function expose(socket: Duplex, order: () => Order | undefined): () => void {
  const write = socket.write.bind(socket) as (bytes: Uint8Array, done?: Done) => boolean
  let before = Promise.resolve()
  let waiting = 0

  const isHeld = (since: number): boolean => {
    const kind = order()?.kind
    return !socket.destroyed && (kind === 'hole' || (kind === 'delay' && Date.now() < since + DELAY_MS))
  }

  async function pass(bytes: Uint8Array, since: number, done: Done | undefined): Promise<void> {
    // Looked at again and again, because an order may be taken back.
    while (isHeld(since)) await sleep(LOOK_MS)
    let at = 0
    while (order()?.kind === 'split' && at < bytes.length - 1 && !socket.destroyed) {
      write(bytes.subarray(at, ++at))
      await turn()
    }
    waiting -= 1
    if (socket.destroyed) done?.()
    else write(bytes.subarray(at), done)
  }

  function later(chunk: string | Uint8Array, second?: BufferEncoding | Done, third?: Done): boolean {
    const done = typeof second === 'function' ? second : third
    const encoding = typeof second === 'string' ? second : 'utf8'
    const bytes = typeof chunk === 'string' ? Buffer.from(chunk, encoding) : chunk
    if (waiting === 0 && order() === undefined) return write(bytes, done)
    waiting += 1
    const since = Date.now()
    before = before.then(() => pass(bytes, since, done))
    return true
  }

  socket.write = later as Duplex['write']
  return () => void Reflect.deleteProperty(socket, 'write')
}
