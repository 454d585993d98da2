import { createServer, connect, type AddressInfo, type Socket } from 'node:net'
import { onTestFinished } from 'vitest'

/** A piece of network between a client and a server, to be cut. */
export interface Cable {
  readonly port: number
  /** How many connections were made through it. */
  readonly calls: number
  /** Breaks every connection; new ones can be made. */
  cut(): void
  /** New connections lead there from now on. With `undefined` they lead nowhere and break at once. */
  lead(port: number | undefined): void
}

/** Lays a cable that leads to a port of this machine. */
export async function layCable(to: number): Promise<Cable> {
  let target: number | undefined = to
  let calls = 0
  const ends = new Set<Socket>()
  const keep = (socket: Socket, other: () => Socket | undefined): void => {
    ends.add(socket)
    socket.on('error', () => {})
    socket.on('close', () => {
      ends.delete(socket)
      other()?.destroy()
    })
  }
  const server = createServer((near) => {
    calls++
    if (target === undefined) return void near.destroy()
    const far = connect(target, '127.0.0.1')
    keep(near, () => far)
    keep(far, () => near)
    near.pipe(far).pipe(near)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const cut = (): void => {
    for (const end of ends) end.destroy()
  }
  onTestFinished(async () => {
    cut()
    await new Promise((resolve) => server.close(resolve))
  })
  return {
    port: (server.address() as AddressInfo).port,
    get calls() {
      return calls
    },
    cut,
    lead(port) {
      target = port
    },
  }
}
