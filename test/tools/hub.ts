import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import { onTestFinished } from 'vitest'
import { type WebSocket, WebSocketServer } from 'ws'

/** A log that every transport reaches, and an inbox that takes each message once: what PROTOCOL.md asks of a server. */
export interface Hub {
  readonly port: number
  readonly origin: string
  /** What clients sent, each id once, as it came. */
  readonly taken: readonly unknown[]
  /** How often something came under an id that was known already. */
  readonly repeats: number
  /** Questions and lines that are open now. */
  readonly live: number
  /** TCP connections that are open now. */
  readonly wires: number
  /** How many lines and questions there were. */
  readonly asked: number
  /** Client pings so far. */
  readonly pings: number
  say(...data: string[]): void
  /** Hangs up on everybody. */
  cut(): void
  /** Goes, and comes back on the same port with all it knew. */
  restart(): Promise<void>
  close(): Promise<void>
}

/** How a client asks: for an event stream, for answers to polls, or for WebSocket frames. */
export type Wire = 'stream' | 'answers' | 'frames'

export interface HubOptions {
  /** How often a stream says that it lives, in milliseconds. */
  readonly beatMs?: number
  /** How long a question is held back that says `wait`, in milliseconds. */
  readonly holdMs?: number
  /** Announced in each welcome, in milliseconds. */
  readonly heartbeatMs?: number
  /** Whether a wire is closed once its answer is out, so that a client has none in store. @defaultValue false */
  readonly closes?: boolean
  /** How a POST is refused this time: before it is taken, or after it, as by a gateway. */
  readonly mood?: () => 'well' | 'busy' | 'forgetful'
  /** Whether everything of this kind is cut off at once just now, as by a proxy that does not like it. */
  readonly shuns?: (wire: Wire) => boolean
  /** How many messages before the cursor are sent again this time. */
  readonly overlap?: () => number
  /** Whether an answer to a poll says nothing of its length, so that a cut looks like its end. */
  readonly unmeasured?: () => boolean
}

interface Entry {
  readonly id: string
  readonly data: string
}

/** Where letters are posted to; any other path is the log's. */
export const LETTERS = '/letters'

export async function openHub(options: HubOptions = {}): Promise<Hub> {
  const { beatMs = 50, holdMs = 100, closes = false, heartbeatMs, mood = () => 'well' } = options
  const { shuns = () => false, overlap = () => 0, unmeasured = () => false } = options
  const log: Entry[] = []
  const places = new Map<string, number>()
  const known = new Set<string>()
  const taken: unknown[] = []
  const readers = new Set<() => void>()
  const wires = new Set<Socket>()
  const live = new Set<object>()
  let down = false
  const counted = { repeats: 0, asked: 0, pings: 0 }
  const welcome = JSON.stringify({ t: 'welcome', heartbeatMs })

  /** Where the log goes on for this cursor. A server that has lost nothing knows each one. An overlap does no harm. */
  function after(cursor: string | null | undefined): number {
    const place = cursor ? places.get(cursor) : 0
    if (place === undefined) throw new Error(`Nobody was ever told of ${cursor}`)
    return Math.max(0, place - overlap())
  }

  function take(id: string, data: unknown): void {
    if (known.has(id)) return void counted.repeats++
    known.add(id)
    taken.push(data)
  }

  /** Hands on what is there and what comes, until the line is gone. */
  function follow(
    line: ServerResponse | WebSocket,
    cursor: string | null | undefined,
    hand: (news: Entry[]) => void,
  ): void {
    let next = after(cursor)
    const look = (): void => {
      const news = log.slice(next)
      next = log.length
      if (news.length > 0) hand(news)
    }
    readers.add(look)
    line.on('close', () => readers.delete(look))
    look()
  }

  function beat(line: ServerResponse | WebSocket, say: () => void): void {
    const timer = setInterval(say, beatMs)
    line.on('close', () => clearInterval(timer))
  }

  function stream(response: ServerResponse, cursor: string | null, greets: boolean): void {
    response.writeHead(200, { 'content-type': 'text/event-stream' })
    response.write(greets ? `event: holdline\ndata: ${welcome}\n\n` : ':\n\n')
    beat(response, () => void response.write(':\n'))
    follow(response, cursor, (news) => {
      response.write(news.map(({ id, data }) => `id: ${id}\n${data.replace(/^/gm, 'data: ')}\n\n`).join(''))
    })
  }

  function answer(response: ServerResponse, cursor: string | null, waits: boolean): void {
    const hand = (news: Entry[]): void => {
      clearTimeout(timer)
      if (response.writableEnded) return
      if (unmeasured()) {
        response.useChunkedEncodingByDefault = false
        response.writeHead(200, { connection: 'close' }).flushHeaders()
      }
      response.end(JSON.stringify(news))
    }
    const timer = setTimeout(hand, waits ? holdMs : 0, [])
    response.on('close', () => clearTimeout(timer))
    follow(response, cursor, hand)
  }

  async function letter(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk as Buffer)
    const now = mood()
    if (now === 'busy') return void response.writeHead(503).end()
    const body = JSON.parse(String(Buffer.concat(chunks))) as { id?: string; data?: unknown }
    take(String(request.headers['idempotency-key']), body.id === undefined ? body : body.data)
    response.writeHead(now === 'forgetful' ? 502 : 204).end()
  }

  function handle(request: IncomingMessage, response: ServerResponse): void {
    const { pathname, searchParams: query } = new URL(request.url ?? '/', 'http://localhost')
    live.add(response)
    counted.asked++
    // A wire that breaks under an answer is what happens here all the time.
    response.on('error', () => {})
    response.on('close', () => live.delete(response))
    const cursor = String(request.headers['last-event-id'] ?? '') || query.get('last_event_id')
    if (pathname === LETTERS) return void letter(request, response).catch(() => response.destroy())
    request.resume()
    const streams = request.headers.accept === 'text/event-stream'
    if (shuns(streams ? 'stream' : 'answers')) response.destroy()
    else if (streams) stream(response, cursor, !query.has('plain'))
    else answer(response, cursor, query.get('wait') !== '0')
  }

  function talk(socket: WebSocket): void {
    live.add(socket)
    counted.asked++
    socket.on('error', () => {})
    socket.on('close', () => live.delete(socket))
    socket.once('message', (hello) => {
      socket.send(welcome)
      follow(socket, (JSON.parse(String(hello)) as { cursor?: string }).cursor, (news) =>
        socket.send(JSON.stringify(news)),
      )
      socket.on('message', (frame) => {
        const { t, id = '', data } = JSON.parse(String(frame)) as { t?: string; id?: string; data?: unknown }
        if (t === 'ping') {
          counted.pings++
          return socket.send('{"t":"pong"}')
        }
        take(id, data)
        socket.send(JSON.stringify({ t: 'ack', id }))
      })
    })
  }

  const server = createServer((request, response) => {
    if (closes) response.shouldKeepAlive = false
    handle(request, response)
  })
  const sockets = new WebSocketServer({ noServer: true })
  server.on('connection', (socket) => {
    // The port stays ours while the server is down: whoever got it meanwhile would be asked for our log.
    if (down) return void socket.resetAndDestroy()
    wires.add(socket)
    socket.on('error', () => {})
    socket.on('close', () => wires.delete(socket))
  })
  server.on('upgrade', (request, socket, head) => {
    if (shuns('frames')) socket.destroy()
    else sockets.handleUpgrade(request, socket, head, talk)
  })

  function cut(): void {
    for (const wire of wires) wire.destroy()
  }

  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  const close = (): Promise<void> => {
    cut()
    return new Promise((resolve) => void server.close(() => resolve()))
  }
  onTestFinished(close)

  return {
    port,
    origin: `http://127.0.0.1:${port}`,
    taken,
    get repeats() {
      return counted.repeats
    },
    get live() {
      return live.size
    },
    get wires() {
      return wires.size
    },
    get asked() {
      return counted.asked
    },
    get pings() {
      return counted.pings
    },
    say(...data) {
      for (const text of data) {
        const nth = log.length + 1
        // Now and then an id that no header can hold.
        const id = nth % 10 ? `log-${nth}` : `消息-${nth}`
        log.push({ id, data: text })
        places.set(id, nth)
      }
      for (const look of [...readers]) look()
    },
    cut,
    async restart() {
      down = true
      const closing = [...wires].map((wire) => new Promise((resolve) => wire.once('close', resolve)))
      cut()
      await Promise.all(closing)
      down = false
    },
    close,
  }
}
