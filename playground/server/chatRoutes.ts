import { randomUUID } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Counters } from './counters.js'
import { type Desk, idOf } from './desk.js'
import type { Format, Locating } from './formats/format.js'
import { formatAt } from './formats/index.js'
import { isRecord, parseObject, readBody, Refusal, refuse, reply } from './http.js'
import type { Run } from './runs.js'
import { type Ground, serveLog } from './serve.js'
import type { Opened, Opening, SocketGround } from './sockets.js'

export interface ChatGround extends Ground {
  readonly desk: Desk
  readonly counters: Counters
  readonly maxBodyBytes: number
}

/** The chat over HTTP: POST begins a run, GET goes on with it, DELETE stops it (PROTOCOL.md, section 5). */
export async function serveChat(
  req: IncomingMessage,
  res: ServerResponse,
  url: URL,
  ground: ChatGround,
): Promise<void> {
  const { desk, counters, maxBodyBytes } = ground
  const posting = req.method === 'POST'
  const at = formatAt(url.pathname)
  if (!at) return refuse(res, new Refusal(404, 'no_format', `No format is spoken at ${url.pathname}`))
  const { format, rest } = at
  const located = req.method === 'GET' ? format.locate?.(rest, url.searchParams) : undefined
  const stopped = posting ? format.stops?.(rest) : undefined
  if (stopped) return cancel(res, stopped, ground)
  if (located) return serveLocated(req, res, url, ground, format, located)
  // A client that knows nothing of runs is answered as well; it only cannot come back without the ids.
  const chat = idOf('chat', url.searchParams.get('chat') ?? (posting ? randomUUID() : undefined))
  if (chat instanceof Refusal) return refuse(res, chat)
  const id = idOf('run', url.searchParams.get('run') ?? (posting ? randomUUID() : undefined))
  if (id instanceof Refusal) return refuse(res, id)

  if (req.method === 'DELETE') {
    counters.count(chat, 'deletes')
    const run = desk.stop(chat, id)
    if (run instanceof Refusal) return refuse(res, run)
    return void res.writeHead(204, { 'cache-control': 'no-store' }).end()
  }

  if (posting) counters.count(chat, 'posts', 'httpPosts')
  else counters.count(chat, 'gets')
  let run = desk.find(chat, id)
  if (posting && run instanceof Refusal) {
    const text = await readBody(req, maxBodyBytes)
    const body = text instanceof Refusal ? text : parseObject(text)
    run =
      body instanceof Refusal
        ? body
        : desk.begin({ chat, run: id, body, format, speed: url.searchParams.get('speed') ?? undefined })
  }
  if (run instanceof Refusal) return refuse(res, run)
  if (posting) {
    const address = new URLSearchParams({ chat, run: id })
    res.setHeader('content-location', `${url.pathname}?${address}`)
    // A run that was known already is not begun again, so nobody has read what was sent.
    req.resume()
  }
  return serveLog(req, res, url, run.log, ground, format)
}

/** Goes on with a run that was asked for by another name than ours. */
function serveLocated(
  req: IncomingMessage,
  res: ServerResponse,
  url: URL,
  ground: ChatGround,
  format: Format,
  { chat, run: id, cursor }: Locating,
): Promise<void> | void {
  const run = runOf(ground.desk, chat, id)
  if (run instanceof Refusal) return refuse(res, run)
  ground.counters.count(run.chat, 'gets')
  // The page's faults find its lines by the chat.
  url.searchParams.set('chat', run.chat)
  if (cursor !== undefined) {
    delete req.headers['last-event-id']
    url.searchParams.set('last_event_id', cursor)
  }
  return serveLog(req, res, url, run.log, ground, format)
}

/** Stops a run in the way of a format. */
function cancel(res: ServerResponse, { chat = '', run: id = '' }: Locating, { desk, counters }: ChatGround): void {
  counters.count(chat, 'deletes')
  const run = desk.stop(chat, id)
  if (run instanceof Refusal) return refuse(res, run)
  reply(res, 200, JSON.stringify({ status: 'cancelled' }))
}

function runOf(desk: Desk, chat: string | undefined, run: string | undefined): Run | Refusal {
  if (chat === undefined) return desk.findAnywhere(run ?? '')
  return run === undefined ? desk.newest(chat) : desk.find(chat, run)
}

/** The chat over WebSocket: the first frame says what GET, POST and DELETE say over HTTP. */
export function chatOpenings(
  url: URL,
  { desk, counters }: ChatGround,
  format?: Format,
): Pick<SocketGround, 'openings' | 'stop'> {
  /** What all three have in common. */
  const opening =
    (open: (chat: string, run: string, frame: Opening) => Opened | Refusal) =>
    (frame: Opening): Opened | Refusal => {
      const chat = idOf('chat', frame.chat)
      if (chat instanceof Refusal) return chat
      const run = idOf('run', frame.run)
      return run instanceof Refusal ? run : open(chat, run, frame)
    }
  const cursorIn = ({ cursor }: Opening): string | undefined =>
    typeof cursor === 'string' && cursor !== '' ? cursor : undefined

  return {
    openings: {
      run: opening((chat, id, frame) => {
        counters.count(chat, 'posts', 'socketRuns', 'sockets')
        if (!isRecord(frame.body)) return new Refusal(400, 'no_body', 'run needs a body: a Chat Completions request')
        const speed = typeof frame.speed === 'string' ? frame.speed : (url.searchParams.get('speed') ?? undefined)
        const run = desk.begin({ chat, run: id, body: frame.body, format, speed })
        return run instanceof Refusal ? run : { log: run.log, cursor: cursorIn(frame), chat }
      }),
      resume(frame) {
        const chat = typeof frame.chat === 'string' ? frame.chat : undefined
        const named = { ...frame, run: frame.run ?? frame.runId }
        const id = idOf('run', named.run)
        const run = id instanceof Refusal ? id : runOf(desk, chat, id)
        if (run instanceof Refusal) return run
        counters.count(run.chat, 'gets', 'sockets')
        return { log: run.log, cursor: cursorIn(frame), chat: run.chat }
      },
    },
    stop: opening((chat, id) => {
      counters.count(chat, 'deletes')
      const run = desk.stop(chat, id)
      if (run instanceof Refusal) return run
      // Answered by the end alone: who stops wants to hear nothing more.
      return { log: run.log, cursor: run.log.after(undefined)?.at(-1)?.id, chat }
    }),
  }
}
