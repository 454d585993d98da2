import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import { type WebSocket, WebSocketServer } from 'ws'
import { control } from './control.ts'

/** A small server that speaks PROTOCOL.md and the native framing, for component tests in real browsers. */
export interface TestServer {
  readonly origin: string
  close(): Promise<void>
}

interface Item {
  readonly id: string
  readonly event: string
  readonly data: string
}

/** Everything that was said in one room, or in one run of a chat. */
interface Log {
  readonly items: Item[]
  ended: boolean
  /** Told of each change. */
  readonly readers: Set<() => void>
  /** What tests ask for: lines opened so far, lines open now, runs started, what the last one asked. */
  readonly seen: { opened: number; live: number; posts: number; body: unknown }
  /** Breaks the lines that are open. */
  readonly cuts: Set<() => unknown>
}

const WORDS_EVERY_MS = 30

export async function startServer(): Promise<TestServer> {
  const logs = new Map<string, Log>()
  const server = createServer((request, response) => {
    handle(request, response).catch((error: unknown) => response.writeHead(500).end(String(error)))
  })
  const sockets = new WebSocketServer({ server })
  sockets.on('connection', (socket, { url = '/' }) =>
    url === '/control' ? control(socket) : talk(socket, new URL(url, 'http://here')),
  )
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))

  return {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async close() {
      for (const client of sockets.clients) client.terminate()
      server.closeAllConnections()
      await new Promise<void>((done) => server.close(() => done()))
    },
  }

  function logOf(name: string): Log {
    const known = logs.get(name)
    if (known) return known
    const seen = { opened: 0, live: 0, posts: 0, body: undefined }
    const log: Log = { items: [], ended: false, readers: new Set(), seen, cuts: new Set() }
    logs.set(name, log)
    return log
  }

  async function handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { pathname, searchParams: query } = new URL(request.url ?? '/', 'http://here')
    // The page under test comes from another port.
    for (const what of ['allow-origin', 'allow-headers', 'allow-methods', 'expose-headers'])
      response.setHeader(`access-control-${what}`, '*')
    if (request.method === 'OPTIONS') return void response.writeHead(204).end()
    const log = logOf(query.get('room') ?? query.get('chat') ?? '')
    const from = query.get('last_event_id') ?? String(request.headers['last-event-id'] ?? '')
    switch (pathname) {
      case '/say':
        add(log, await text(request), query.get('event') ?? 'message')
        return void response.end()
      case '/cut':
        log.cuts.forEach((breakOff) => breakOff())
        return void response.end()
      case '/seen':
        return void response.end(JSON.stringify(log.seen))
      case '/sse':
        return stream(response, log, from)
      case '/poll':
        return answer(response, log, from, query)
      case '/ui-chat':
      case '/chat': {
        if (request.method === 'DELETE') {
          end(log)
          return void response.writeHead(204).end()
        }
        if (request.method === 'POST') startRun(log, JSON.parse(await text(request)), pathname === '/ui-chat')
        const streams = request.headers.accept?.includes('text/event-stream')
        return streams ? stream(response, log, from) : answer(response, log, from, query)
      }
      default:
        return void response.writeHead(404).end()
    }
  }

  function talk(socket: WebSocket, { pathname, searchParams: query }: URL): void {
    if (pathname === '/ws' && query.has('native')) {
      const log = logOf(query.get('room') ?? '')
      socket.on('message', (data) => add(log, String(data)))
      return void follow(socket, log, log.items.length, (items) => items.forEach(({ data }) => socket.send(data)))
    }
    socket.once('message', (first) => {
      const { t, cursor, chat, body } = JSON.parse(String(first)) as Record<string, string>
      const log = logOf(chat ?? query.get('room') ?? '')
      if (t === 'run') startRun(log, body, query.has('ui'))
      if (t === 'stop') end(log)
      socket.send(JSON.stringify({ t: 'welcome', resumed: true, heartbeatMs: 15_000 }))
      socket.on('message', (frame) => {
        const { t: control, id, data } = JSON.parse(String(frame)) as { t?: string; id?: string; data?: unknown }
        if (control === 'ping') socket.send('{"t":"pong"}')
        if (control !== undefined) return
        add(log, typeof data === 'string' ? data : JSON.stringify(data))
        socket.send(JSON.stringify({ t: 'ack', id }))
      })
      follow(socket, log, Number(cursor ?? 0), (items) => {
        socket.send(envelopeOf(log, items))
        if (log.ended) socket.close(1000)
      })
    })
  }
}

function add(log: Log, data: string, event: string = 'message'): void {
  log.items.push({ id: String(log.items.length + 1), event, data })
  log.readers.forEach((tell) => tell())
}

function end(log: Log): void {
  log.ended = true
  log.readers.forEach((tell) => tell())
}

/** Answers word by word, whoever listens; breaks all lines in the middle if it is asked to. `ui`: as the AI SDK writes. */
function startRun(log: Log, body: unknown, ui: boolean = false): void {
  log.seen.posts++
  log.seen.body = body
  if (log.items.length > 0) return
  const { messages, cutAfter } = body as { messages: readonly { content: string }[]; cutAfter?: number }
  const words = `You said: ${messages.at(-1)?.content ?? 'something'}`.split(/(?<= )/)
  const pieces = ui ? chunksOf(words).map((chunk) => JSON.stringify(chunk)) : words
  const timer = setInterval(() => {
    const word = pieces.shift()
    if (word === undefined || log.ended) {
      clearInterval(timer)
      return end(log)
    }
    add(log, word)
    if (log.items.length === cutAfter) log.cuts.forEach((breakOff) => breakOff())
  }, WORDS_EVERY_MS)
}

const chunksOf = (words: readonly string[]): object[] => [
  { type: 'start' },
  { type: 'text-start', id: '0' },
  ...words.map((delta) => ({ type: 'text-delta', id: '0', delta })),
  { type: 'text-end', id: '0' },
  { type: 'finish', finishReason: 'stop' },
]

/** Hands on what is there, and then whatever comes, until the line is gone. */
function follow(line: WebSocket | ServerResponse, log: Log, from: number, send: (items: Item[]) => void): void {
  let next = from
  log.seen.opened++
  log.seen.live++
  const tell = (): void => {
    const items = log.items.slice(next)
    next += items.length
    if (items.length > 0 || log.ended) send(items)
  }
  const breakOff = (): unknown => ('terminate' in line ? line.terminate() : line.destroy())
  log.readers.add(tell)
  log.cuts.add(breakOff)
  line.on('close', () => {
    log.seen.live--
    log.readers.delete(tell)
    log.cuts.delete(breakOff)
  })
  tell()
}

function stream(response: ServerResponse, log: Log, from: string): void {
  response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store' })
  // Something must be said at once: some browsers do not call a response begun before its first byte.
  response.write(':\n\n')
  follow(response, log, Number(from), (items) => {
    for (const { id, event, data } of items) response.write(`id: ${id}\nevent: ${event}\ndata: ${data}\n\n`)
    if (log.ended) response.end('event: holdline\ndata: {"t":"end","reason":"complete"}\n\n')
  })
}

/** One poll. Without `wait` in the query it is native framing: the latest message alone, with an `ETag`. */
function answer(response: ServerResponse, log: Log, from: string, query: URLSearchParams): void {
  const native = !query.has('wait')
  const after = Number(native ? (response.req.headers['if-none-match'] ?? 0) : from)
  const waitMs = native ? Number(query.get('hold') ?? 0) : Number(query.get('wait')) * 1000
  const send = (items: Item[]): void => {
    clearTimeout(timer)
    if (response.writableEnded) return
    if (!native) response.end(envelopeOf(log, items))
    else if (items.length === 0) response.writeHead(304).end()
    else response.setHeader('etag', String(log.items.length)).end(items.at(-1)?.data)
  }
  const timer = setTimeout(send, waitMs, [])
  response.on('close', () => clearTimeout(timer))
  follow(response, log, after, send)
}

/** The items, and the end where it has come. */
const envelopeOf = (log: Log, items: readonly Item[]): string =>
  JSON.stringify([...items, ...(log.ended ? [{ t: 'end', reason: 'complete' }] : [])])
