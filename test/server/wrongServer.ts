// A server that keeps to PROTOCOL.md but for the mistakes that are planted in it.
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import { type WebSocket, WebSocketServer } from 'ws'

interface Entry {
  readonly id?: string
  readonly prev?: string
  readonly data: unknown
}

export interface WrongServer {
  readonly url: string
  readonly chatUrl: string
}

const HEARTBEAT_MS = 100
const CURSOR_UNKNOWN = { t: 'welcome', resumed: false, heartbeatMs: HEARTBEAT_MS }

/** `mistake` is one of those in checkServer.test.ts; undefined makes none. `finished`: the hook of the very test. */
export async function startWrong(finished: (close: () => void) => void, mistake?: string): Promise<WrongServer> {
  const has = (name: string): boolean => mistake === name
  const entries: Entry[] = []
  const taken = new Set<string>()
  const readers = new Set<() => void>()
  const tell = (): void => [...readers].forEach((look) => look())

  function say(data: unknown): void {
    const number = has('one id for two') ? Math.min(entries.length + 1, 2) : entries.length + 1
    const prev = has('prev names anything') ? 'x' : entries.at(-1)?.id
    entries.push({ ...(has('no ids') ? {} : { id: `s-${number}` }), ...(prev === undefined ? {} : { prev }), data })
    tell()
  }
  if (!has('no first byte')) for (const data of ['one', 'two', 'three', 'four']) say(data)

  /** Where in the list a cursor stands; undefined if it is unknown. */
  function after(cursor: string | undefined): number | undefined {
    if (!cursor) return has('no backlog') ? entries.length : 0
    const at = entries.findIndex(({ id }) => id === cursor)
    if (at < 0) return undefined
    return has('off by one') ? at + 2 : at + 1
  }
  /** What stands behind a place, the way this server has it. */
  function news(from: number, cursor?: string): Entry[] {
    const list = entries.slice(from)
    if (cursor === undefined) return list
    if (has('the wrong way round')) return list.toReversed()
    return has('other data') ? list.map((entry) => ({ ...entry, data: `${String(entry.data)}, again` })) : list
  }
  function greetingFor(cursor: string | undefined): { from: number; greeting: object[] } {
    const from = after(cursor)
    const silent = has('an unknown cursor is not told')
    const welcome =
      from === undefined && !silent ? CURSOR_UNKNOWN : { t: 'welcome', resumed: true, heartbeatMs: HEARTBEAT_MS }
    return { from: from ?? 0, greeting: has('no welcome') ? [] : [welcome] }
  }
  /** What a message is answered with: nothing if it is taken. */
  function take(id: unknown, data: unknown): string | undefined {
    if (typeof id !== 'string' || (data === undefined && !has('anything is taken'))) return 'no id or no data'
    if (taken.has(id) && has('a copy is refused')) return 'known already'
    if (!taken.has(id) || has('each copy is taken')) say(data ?? 'nothing')
    taken.add(id)
    return undefined
  }

  function cursorOf(req: IncomingMessage, query: URLSearchParams): string | undefined {
    const header = has('the header is not read') ? undefined : req.headers['last-event-id']?.toString()
    return header ?? (has('the query is not read') ? undefined : query.get('last_event_id')) ?? undefined
  }

  function stream(res: ServerResponse, cursor: string | undefined, lost: boolean): void {
    const type = has('no event stream') ? 'text/html' : 'text/event-stream'
    res.writeHead(200, {
      'content-type': type,
      'cache-control': has('the answer is kept') ? 'public' : 'no-store',
      ...(has('proxies hold it back') ? {} : { 'x-accel-buffering': 'no' }),
    })
    res.flushHeaders()
    if (has('no first byte')) return
    let { from, greeting } = greetingFor(cursor)
    if (lost) from = entries.length
    const control = (item: object): void =>
      void res.write(`event: holdline\ndata: ${has('controls are no JSON') ? 'welcome!' : JSON.stringify(item)}\n\n`)
    const late = has('an unknown cursor is told too late')
    if (!late) greeting.forEach(control)
    const look = (): void => {
      for (const { id, data } of news(from, cursor)) {
        res.write(
          `${id === undefined ? '' : `id: ${id}\n`}data: ${typeof data === 'string' ? data : JSON.stringify(data)}\n\n`,
        )
      }
      from = entries.length
    }
    look()
    if (late) greeting.forEach(control)
    readers.add(look)
    const beat = setInterval(() => res.write(':\n\n'), has('no heartbeat') ? 60_000 : HEARTBEAT_MS)
    res.on('close', () => {
      clearInterval(beat)
      readers.delete(look)
    })
  }

  function poll(
    req: IncomingMessage,
    res: ServerResponse,
    cursor: string | undefined,
    query: URLSearchParams,
    lost: boolean,
  ): void {
    const { from, greeting } = greetingFor(cursor)
    const start = lost ? entries.length : from
    const late = has('wait is not believed') ? 1_500 : 0
    const asked = Math.min(Number(query.get('wait')) || 0, 30)
    const waitMs = has('wait=0 is held')
      ? 2_500
      : has('never held')
        ? 0
        : asked > 0
          ? Math.max(0, asked) * 1_000 + late
          : 0
    const answer = (): void => {
      clearTimeout(timer)
      readers.delete(look)
      const list = news(start, cursor)
      const tag = has('a tag without its cursor')
        ? '"always"'
        : `"${encodeURIComponent(cursor ?? '')}.${entries.length}"`
      const head = {
        'content-type': 'application/json',
        'cache-control': has('the answer is kept') ? 'public' : 'no-store',
        etag: tag,
      }
      if (req.headers['if-none-match'] === tag && !has('a tag that is never heeded'))
        return void res.writeHead(304, head).end()
      const items: unknown[] = (greeting[0] as { resumed?: boolean } | undefined)?.resumed === false ? greeting : []
      res.writeHead(200, head).end(JSON.stringify(has('a message is a bare text') ? ['hello'] : [...items, ...list]))
    }
    const look = (): void => {
      if (news(start).length > 0) answer()
    }
    const timer = setTimeout(answer, waitMs)
    if (news(start).length > 0 && !has('wait=0 is held')) return answer()
    readers.add(look)
    res.on('close', () => readers.delete(look))
  }

  async function receive(req: IncomingMessage, res: ServerResponse): Promise<void> {
    const body = await text(req)
    if (has('a POST is sent elsewhere')) return void res.writeHead(303, { location: '/login' }).end()
    let letter: { readonly id?: unknown; readonly data?: unknown }
    try {
      letter = JSON.parse(body) as typeof letter
    } catch {
      return void res.writeHead(has('it stumbles over JSON') ? 500 : 400).end()
    }
    const refusal = take(letter.id, letter.data)
    res.writeHead(refusal === undefined ? 204 : has('a copy is refused') ? 409 : 422).end()
  }

  function feed(req: IncomingMessage, res: ServerResponse, query: URLSearchParams): void {
    res.setHeader('access-control-allow-origin', '*')
    res.setHeader('access-control-expose-headers', has('Retry-After is hidden') ? 'etag' : 'retry-after')
    if (req.method === 'OPTIONS') {
      const allowed = req.headers['access-control-request-headers'] ?? ''
      return void res.writeHead(has('no preflight') ? 405 : 204, { 'access-control-allow-headers': allowed }).end()
    }
    if (!has('the door is open') && req.headers.authorization === undefined) return void res.writeHead(401).end()
    if (req.method === 'POST') return void receive(req, res)
    if (req.method !== 'GET' && !has('any method will do'))
      return void res.writeHead(has('it stumbles over what it does not know') ? 500 : 405).end()
    const cursor = cursorOf(req, query)
    if (cursor && after(cursor) === undefined && has('it stumbles over a cursor')) return void res.writeHead(500).end()
    const { url = '' } = req
    // A server that does not read the cursor at all, and only says what is new.
    const asks = req.headers['last-event-id'] !== undefined || url.includes('last_event_id')
    const lost = asks && cursor === undefined
    if (req.headers.accept?.includes('text/event-stream')) stream(res, cursor, lost)
    else poll(req, res, cursor, query, lost)
  }

  const server = createServer((req, res) => {
    const { pathname, searchParams } = new URL(req.url ?? '/', 'http://localhost')
    if (pathname === '/chat') return void serveRun(req, res, searchParams)
    feed(req, res, searchParams)
  })
  const serveRun = createRuns(has)
  const sockets = new WebSocketServer({ server })
  sockets.on('connection', (socket) => talk(socket))

  function talk(socket: WebSocket): void {
    let from: number | undefined
    let beat: NodeJS.Timeout | undefined
    const put = (...items: object[]): void => {
      if (items.length > 0) socket.send(JSON.stringify(items))
    }
    const look = (): void => {
      put(...news(from ?? 0))
      from = entries.length
    }
    socket.on('error', () => {})
    socket.on('close', () => {
      clearInterval(beat)
      readers.delete(look)
    })
    socket.on('message', (data: Buffer) => {
      let items: Record<string, unknown>[]
      try {
        const value = JSON.parse(data.toString()) as unknown
        if (Array.isArray(value) && has('an array is not understood')) return
        items = [value].flat() as typeof items
        if (!items.every((item) => item instanceof Object)) throw new Error('no items')
      } catch {
        return socket.close(has('it stumbles over a frame') ? 1011 : 4400)
      }
      for (const item of items) hear(item)
    })
    function hear({ t, id, data, cursor, headers }: Record<string, unknown>): void {
      if (t === 'hello') {
        if (has('the hello is not answered')) return
        const { authorization } = (headers ?? {}) as Record<string, unknown>
        if (authorization === undefined && !has('the door is open')) return socket.close(4401)
        const asked = has('the hello is not read') ? undefined : (cursor as string | undefined)
        const { from: start, greeting } = greetingFor(asked)
        const refused = has('an unknown cursor is told too late') ? news(start, asked) : []
        put(
          ...refused,
          ...greeting,
          ...(refused.length > 0 ? [] : news(has('the hello is not read') && cursor ? entries.length : start, asked)),
        )
        from = entries.length
        readers.add(look)
        if (!has('no heartbeat')) beat = setInterval(() => put({ t: 'ping' }), HEARTBEAT_MS)
      } else if (t === 'ping') {
        if (!has('no pong')) put({ t: 'pong' })
      } else if (t !== undefined) {
        if (has('it closes over what it does not know')) socket.close(4400)
      } else if (!has('nothing is acknowledged')) {
        const refusal = take(id, data)
        put(refusal === undefined ? { t: 'ack', id } : { t: 'nack', id, reason: refusal })
      }
    }
  }

  await new Promise<void>((settle) => server.listen(0, '127.0.0.1', settle))
  finished(() => {
    for (const socket of sockets.clients) socket.terminate()
    server.closeAllConnections()
    server.close()
  })
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  return { url: `${url}/feed`, chatUrl: `${url}/chat` }
}

interface Run {
  readonly words: string[]
  reason?: string
  readonly changed: Set<() => void>
}

const WORDS = ['This', 'is', 'a', 'short', 'answer']
const WORD_MS = 30

/** A chat by PROTOCOL.md, section 5, over an event stream. */
function createRuns(has: (mistake: string) => boolean) {
  const runs = new Map<string, Run>()

  function begin(): Run {
    const run: Run = { words: [], changed: new Set() }
    const timer = setInterval(() => {
      if (run.reason === undefined && run.words.length < WORDS.length) run.words.push(WORDS[run.words.length]!)
      else run.reason ??= 'complete'
      if (run.reason !== undefined) clearInterval(timer)
      for (const look of [...run.changed]) look()
    }, WORD_MS)
    timer.unref()
    return run
  }

  function read(run: Run, res: ServerResponse, cursor: string | undefined): void {
    res.writeHead(200, { 'content-type': 'text/event-stream' })
    res.write('event: holdline\ndata: {"t":"welcome"}\n\n')
    let next = Number(cursor ?? 0) + (cursor !== undefined && has('a run skips one') ? 1 : 0)
    const look = (): void => {
      for (const word of run.words.slice(next))
        res.write(`id: ${++next - (has('a run counts from 0') ? 1 : 0)}\ndata: ${word}\n\n`)
      if (run.reason === undefined || next < run.words.length) return
      run.changed.delete(look)
      res.end(has('a run just stops') ? '' : `event: holdline\ndata: {"t":"end","reason":"${run.reason}"}\n\n`)
    }
    run.changed.add(look)
    res.on('close', () => {
      run.changed.delete(look)
      if (has('a run goes with its reader') && !res.writableEnded) run.reason ??= 'truncated'
    })
    look()
  }

  return async (req: IncomingMessage, res: ServerResponse, query: URLSearchParams): Promise<void> => {
    const key = `${query.get('chat')} ${query.get('run')}`
    const body = await text(req)
    let run = runs.get(key)
    if (req.method === 'DELETE') {
      if (!has('a stop is not heard') && run) run.reason ??= 'stopped'
      if (has('a stop twice is an error')) runs.delete(key)
      return void res.writeHead(run ? 204 : 404).end()
    }
    if (req.method === 'POST' && has('no question is taken')) return void res.writeHead(422).end()
    if (req.method === 'POST' && !body.endsWith('}'))
      return void res.writeHead(has('it stumbles over a question') ? 500 : 400).end()
    if (has('each POST begins anew') && req.method === 'POST' && run) run.words.push('Again')
    if ((!run && req.method === 'POST') || (!run && has('any run is known'))) runs.set(key, (run = begin()))
    if (!run) return void res.writeHead(404).end()
    read(run, res, req.headers['last-event-id']?.toString())
  }
}
