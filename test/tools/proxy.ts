import { type AddressInfo, connect, createServer, type Socket } from 'node:net'
import { onTestFinished } from 'vitest'
import { createFlow, type Flow } from './flow.ts'

/** `up` is what the client says, `down` what the server answers. */
export type Way = 'up' | 'down'

/** How a line ends: with an RST, or with a FIN as if all had been said. */
export type Cut = 'reset' | 'finish'

/** What can go wrong on the way. Everything that is switched on can be switched off again. */
export interface Faults {
  /** Hangs up on both sides, once so many more bytes of the answer have come through. @defaultValue at once */
  cut(how: Cut, afterBytes?: number): void
  /** Keeps the sockets and forwards nothing. What was said meanwhile comes through when it is lifted. */
  blackHole(on: boolean, way?: Way): void
  /** Each piece is on its way for so long, in milliseconds. 0 switches it off. */
  delay(ms: number): void
  /** Lets so many bytes per second through, each way. Infinity switches it off. */
  throttle(bytesPerSecond: number): void
  /** Sends each byte on its own. */
  shred(on: boolean): void
  /** Says that one side has said all it has to say; the other side may go on. */
  halfClose(way: Way): void
}

/** One client's line through the proxy. */
export interface ProxiedLine extends Faults {
  /** Counted from 0, in the order of their coming. */
  readonly nth: number
  /** How many bytes came through. */
  readonly moved: Readonly<Record<Way, number>>
}

/** A TCP proxy; the faults are those of all lines that are open now. */
export interface Proxy extends Faults {
  readonly port: number
  readonly origin: string
  readonly lines: ReadonlySet<ProxiedLine>
  /** How many lines were accepted so far, refused ones not counted. */
  readonly accepted: number
  readonly refused: number
  /** Sees each new line before its first byte. There is one such guest; `undefined` sends it away. */
  meet(guest: ((line: ProxiedLine) => void) | undefined): void
  /** Answers new connections with an RST. */
  refuse(on: boolean): void
  close(): Promise<void>
}

/** Stands before a server on this machine; goes when the test goes. */
export async function openProxy(port: number): Promise<Proxy> {
  const lines = new Set<ProxiedLine>()
  const sockets = new Set<Socket>()
  let guest: ((line: ProxiedLine) => void) | undefined
  let refuses = false
  let accepted = 0
  let refused = 0

  const listener = createServer({ allowHalfOpen: true, noDelay: true }, (client) => {
    keep(client)
    if (refuses) {
      refused++
      return void client.resetAndDestroy()
    }
    const server = connect({ port, host: '127.0.0.1', allowHalfOpen: true, noDelay: true })
    keep(server)
    const line = createProxiedLine(accepted++, client, server, () => lines.delete(line))
    lines.add(line)
    guest?.(line)
  })

  function keep(socket: Socket): void {
    sockets.add(socket)
    // What breaks here is broken on purpose, or by one of the two sides; the flow hands it on.
    socket.on('error', () => {})
    socket.on('close', () => sockets.delete(socket))
  }

  await new Promise<void>((resolve) => listener.listen(0, '127.0.0.1', resolve))
  const own = (listener.address() as AddressInfo).port
  const close = async (): Promise<void> => {
    for (const socket of sockets) socket.destroy()
    await new Promise<void>((resolve) => listener.close(() => resolve()))
  }
  onTestFinished(close)

  const toAll =
    <A extends unknown[]>(fault: (line: ProxiedLine, ...args: A) => void) =>
    (...args: A): void => {
      for (const line of [...lines]) fault(line, ...args)
    }
  return {
    port: own,
    origin: `http://127.0.0.1:${own}`,
    lines,
    get accepted() {
      return accepted
    },
    get refused() {
      return refused
    },
    meet(next) {
      guest = next
    },
    refuse(on) {
      refuses = on
    },
    close,
    cut: toAll((line, how, afterBytes) => line.cut(how, afterBytes)),
    blackHole: toAll((line, on, way) => line.blackHole(on, way)),
    delay: toAll((line, ms) => line.delay(ms)),
    throttle: toAll((line, bytesPerSecond) => line.throttle(bytesPerSecond)),
    shred: toAll((line, on) => line.shred(on)),
    halfClose: toAll((line, way) => line.halfClose(way)),
  }
}

function createProxiedLine(nth: number, client: Socket, server: Socket, gone: () => void): ProxiedLine {
  const up = createFlow(client, server)
  const down = createFlow(server, client)
  const both: Readonly<Record<Way, Flow>> = { up, down }
  let open = 2
  for (const socket of [client, server]) {
    socket.on('close', () => {
      if (--open === 0) gone()
    })
  }

  function hangUp(how: Cut): void {
    if (how === 'reset') {
      client.resetAndDestroy()
      server.resetAndDestroy()
    } else {
      // The client may still speak, to nobody.
      client.removeAllListeners('data').resume().end()
      server.destroy()
    }
  }

  return {
    nth,
    moved: {
      get up() {
        return up.moved
      },
      get down() {
        return down.moved
      },
    },
    cut: (how, afterBytes = 0) => down.stopAfter(afterBytes, () => hangUp(how)),
    blackHole(on, way) {
      for (const flow of way ? [both[way]] : [up, down]) flow.hold(on)
    },
    delay(ms) {
      up.delay(ms)
      down.delay(ms)
    },
    throttle(bytesPerSecond) {
      up.throttle(bytesPerSecond)
      down.throttle(bytesPerSecond)
    },
    shred(on) {
      up.shred(on)
      down.shred(on)
    },
    halfClose: (way) => both[way].end(),
  }
}
