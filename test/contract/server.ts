import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import { onTestFinished } from 'vitest'
import { type WebSocket, WebSocketServer } from 'ws'

/** What a request said, kept for questions afterwards. */
export interface Asked {
  readonly method: string
  readonly path: string
  readonly query: URLSearchParams
  readonly headers: IncomingMessage['headers']
  /** From the header or the query, as PROTOCOL.md has it. */
  readonly cursor: string | undefined
}

export interface Handlers {
  /** Without it, every request is answered with 404. */
  readonly http?: (asked: Asked, response: ServerResponse, request: IncomingMessage) => void
  /** Without it, every upgrade is refused. */
  readonly socket?: (socket: WebSocket, asked: Asked) => void
  /** Takes every request and upgrade, and answers none. */
  readonly mute?: boolean
  /** Meets each TCP connection before anything is read or written. */
  readonly wire?: (socket: Socket) => void
}

export interface TestServer {
  readonly origin: string
  /** Requests and upgrades, in the order they came. */
  readonly asked: readonly Asked[]
  /** TCP connections that are open now; Node's fetch keeps some in store. */
  readonly wires: ReadonlySet<Socket>
  /** Answers that are not finished and WebSockets that are not closed. */
  readonly busy: ReadonlySet<object>
  close(): Promise<void>
}

/** A real server on a port of its own; it goes when the test goes. */
export async function serve({ http, socket: onSocket, wire, mute }: Handlers): Promise<TestServer> {
  const asked: Asked[] = []
  const wires = new Set<Socket>()
  const busy = new Set<object>()
  const note = (request: IncomingMessage): Asked => {
    const { pathname, searchParams } = new URL(request.url ?? '/', 'http://localhost')
    const header = request.headers['last-event-id']
    const cursor = (typeof header === 'string' ? header : undefined) ?? searchParams.get('last_event_id') ?? undefined
    const { method = '', headers } = request
    const said: Asked = { method, path: pathname, query: searchParams, headers, cursor }
    asked.push(said)
    return said
  }

  const server = createServer((request, response) => {
    const said = note(request)
    // A wire that is cut under an answer is what many tests do on purpose.
    response.on('error', () => {})
    busy.add(response)
    response.on('close', () => busy.delete(response))
    if (mute) return
    if (http) http(said, response, request)
    else response.writeHead(404).end()
  })
  server.on('connection', (socket) => {
    wires.add(socket)
    socket.on('error', () => {})
    socket.on('close', () => wires.delete(socket))
    wire?.(socket)
  })
  const sockets = new WebSocketServer({ noServer: true })
  server.on('upgrade', (request, socket, head) => {
    const said = note(request)
    busy.add(socket)
    socket.on('close', () => busy.delete(socket))
    // An upgraded socket stays half open until somebody ends it.
    if (mute) return void socket.on('end', () => socket.end()).resume()
    if (!onSocket) return void socket.end('HTTP/1.1 404 Not Found\r\nconnection: close\r\n\r\n')
    sockets.handleUpgrade(request, socket, head, (open) => {
      open.on('error', () => {})
      onSocket(open, said)
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))

  const close = async (): Promise<void> => {
    for (const open of wires) open.destroy()
    await new Promise<void>((resolve) => server.close(() => resolve()))
  }
  onTestFinished(close)
  return { origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, asked, wires, busy, close }
}

/** An address where nobody listens. */
export async function nobody(): Promise<string> {
  const { origin, close } = await serve({})
  await close()
  return origin
}
