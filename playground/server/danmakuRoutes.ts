import type { IncomingMessage, ServerResponse } from 'node:http'
import { type Danmaku, RATES } from './danmaku.js'
import { Refusal, refuse, reply } from './http.js'
import { type RoomGround, roomOpenings, serveRoom } from './roomRoutes.js'
import type { SocketGround } from './sockets.js'

export interface DanmakuGround extends RoomGround {
  readonly danmaku: Danmaku
}

const badRate = new Refusal(400, 'bad_rate', `rate must be one of ${RATES.join(', ')}`)

/** The comments over HTTP: a room in which newcomers begin at what is said now. */
export function serveDanmaku(
  req: IncomingMessage,
  res: ServerResponse,
  url: URL,
  ground: DanmakuGround,
): Promise<void> {
  const { room, newcomersAt } = ground.danmaku
  const isNew = req.headers['last-event-id'] === undefined && !url.searchParams.has('last_event_id')
  if (req.method === 'GET' && isNew && newcomersAt !== undefined) url.searchParams.set('last_event_id', newcomersAt)
  return serveRoom(req, res, url, { ...ground, room })
}

/** The same over WebSocket. */
export function danmakuOpenings(danmaku: Danmaku): Pick<SocketGround, 'openings' | 'mail'> {
  const { openings, mail } = roomOpenings(danmaku.room)
  return {
    mail,
    openings: { hello: (frame) => openings.hello!({ cursor: danmaku.newcomersAt, ...frame }) },
  }
}

/** How many comments per second are made up: GET says it, POST orders it for everybody. */
export function serveRate(req: IncomingMessage, res: ServerResponse, url: URL, { danmaku }: DanmakuGround): void {
  if (req.method === 'POST' && !danmaku.order(Number(url.searchParams.get('rate') || NaN))) return refuse(res, badRate)
  reply(res, 200, JSON.stringify({ rate: danmaku.rate }))
}
