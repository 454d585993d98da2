import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import type { WebSocket } from 'ws'

/** Bytes in one direction. */
export interface Way {
  /** All that is no payload: request lines, headers, chunk lengths, handshakes and the heads of frames. */
  readonly headers: number
  /** Bodies, and what stands in frames. */
  readonly payload: number
}

/** What one reader has cost so far. */
export interface Tally {
  readonly requests: number
  /** TCP connections that it has used. */
  readonly connections: number
  /** How many requests or sockets are open at this moment. */
  readonly open: number
  /** From the reader to us. */
  readonly up: Way
  readonly down: Way
}

/** Counts bytes where they leave and arrive: at the socket. Every request has to pass here, or another would be charged. */
export interface Meter {
  /** A request that has just been read; `reader` is whose, undefined for everybody else's. Readers only ask: GET. */
  request(req: IncomingMessage, res: ServerResponse, reader: string | undefined): void
  /** From now on the socket belongs to this reader alone. */
  upgrade(raw: Socket, reader: string | undefined): void
  /** Tells what stands in the frames from the frames themselves. */
  frames(socket: WebSocket, reader: string | undefined): void
  of(reader: string): Tally
  /** Everybody who has no name. */
  readonly rest: Tally
  forget(reader: string): void
}

interface Account {
  requests: number
  connections: number
  readonly known: WeakSet<Socket>
  readonly open: Set<Socket>
  upBytes: number
  downBytes: number
  upPayload: number
  downPayload: number
}

/** A socket's page in the books: how far it is charged, and to whom. */
interface Page {
  read: number
  written: number
  account: Account
}

const sizeOf = (chunk: unknown): number =>
  typeof chunk === 'string' || chunk instanceof Uint8Array || chunk instanceof ArrayBuffer
    ? Buffer.byteLength(chunk)
    : 0

const way = (bytes: number, payload: number): Way => {
  // A line that is held up has been handed more than it has let out.
  const inside = Math.min(bytes, payload)
  return { headers: bytes - inside, payload: inside }
}

const newAccount = (): Account => ({
  requests: 0,
  connections: 0,
  known: new WeakSet(),
  open: new Set(),
  upBytes: 0,
  downBytes: 0,
  upPayload: 0,
  downPayload: 0,
})

export function createMeter(): Meter {
  const accounts = new Map<string, Account>()
  const others = newAccount()
  const pages = new WeakMap<Socket, Page>()

  function accountOf(reader: string | undefined): Account {
    if (reader === undefined) return others
    const account = accounts.get(reader) ?? newAccount()
    accounts.set(reader, account)
    return account
  }

  /** Charges what has gone through the socket since the last time. */
  function settle(socket: Socket): void {
    const page = pages.get(socket)
    if (!page) return
    page.account.upBytes += socket.bytesRead - page.read
    page.account.downBytes += socket.bytesWritten - page.written
    page.read = socket.bytesRead
    page.written = socket.bytesWritten
  }

  /** One request after the other: what a socket has read since the last one ended belongs to the next. */
  function charge(socket: Socket, account: Account): void {
    let page = pages.get(socket)
    if (!page) {
      page = { read: 0, written: 0, account }
      pages.set(socket, page)
      socket.once('close', () => settle(socket))
    }
    page.account = account
    account.requests += 1
    if (!account.known.has(socket)) account.connections += 1
    account.known.add(socket)
    account.open.add(socket)
    settle(socket)
  }

  function tallyOf(account: Account): Tally {
    for (const socket of account.open) settle(socket)
    const { requests, connections, open, upBytes, upPayload, downBytes, downPayload } = account
    return {
      requests,
      connections,
      open: open.size,
      up: way(upBytes, upPayload),
      down: way(downBytes, downPayload),
    }
  }

  return {
    request(req, res, reader) {
      const { socket } = req
      const account = accountOf(reader)
      charge(socket, account)
      res.once('close', () => {
        settle(socket)
        account.open.delete(socket)
      })
      if (reader === undefined) return
      // What is asked with a GET has no body; only what is answered has.
      const write = res.write.bind(res) as (...rest: unknown[]) => boolean
      const end = res.end.bind(res) as (...rest: unknown[]) => ServerResponse
      const count = (chunk: unknown): void => {
        if (!res.destroyed && !res.writableEnded) account.downPayload += sizeOf(chunk)
      }
      res.write = ((...rest: unknown[]) => {
        count(rest[0])
        return write(...rest)
      }) as typeof res.write
      res.end = ((...rest: unknown[]) => {
        count(rest[0])
        return end(...rest)
      }) as typeof res.end
    },
    upgrade(raw, reader) {
      const account = accountOf(reader)
      charge(raw, account)
      raw.once('close', () => {
        settle(raw)
        account.open.delete(raw)
      })
    },
    frames(socket, reader) {
      const account = accountOf(reader)
      socket.on('message', (data) => (account.upPayload += sizeOf(data)))
      const send = socket.send.bind(socket) as (...rest: unknown[]) => void
      socket.send = ((...rest: unknown[]) => {
        if (socket.readyState === socket.OPEN) account.downPayload += sizeOf(rest[0])
        send(...rest)
      }) as typeof socket.send
    },
    of: (reader) => tallyOf(accounts.get(reader) ?? newAccount()),
    get rest() {
      return tallyOf(others)
    },
    forget: (reader) => void accounts.delete(reader),
  }
}
