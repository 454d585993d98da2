import type { Duplex } from 'node:stream'
import { setImmediate as turn, setTimeout as sleep } from 'node:timers/promises'
import type { Order } from './orders.js'

/** How late each piece is that is delayed. */
export const DELAY_MS = 1_500
/** How much gets through a narrow line. */
export const BYTES_PER_S = 1_000
/** How much a bad proxy collects before it passes anything on. */
export const BUFFER_BYTES = 16_000
const LOOK_MS = 10
/** A narrow line lets through so much at a time. */
const PIECE = 50

type Done = (error?: Error | null) => void

/** A piece that waits for its turn. */
interface Piece {
  readonly bytes: Uint8Array
  readonly since: number
  /** Counts the pieces of a line. */
  readonly number: number
}

/**
 * Lets what is written to a socket out as the weather allows: at once, late, slowly, byte by byte, by the buffer, or when
 * it is over. Nothing is lost and nothing overtakes anything, as on a real line. `ended`: whether the answer is written to
 * its end, for which a buffer is emptied. The returned function takes the weather away again.
 */
export function expose(socket: Duplex, order: () => Order | undefined, ended: () => boolean = () => false): () => void {
  const write = socket.write.bind(socket) as (bytes: Uint8Array, done?: Done) => boolean
  let before = Promise.resolve()
  let waiting = 0
  let count = 0
  /** What a proxy has collected since it last passed something on, and up to which piece it has. */
  let collected = 0
  let passed = 0

  function isHeld({ since, number }: Piece): boolean {
    const kind = socket.destroyed ? undefined : order()?.kind
    if (kind === 'delay') return Date.now() < since + DELAY_MS
    if (kind === 'buffer') return number > passed && !ended()
    return kind === 'hole'
  }

  async function pass(piece: Piece, done: Done | undefined): Promise<void> {
    const { bytes } = piece
    // Looked at again and again, because an order may be taken back.
    while (isHeld(piece)) await sleep(LOOK_MS)
    let at = 0
    while (order()?.kind === 'split' && at < bytes.length - 1 && !socket.destroyed) {
      write(bytes.subarray(at, ++at))
      await turn()
    }
    while (order()?.kind === 'throttle' && at < bytes.length - 1 && !socket.destroyed) {
      const next = Math.min(at + PIECE, bytes.length - 1)
      write(bytes.subarray(at, next))
      await sleep(((next - at) * 1_000) / BYTES_PER_S)
      at = next
    }
    waiting -= 1
    if (socket.destroyed) done?.()
    else write(bytes.subarray(at), done)
  }

  function enqueue(bytes: Uint8Array, done: Done | undefined): void {
    waiting += 1
    count += 1
    collected += bytes.length
    if (collected >= BUFFER_BYTES) {
      passed = count
      collected = 0
    }
    const piece = { bytes, since: Date.now(), number: count }
    before = before.then(() => pass(piece, done))
  }

  function later(chunk: string | Uint8Array, second?: BufferEncoding | Done, third?: Done): boolean {
    const done = typeof second === 'function' ? second : third
    const encoding = typeof second === 'string' ? second : 'utf8'
    const bytes = typeof chunk === 'string' ? Buffer.from(chunk, encoding) : chunk
    if (waiting === 0 && order() === undefined) return write(bytes, done)
    const head = order()?.kind === 'buffer' ? headIn(bytes) : 0
    if (head > 0 && waiting === 0) write(bytes.subarray(0, head))
    if (head < bytes.length || waiting > 0) enqueue(waiting === 0 ? bytes.subarray(head) : bytes, done)
    else done?.()
    return true
  }

  socket.write = later as Duplex['write']
  return () => void Reflect.deleteProperty(socket, 'write')
}

const HEAD = Buffer.from('HTTP/1.1 ')
const HEAD_ENDS = Buffer.from('\r\n\r\n')

/** How long the headers are: a proxy passes them on at once. */
function headIn(bytes: Uint8Array): number {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const end = buffer.subarray(0, HEAD.length).equals(HEAD) ? buffer.indexOf(HEAD_ENDS) : -1
  return end < 0 ? 0 : end + HEAD_ENDS.length
}
