import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { createSecureServer } from 'node:http2'
import { type AddressInfo, connect, createServer as createRelay, type Server, type Socket } from 'node:net'
import type { TLSSocket } from 'node:tls'
import { type WebSocket, WebSocketServer } from 'ws'
import { certificate } from './certificate.ts'
import type { HeardOver } from './place.ts'
import type { Wire } from './wires.ts'

/** What a server does with what comes. */
export interface Handlers {
  readonly http: (asked: HeardOver, response: ServerResponse, request: IncomingMessage) => void
  readonly socket: (socket: WebSocket, asked: HeardOver) => void
}

/** How a server is reached. */
export interface ListenOptions {
  /** TLS with HTTP/2, and HTTP/1.1 for whoever asks for that: a browser does for its WebSockets. @defaultValue false */
  readonly secure?: boolean
  readonly wire?: Wire | undefined
  /** Told of every request and every line that goes, before anything is answered. */
  readonly changed?: () => void
}

export interface Listening {
  readonly origin: string
  /** Requests and upgrades, in the order they came; not the preflights. */
  readonly asked: readonly HeardOver[]
  /** TCP connections that are open now. */
  readonly wires: ReadonlySet<Socket>
  /** Answers that are not finished and WebSockets that are not closed. */
  readonly busy: ReadonlySet<object>
  close(): Promise<void>
}

/** A real server on a port of its own, which pages of any origin may ask. */
export async function listen(handlers: Handlers, options: ListenOptions = {}): Promise<Listening> {
  const { secure = false, wire, changed = () => {} } = options
  const asked: HeardOver[] = []
  const wires = new Set<Socket>()
  const busy = new Set<object>()
  const follow = (line: ServerResponse | WebSocket): void => {
    busy.add(line)
    // A wire that is cut under an answer is what many tests do on purpose.
    line.on('error', () => {})
    line.on('close', () => {
      busy.delete(line)
      changed()
    })
  }
  const note = (request: IncomingMessage): HeardOver => {
    const said = hear(request)
    asked.push(said)
    changed()
    return said
  }
  const answer = (request: IncomingMessage, response: ServerResponse): void => {
    allow(request, response)
    if (request.method === 'OPTIONS') return void response.writeHead(204).end()
    follow(response)
    handlers.http(note(request), response, request)
  }
  const server = secure
    ? // What is used of a request and of a response is the same in both versions.
      createSecureServer(
        { ...(await certificate()), allowHTTP1: true },
        answer as unknown as Parameters<typeof createSecureServer>[1],
      )
    : createServer(answer)
  const keep = (socket: Socket): void => {
    wires.add(socket)
    socket.on('error', () => {})
    socket.on('close', () => wires.delete(socket))
  }
  server.on('connection', keep)
  const sockets = new WebSocketServer({ noServer: true })
  server.on('upgrade', (request: IncomingMessage, socket: Socket, head: Buffer) => {
    const said = note(request)
    sockets.handleUpgrade(request, socket, head, (open) => {
      follow(open)
      handlers.socket(open, said)
    })
  })
  const relay = wire && createRelay((client) => pass(client, portOf(server), wire))
  relay?.on('connection', keep)
  await Promise.all([server, ...(relay ? [relay] : [])].map(ready))

  return {
    origin: `${secure ? 'https' : 'http'}://127.0.0.1:${portOf(relay ?? server)}`,
    asked,
    wires,
    busy,
    async close() {
      for (const open of wires) open.destroy()
      await Promise.all([server, ...(relay ? [relay] : [])].map((one) => new Promise((done) => one.close(done))))
    },
  }
}

const ready = (server: Server): Promise<void> => new Promise((resolve) => server.listen(0, '127.0.0.1', resolve))
const portOf = (server: Server): number => (server.address() as AddressInfo).port

/** TLS and HTTP/2 write past a patched socket: what befalls their bytes must befall them on the way. */
function pass(client: Socket, port: number, wire: Wire): void {
  wire(client)
  const upstream = connect(port, '127.0.0.1')
  upstream.on('error', () => client.destroy())
  upstream.on('close', () => client.destroySoon())
  client.on('close', () => upstream.destroy())
  client.pipe(upstream).pipe(client)
}

function hear(request: IncomingMessage): HeardOver {
  const { pathname, searchParams } = new URL(request.url ?? '/', 'http://localhost')
  const header = request.headers['last-event-id']
  const cursor = (typeof header === 'string' ? header : undefined) ?? searchParams.get('last_event_id') ?? undefined
  const { method = '', headers, httpVersion } = request
  const encrypted = (request.socket as TLSSocket).encrypted === true
  return { method, path: pathname, query: searchParams, headers, cursor, httpVersion, encrypted }
}

/** Lets a page of another origin ask, with cookies and headers of its own, and read what it needs. */
function allow({ headers }: IncomingMessage, response: ServerResponse): void {
  // Behind a redirect from one origin to another, this is "null".
  response.setHeader('access-control-allow-origin', headers.origin ?? '*')
  response.setHeader('access-control-allow-credentials', 'true')
  response.setHeader('access-control-allow-headers', headers['access-control-request-headers'] ?? '')
  response.setHeader('access-control-allow-methods', 'GET, POST, DELETE')
  response.setHeader('access-control-expose-headers', 'etag, retry-after')
  response.setHeader('access-control-max-age', '600')
  // Without it a page may not know which protocol was spoken.
  response.setHeader('timing-allow-origin', '*')
}
