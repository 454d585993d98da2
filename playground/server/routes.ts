import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Conversations } from './conversations.js'
import { type DanmakuGround, serveDanmaku, serveRate } from './danmakuRoutes.js'
import { type ChatGround, serveChat } from './chatRoutes.js'
import type { Answerer } from './desk.js'
import { readDocument } from './documents.js'
import { cut, expire, issue, order, refuseNew, restart } from './faultRoutes.js'
import { allowOthers, HOTEL, Refusal, refuse, reply } from './http.js'
import type { Live } from './live.js'
import type { Order } from './orders.js'
import { type RaceGround, reportRace, runRace, serveRace } from './raceRoutes.js'
import { type RoomGround, serveRoom } from './roomRoutes.js'
import { serveLog } from './serve.js'
import { EXPIRED } from './tokens.js'
import type { createSteamOutput } from './steamOutput.js'
import { expose } from './weather.js'

export interface RouteGround extends ChatGround, RoomGround, DanmakuGround, RaceGround {
  readonly answerer: Answerer
  readonly conversations: Conversations
  readonly live: Live
  /** The folder with the project's documents. */
  readonly root: string
  readonly steamOutput: ReturnType<typeof createSteamOutput>
  /** Whether pages of other origins may use the API. */
  readonly openToOthers: boolean
}

export type Handler = (req: IncomingMessage, res: ServerResponse, url: URL, ground: RouteGround) => Promise<void> | void

interface Route {
  readonly methods: readonly string[]
  readonly handle: Handler
  /** Whether it opens a line, which a refusal to order concerns. */
  readonly push?: boolean
}

const json = (res: ServerResponse, value: unknown): void => reply(res, 200, JSON.stringify(value))

const ROUTES: Readonly<Record<string, Route>> = {
  '/api/chat': { methods: ['GET', 'POST', 'DELETE'], push: true, handle: serveChat },
  '/api/live': {
    methods: ['GET'],
    push: true,
    handle: (req, res, url, ground) => serveLog(req, res, url, ground.live.log, ground),
  },
  '/api/room': { methods: ['GET', 'POST'], push: true, handle: serveRoom },
  '/api/danmaku': { methods: ['GET', 'POST'], push: true, handle: serveDanmaku },
  '/api/danmaku/rate': { methods: ['GET', 'POST'], handle: serveRate },
  '/api/race': { methods: ['GET'], push: true, handle: serveRace },
  '/api/race/run': { methods: ['POST'], handle: runRace },
  '/api/race/report': { methods: ['GET'], handle: reportRace },
  '/api/health': {
    methods: ['GET'],
    handle: (_req, res, _url, { answerer: { mode, model } }) => json(res, { ok: true, mode, model }),
  },
  '/api/stats': {
    methods: ['GET'],
    handle: (_req, res, url, { counters }) => json(res, counters.of(url.searchParams.get('chat') ?? '')),
  },
  '/api/faults/cut': { methods: ['POST'], handle: cut },
  '/api/faults/refuse': { methods: ['POST'], handle: refuseNew },
  '/api/faults/order': { methods: ['POST'], handle: order },
  '/api/faults/restart': { methods: ['POST'], handle: restart },
  '/api/faults/expire': { methods: ['POST'], handle: expire },
  '/api/token': { methods: ['POST'], handle: issue },
}

const CONVERSATIONS = '/api/conversations/'

const conversation: Route = {
  methods: ['GET'],
  handle(_req, res, url, { conversations }) {
    let chat: string
    try {
      chat = decodeURIComponent(url.pathname.slice(CONVERSATIONS.length))
    } catch {
      return refuse(res, new Refusal(400, 'bad_chat', 'The chat id is not encoded as a URL wants it'))
    }
    const messages = conversations.get(chat).map(({ id, role, text, run, running }) => ({
      id,
      role,
      text,
      run,
      running: running || undefined,
    }))
    json(res, { messages })
  },
}

const documents: Route = {
  methods: ['GET'],
  async handle(_req, res, url, { root }) {
    const text = await readDocument(root, url.pathname)
    if (text instanceof Refusal) return refuse(res, text)
    reply(res, 200, text, { 'content-type': 'text/plain; charset=utf-8' })
  },
}

const steamOutput: Route = {
  methods: ['GET', 'POST'],
  push: true,
  handle: (req, res, url, ground) => ground.steamOutput.serve(req, res, url, ground),
}

/** Whether a page of another origin is asking, where only our own may. */
export function isStranger({ headers }: IncomingMessage, openToOthers: boolean): boolean {
  if (openToOthers || headers.origin === undefined) return false
  return !URL.canParse(headers.origin) || new URL(headers.origin).host !== headers.host
}

/** Which refusal an order means; none, if the line is let in. */
export function refusalOf({ kind, leftMs }: Order): Refusal | undefined {
  switch (kind) {
    case 'refuse':
      return new Refusal(503, 'refused', 'New lines are refused for a while, to order', leftMs)
    case 'unavailable':
      return new Refusal(503, 'unavailable', 'New lines are refused for a while, and nobody says for how long')
    case 'unauthorized':
      return new Refusal(401, 'unauthorized', 'Nobody is known here for a while, to order')
    case 'limited':
      return new Refusal(429, 'limited', 'Too many requests, to order', leftMs)
    case 'hole':
    case 'delay':
    case 'throttle':
    case 'split':
    case 'buffer':
    case 'html':
      return undefined
  }
}

const CHAT = '/api/chat'

function routeAt(pathname: string): Route | undefined {
  if (pathname.startsWith(CONVERSATIONS)) return conversation
  if (pathname.startsWith('/api/docs/')) return documents
  // Below it, in other formats.
  if (pathname.startsWith(`${CHAT}/chatgpt-stream-output/`)) return steamOutput
  return ROUTES[pathname.startsWith(`${CHAT}/`) ? CHAT : pathname]
}

const stranger = new Refusal(403, 'other_origin', 'Here a real model answers, so only the own pages may ask')

/** Answers everything under /api/. */
export async function serveApi(
  req: IncomingMessage,
  res: ServerResponse,
  url: URL,
  ground: RouteGround,
): Promise<void> {
  if (isStranger(req, ground.openToOthers)) return refuse(res, stranger)
  if (ground.openToOthers) allowOthers(req, res)
  if (req.method === 'OPTIONS') return void res.writeHead(204, { 'cache-control': 'no-store' }).end()
  const route = routeAt(url.pathname)
  if (!route) return refuse(res, new Refusal(404, 'no_route', `There is nothing at ${url.pathname}; see /api/health`))
  const { methods, push, handle } = route
  if (!methods.includes(req.method ?? '')) {
    const told = new Refusal(405, 'bad_method', `${url.pathname} takes ${methods.join(', ')}`)
    return refuse(res, told, { allow: methods.join(', ') })
  }
  if (push && req.method !== 'DELETE') {
    const { orders, refusedMs } = ground.faults
    const chat = url.searchParams.get('chat') ?? undefined
    if (refusedMs > 0)
      return refuse(res, new Refusal(503, 'refused', 'New lines are refused for a while, to order', refusedMs))
    const now = orders.of(chat)
    if (now?.kind === 'html') return reply(res, 200, HOTEL, { 'content-type': 'text/html; charset=utf-8' })
    const refusal = now && refusalOf(now)
    if (refusal) return refuse(res, refusal, refusal.status === 401 ? { 'www-authenticate': 'Bearer' } : {})
    const { authorization } = req.headers
    if (chat !== undefined && !ground.faults.tokens.accepts(chat, authorization))
      return refuse(res, EXPIRED, { 'www-authenticate': 'Bearer error="invalid_token"' })
    if (res.socket)
      res.once(
        'close',
        expose(
          res.socket,
          () => orders.of(chat),
          () => res.writableEnded,
        ),
      )
  }
  await handle(req, res, url, ground)
}
