import type { IncomingMessage, ServerResponse } from 'node:http'
import { follow, news } from './follow.js'
import type { Faults } from './faults.js'
import type { Framing } from './formats/format.js'
import { leaving, reply } from './http.js'
import type { Entry, Log } from './log.js'
import { startOf } from './orders.js'
import { type Control, controlEventOf, envelopeOf, eventOf } from './wire.js'

/** What serving needs beside the log. */
export interface Ground {
  readonly faults: Faults
  /** The longest pause between two signs of life. */
  readonly heartbeatMs: number
}

/** How the messages of a log are put on the wire, where that is not the usual way. */
export interface Manner {
  readonly framing?: Framing | undefined
  /** What stands above an event stream besides. */
  readonly headers?: Readonly<Record<string, string>> | undefined
}

/** The longest that an answer is held back; proxies lose their patience after 60 s. */
const MAX_WAIT_S = 55

/** Serves a log over HTTP, as the `Accept` header asks: as an event stream, or as an envelope. */
export async function serveLog(
  req: IncomingMessage,
  res: ServerResponse,
  url: URL,
  log: Log,
  ground: Ground,
  { framing, headers }: Manner = {},
): Promise<void> {
  const floor = ground.faults.orders.floor(url.searchParams.get('chat') ?? undefined, log)
  const { from: known, resumed } = startOf(log, cursorOf(req, url), floor)
  const accept = req.headers.accept ?? ''
  if (framing?.accept.test(accept)) return pour(res, url, log, known, framing, ground)
  if (/\btext\/event-stream\b/i.test(accept)) return stream(res, url, log, known, resumed, ground, headers)
  // A POST is answered at once: whoever starts something wants to know that it has been heard.
  const wait = req.method === 'POST' ? 0 : Number(url.searchParams.get('wait') ?? 0)
  const waitMs = wait > 0 ? Math.min(wait, MAX_WAIT_S) * 1000 : 0
  return poll(res, url, log, known, resumed, waitMs, ground)
}

/** The id of the last message that the client has taken in. */
function cursorOf(req: IncomingMessage, url: URL): string | undefined {
  const header = req.headers['last-event-id']
  // A native EventSource that was opened with the query says it for ever; its header is the newer word.
  return (typeof header === 'string' && header) || url.searchParams.get('last_event_id') || undefined
}

async function stream(
  res: ServerResponse,
  url: URL,
  log: Log,
  cursor: string | undefined,
  resumed: boolean,
  { faults, heartbeatMs }: Ground,
  headers: Readonly<Record<string, string>> = {},
): Promise<void> {
  const reader = leaving(res)
  const { signal } = reader
  res.writeHead(200, {
    ...headers,
    'content-type': 'text/event-stream; charset=utf-8',
    'cache-control': 'no-store',
    'x-accel-buffering': 'no',
  })
  const control = (item: Control): boolean => res.write(controlEventOf(item))
  control({ t: 'welcome', resumed, heartbeatMs })
  const beat = setInterval(() => void (signal.aborted || res.writableNeedDrain || res.write(':\n\n')), heartbeatMs)
  const forget = faults.watch({
    chat: url.searchParams.get('chat') ?? undefined,
    tear() {
      // The id of the next message, but not the message: whoever believes the id has lost it.
      res.write(`id: ${log.nextId}\ndata: {"torn`)
      hangUp(res, reader)
    },
  })
  try {
    const how = await follow(log, cursor, signal, async (entries) => {
      if (!res.write(entries.map(eventOf).join(''))) await drained(res, signal)
    })
    if (how === 'left') return
    if (how === 'overrun') control({ t: 'reset', reason: 'overrun' })
    else control({ t: 'end', reason: log.ended ?? 'complete' })
    res.end()
  } finally {
    clearInterval(beat)
    forget()
  }
}

/** Serves a log as a body that knows neither ids nor controls: its end is the end of the answer, if that is whole. */
async function pour(
  res: ServerResponse,
  url: URL,
  log: Log,
  cursor: string | undefined,
  { type, write, beat: sign }: Framing,
  { faults, heartbeatMs }: Ground,
): Promise<void> {
  const reader = leaving(res)
  const { signal } = reader
  res.writeHead(200, { 'content-type': type, 'cache-control': 'no-store', 'x-accel-buffering': 'no' })
  res.flushHeaders()
  const beat = sign === undefined ? undefined : setInterval(() => void (signal.aborted || res.write(sign)), heartbeatMs)
  const forget = faults.watch({ chat: url.searchParams.get('chat') ?? undefined, tear: () => hangUp(res, reader) })
  try {
    const how = await follow(log, cursor, signal, async (entries) => {
      if (!res.write(entries.map(({ data }) => write(data)).join(''))) await drained(res, signal)
    })
    if (how === 'left') return
    if (how === 'ended' && log.ended === 'complete') res.end()
    else hangUp(res, reader)
  } finally {
    clearInterval(beat)
    forget()
  }
}

/** Waits for a reader that is slower than the log, or gone. */
const drained = (res: ServerResponse, signal: AbortSignal): Promise<void> =>
  new Promise((settle) => {
    if (signal.aborted) return settle()
    const done = (): void => {
      res.off('drain', done)
      signal.removeEventListener('abort', done)
      settle()
    }
    res.on('drain', done)
    signal.addEventListener('abort', done)
  })

async function poll(
  res: ServerResponse,
  url: URL,
  log: Log,
  cursor: string | undefined,
  resumed: boolean,
  waitMs: number,
  { faults }: Ground,
): Promise<void> {
  const reader = leaving(res)
  const { signal } = reader
  const chat = url.searchParams.get('chat') ?? undefined
  if (faults.arrives(chat)) return tear(res, reader)
  let entries = log.after(cursor) ?? []
  if (waitMs > 0 && resumed && entries.length === 0 && log.ended === undefined) {
    const forget = faults.watch({ chat, tear: () => tear(res, reader) })
    try {
      await news(log, signal, waitMs)
    } finally {
      forget()
    }
    if (signal.aborted) return
    entries = log.after(cursor) ?? []
  }
  const items: (Entry | Control)[] = resumed ? [] : [{ t: 'welcome', resumed }]
  items.push(...entries)
  if (log.ended === undefined) faults.rests(chat)
  else items.push({ t: 'end', reason: log.ended })
  reply(res, 200, envelopeOf(items))
}

/** Half an answer. */
function tear(res: ServerResponse, reader: AbortController): void {
  res.writeHead(200, { 'content-type': 'application/json', 'content-length': '4096' })
  res.write('[{"id":"1","da')
  hangUp(res, reader)
}

/** Nothing more may be written behind what was torn. The socket goes a turn later: Node sends only at the end of this one. */
function hangUp(res: ServerResponse, reader: AbortController): void {
  reader.abort()
  setImmediate(() => res.socket?.destroy())
}
