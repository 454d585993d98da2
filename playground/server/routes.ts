import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Conversations } from './conversations.js'
import { type ChatGround, serveChat } from './chatRoutes.js'
import type { Answerer } from './desk.js'
import { allowOthers, Refusal, refuse, reply } from './http.js'
import type { Live } from './live.js'
import { type RoomGround, serveRoom } from './roomRoutes.js'
import { serveLog } from './serve.js'

export interface RouteGround extends ChatGround, RoomGround {
  readonly answerer: Answerer
  readonly conversations: Conversations
  readonly live: Live
  /** Whether pages of other origins may use the API. */
  readonly openToOthers: boolean
}

type Handler = (req: IncomingMessage, res: ServerResponse, url: URL, ground: RouteGround) => Promise<void> | void

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
  '/api/health': {
    methods: ['GET'],
    handle: (_req, res, _url, { answerer: { mode, model } }) => json(res, { ok: true, mode, model }),
  },
  '/api/stats': {
    methods: ['GET'],
    handle: (_req, res, url, { counters }) => json(res, counters.of(url.searchParams.get('chat') ?? '')),
  },
  '/api/faults/cut': {
    methods: ['POST'],
    handle: (_req, res, url, { faults }) => json(res, { cut: faults.cut(url.searchParams.get('chat') ?? undefined) }),
  },
  '/api/faults/refuse': {
    methods: ['POST'],
    handle(_req, res, url, { faults }) {
      const ms = Number(url.searchParams.get('ms') ?? 3_000)
      if (!(ms >= 0)) return refuse(res, new Refusal(400, 'bad_ms', 'ms must be a number of milliseconds'))
      faults.refuseFor(ms)
      json(res, { refusedMs: faults.refusedMs })
    },
  },
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

/** Whether a page of another origin is asking, where only our own may. */
export function isStranger({ headers }: IncomingMessage, openToOthers: boolean): boolean {
  if (openToOthers || headers.origin === undefined) return false
  return !URL.canParse(headers.origin) || new URL(headers.origin).host !== headers.host
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
  const route = url.pathname.startsWith(CONVERSATIONS) ? conversation : ROUTES[url.pathname]
  if (!route) return refuse(res, new Refusal(404, 'no_route', `There is nothing at ${url.pathname}; see /api/health`))
  const { methods, push, handle } = route
  if (!methods.includes(req.method ?? '')) {
    const told = new Refusal(405, 'bad_method', `${url.pathname} takes ${methods.join(', ')}`)
    return refuse(res, told, { allow: methods.join(', ') })
  }
  const { refusedMs } = ground.faults
  if (push && refusedMs > 0 && req.method !== 'DELETE') {
    return refuse(res, new Refusal(503, 'refused', 'New lines are refused for a while, to order', refusedMs))
  }
  await handle(req, res, url, ground)
}
