import type { Socket } from 'node:net'

/** What befalls the bytes on their way to the client. Plain data, so that a page can ask a server for it. */
export interface Plan {
  /** Every byte is sent on its own. */
  readonly dribble?: boolean
  /** So many bytes come out of the first connection, the second and so on before it breaks; later ones hold. */
  readonly cuts?: readonly number[]
}

/** A plan that a server can carry out: it meets each TCP connection before anything is read or written. */
export interface Wire {
  (socket: Socket): void
  readonly plan: Plan
}

/** Makes a wire of a plan. It counts its connections, so each server needs one of its own. */
export function wireOf(plan: Plan): Wire {
  let connections = 0
  const meet = (socket: Socket): void => {
    if (plan.dribble) dribble(socket)
    const bytes = plan.cuts?.[connections++]
    if (bytes !== undefined) cutAfter(socket, bytes)
  }
  return Object.assign(meet, { plan })
}

/** Lets so many bytes out, then hangs up: inside a header, a frame or a character. */
function cutAfter(socket: Socket, bytes: number): void {
  const write = socket.write.bind(socket) as (chunk: Buffer) => boolean
  let left = bytes
  patch(socket, (chunk) => {
    if (left < 0) return false
    left -= chunk.length
    if (left >= 0) return write(chunk)
    write(chunk.subarray(0, chunk.length + left))
    socket.destroySoon()
    return false
  })
}

function dribble(socket: Socket): void {
  const write = socket.write.bind(socket) as (chunk: Buffer) => boolean
  socket.setNoDelay(true)
  const waiting: number[] = []
  const next = (): void => {
    const byte = waiting.shift()
    if (byte === undefined || socket.destroyed) return
    write(Buffer.of(byte))
    setImmediate(next)
  }
  patch(socket, (chunk) => {
    if (waiting.length === 0) setImmediate(next)
    waiting.push(...chunk)
    return true
  })
}

type Write = (chunk: string | Uint8Array, encoding?: BufferEncoding | (() => void), done?: () => void) => boolean

function patch(socket: Socket, out: (chunk: Buffer) => boolean): void {
  const write: Write = (chunk, encoding, done) => {
    const bytes = typeof chunk === 'string' ? Buffer.from(chunk, encoding as BufferEncoding) : Buffer.from(chunk)
    const more = out(bytes)
    const told = typeof encoding === 'function' ? encoding : done
    if (told) setImmediate(told)
    return more
  }
  socket.write = write as Socket['write']
}
