import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Danmaku } from './danmaku.js'
import type { Desk } from './desk.js'
import type { Faults } from './faults.js'
import { Refusal, refuse, reply } from './http.js'
import type { Live } from './live.js'
import { isOrderKind, ORDER_KINDS } from './orders.js'
import type { Races } from './race.js'
import type { Room } from './room.js'

export interface FaultGround {
  readonly danmaku: Danmaku
  readonly desk: Desk
  readonly faults: Faults
  readonly live: Live
  readonly races: Races
  readonly room: Room
}

type Fault = (req: IncomingMessage, res: ServerResponse, url: URL, ground: FaultGround) => void

/** How long a server is away that is started again. */
const AWAY_MS = 1_500

/** These meet lines that are open as well as new ones. */
const KEEP_OPEN: ReadonlySet<string> = new Set(['hole', 'delay', 'throttle', 'split'])

const json = (res: ServerResponse, value: unknown): void => reply(res, 200, JSON.stringify(value))
const badMs = new Refusal(400, 'bad_ms', 'ms must be a number of milliseconds')
const noChat = new Refusal(400, 'no_chat', 'chat must say whose lines are meant')
const noToken = new Refusal(409, 'no_token', 'This page shows no token, so none can expire')
const badKind = new Refusal(400, 'bad_kind', `kind must be one of ${ORDER_KINDS.join(', ')}`)

const chatIn = (url: URL): string | undefined => url.searchParams.get('chat') ?? undefined

/** How long, as the query says; undefined if that is no number. */
function msIn(url: URL): number | undefined {
  const ms = Number(url.searchParams.get('ms') ?? 3_000)
  return ms >= 0 ? ms : undefined
}

/** Tears the lines of one chat, or all. */
export const cut: Fault = (_req, res, url, { faults }) => json(res, { cut: faults.cut(chatIn(url)) })

/** Refuses everybody's new lines for a while. */
export const refuseNew: Fault = (_req, res, url, { faults }) => {
  const ms = msIn(url)
  if (ms === undefined) return refuse(res, badMs)
  faults.refuseFor(ms)
  json(res, { refusedMs: faults.refusedMs })
}

/** Does something to one page's lines for a while. What was open is cut, where the trouble only meets new lines. */
export const order: Fault = (_req, res, url, { faults }) => {
  const chat = chatIn(url)
  const ms = msIn(url)
  const kind = url.searchParams.get('kind')
  if (chat === undefined) return refuse(res, noChat)
  if (ms === undefined) return refuse(res, badMs)
  if (!isOrderKind(kind)) return refuse(res, badKind)
  const lastsMs = faults.orders.put(chat, kind, ms)
  json(res, { lastsMs, cut: KEEP_OPEN.has(kind) || lastsMs === 0 ? 0 : faults.cut(chat) })
}

/** The server as this page sees it when it is started again, with its memory or without. */
export const restart: Fault = (_req, res, url, { danmaku, desk, faults, live, races, room }) => {
  const chat = chatIn(url)
  if (chat === undefined) return refuse(res, noChat)
  const lost = url.searchParams.get('log') === 'lost'
  const lastsMs = faults.orders.put(chat, 'refuse', AWAY_MS)
  const torn = faults.cut(chat)
  if (lost) {
    desk.drop(chat)
    faults.orders.lose(chat, [live.log, room.log, danmaku.room.log, ...races.logs])
  }
  json(res, { lastsMs, cut: torn })
}

/** Takes back what a page was given to be let in with, and cuts its lines, as a server does whose sessions end. */
export const expire: Fault = (_req, res, url, { faults }) => {
  const chat = chatIn(url)
  if (chat === undefined) return refuse(res, noChat)
  const expired = faults.tokens.expire(chat)
  if (expired === 0) return refuse(res, noToken)
  json(res, { lastsMs: 0, expired, cut: faults.cut(chat) })
}

/** What a page shows to be let in: it holds for a while, or until the page has it taken back. */
export const issue: Fault = (_req, res, url, { faults }) => {
  const chat = chatIn(url)
  if (chat === undefined) return refuse(res, noChat)
  json(res, faults.tokens.issue(chat))
}
