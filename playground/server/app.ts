import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Duplex } from 'node:stream'
import { type WebSocket, WebSocketServer } from 'ws'
import { createAssistant } from './assistant.js'
import { chatOpenings } from './chatRoutes.js'
import { type ConversationLimits, createConversations } from './conversations.js'
import { createCounters } from './counters.js'
import { createDanmaku, type DanmakuOptions } from './danmaku.js'
import { danmakuOpenings } from './danmakuRoutes.js'
import { type Answerer, createDesk } from './desk.js'
import { createFaults } from './faults.js'
import { formatAt } from './formats/index.js'
import { errorOf, HOTEL, reply } from './http.js'
import { type LiveOptions, startLive } from './live.js'
import { createMeter } from './meter.js'
import { servePage } from './pages.js'
import { createRaces, readerIn } from './race.js'
import { raceOpenings } from './raceRoutes.js'
import { createRoom, type RoomOptions } from './room.js'
import { roomOpenings } from './roomRoutes.js'
import { isStranger, refusalOf, type RouteGround, serveApi } from './routes.js'
import { createRuns, type RunLimits } from './runs.js'
import { refuseSocket, serveSocket, type SocketGround } from './sockets.js'
import { createSteamOutput } from './steamOutput.js'
import { guard } from './tokens.js'
import { createTools } from './tools.js'
import { expose } from './weather.js'

export interface PlaygroundOptions {
  /** The folder with the project's documents. @defaultValue the current one */
  readonly root?: string | undefined
  /** The folder with the built pages. Without it there is only the API. */
  readonly pages?: string | undefined
  /** Who answers. @defaultValue the embedded assistant */
  readonly answerer?: Answerer | undefined
  /** Whether pages of other origins may use the API. @defaultValue where the embedded assistant answers */
  readonly openToOthers?: boolean | undefined
  /** @defaultValue 15000 */
  readonly heartbeatMs?: number | undefined
  /** How long a WebSocket may take to say its first word. @defaultValue 10000 */
  readonly helloWithinMs?: number | undefined
  /** Attachments travel in the request, and with every question behind them. @defaultValue 8000000 */
  readonly maxBodyBytes?: number | undefined
  readonly runs?: RunLimits | undefined
  readonly conversations?: ConversationLimits | undefined
  readonly live?: LiveOptions | undefined
  readonly room?: RoomOptions | undefined
  readonly danmaku?: DanmakuOptions | undefined
}

export interface PlaygroundServer {
  readonly server: Server
  /** Resolves with the address; rejects if the port is taken. */
  listen(port?: number, host?: string): Promise<string>
  /** Ends every run and line, and leaves nothing behind. */
  close(): Promise<void>
}

/** How long a WebSocket is waited for when the server closes. */
const FAREWELL_MS = 300

/** The playground's server: a chat, a live feed and a room by PROTOCOL.md, and the pages that show them. */
export function createPlaygroundServer(options: PlaygroundOptions = {}): PlaygroundServer {
  const { root = process.cwd(), heartbeatMs = 15_000, helloWithinMs = 10_000, maxBodyBytes = 8_000_000 } = options
  const answerer = options.answerer ?? createAssistant(root)
  const runs = createRuns(options.runs)
  const conversations = createConversations(options.conversations)
  const counters = createCounters()
  const meter = createMeter()
  const room = createRoom(options.room)
  const ground: RouteGround = {
    answerer,
    conversations,
    counters,
    danmaku: createDanmaku(options.danmaku),
    desk: createDesk(answerer, runs, conversations, counters, createTools(room)),
    faults: createFaults(),
    heartbeatMs,
    live: startLive(options.live),
    maxBodyBytes,
    races: createRaces(meter),
    room,
    root,
    steamOutput: createSteamOutput(),
    openToOthers: options.openToOthers ?? answerer.mode === 'embedded',
  }

  const server = createServer((req, res) => void answer(req, res))
  async function answer(req: IncomingMessage, res: ServerResponse): Promise<void> {
    try {
      const url = urlOf(req)
      meter.request(req, res, readerIn(url))
      await (url.pathname.startsWith('/api/')
        ? serveApi(req, res, url, ground)
        : servePage(req, res, url, options.pages))
    } catch (error) {
      console.error(`${req.method} ${req.url} failed:`, error)
      if (res.headersSent) res.destroy()
      else
        reply(
          res,
          500,
          errorOf({ code: 'bug', message: 'The server stumbled; its log says over what' }, 'server_error'),
        )
    }
  }

  const sockets = new WebSocketServer({ noServer: true, maxPayload: maxBodyBytes })
  const openingsAt: Readonly<Record<string, (url: URL) => Pick<SocketGround, 'openings' | 'stop' | 'mail'>>> = {
    '/api/live/ws': () => ({
      openings: {
        hello: ({ cursor }) => ({ log: ground.live.log, cursor: typeof cursor === 'string' ? cursor : undefined }),
      },
    }),
    '/api/room/ws': () => roomOpenings(ground.room),
    '/api/danmaku/ws': () => danmakuOpenings(ground.danmaku),
    '/api/race/ws': (url) => raceOpenings(url, ground),
  }
  server.on('upgrade', (req: IncomingMessage, raw: Duplex, head: Buffer) => {
    // Whoever hangs up during the handshake is not worth a crash.
    raw.on('error', () => raw.destroy())
    const url = urlOf(req)
    const reader = readerIn(url)
    meter.upgrade(req.socket, reader)
    const steam = url.pathname.startsWith('/api/chat/chatgpt-stream-output/')
    const spoken = /^(\/api\/chat(?:\/[^/]+)?)\/ws$/.exec(url.pathname)?.[1]
    const at = spoken === undefined ? undefined : formatAt(spoken)
    const openings = at || steam ? () => chatOpenings(url, ground, at?.format) : openingsAt[url.pathname]
    if (!openings) return refuseUpgrade(raw, '404 Not Found')
    if (isStranger(req, ground.openToOthers)) return refuseUpgrade(raw, '403 Forbidden')
    const { orders, refusedMs } = ground.faults
    const chat = url.searchParams.get('chat') ?? undefined
    const order = refusedMs > 0 ? { kind: 'refuse' as const, leftMs: refusedMs } : orders.of(chat)
    if (order?.kind === 'html') return refuseUpgrade(raw, '200 OK', HOTEL)
    // A proxy that holds answers back seldom knows of upgrades.
    if (order?.kind === 'buffer') return refuseUpgrade(raw, '400 Bad Request')
    expose(raw, () => orders.of(chat))
    sockets.handleUpgrade(req, raw, head, (socket: WebSocket) => {
      meter.frames(socket, reader)
      const refusal = order && refusalOf(order)
      if (refusal) {
        socket.on('error', () => {})
        return refuseSocket(socket, refusal)
      }
      if (steam) return ground.steamOutput.socket(socket, raw, url, ground)
      const { openings: all, ...rest } = openings(url)
      const guarded = guard(all, ground.faults.tokens, chat)
      serveSocket(socket, raw, { ...ground, helloWithinMs, chat, ...rest, openings: guarded })
    })
  })

  return {
    server,
    listen: (port = 0, host = '127.0.0.1') =>
      new Promise((settle, fail) => {
        server.once('error', fail)
        server.listen(port, host, () => {
          server.off('error', fail)
          const { address, family, port: taken } = server.address() as AddressInfo
          settle(`http://${family === 'IPv6' ? `[${address}]` : address}:${taken}`)
        })
      }),
    async close() {
      ground.live.close()
      ground.danmaku.close()
      ground.races.close()
      const closed = new Promise<void>((settle) => void server.close(() => settle()))
      await runs.close()
      await Promise.all([...sockets.clients].map(farewell))
      server.closeAllConnections()
      await closed
    },
  }
}

const urlOf = (req: IncomingMessage): URL => {
  // A path that starts with two slashes would be taken for a host.
  const path = (req.url ?? '/').replace(/^\/{2,}/, '/')
  return URL.canParse(path, 'http://localhost') ? new URL(path, 'http://localhost') : new URL('http://localhost/')
}

function refuseUpgrade(raw: Duplex, status: string, body: string = ''): void {
  const type = body ? 'content-type: text/html\r\n' : ''
  raw.end(`HTTP/1.1 ${status}\r\n${type}content-length: ${body.length}\r\n\r\n${body}`, () => raw.destroy())
}

/** Says that a restart is under way, and does not wait for ever for the answer. */
const farewell = (socket: WebSocket): Promise<void> =>
  new Promise((settle) => {
    const timer = setTimeout(() => socket.terminate(), FAREWELL_MS)
    socket.once('close', () => {
      clearTimeout(timer)
      settle()
    })
    socket.close(1012)
  })
