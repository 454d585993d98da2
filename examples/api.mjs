// What both examples ask of a server, over an event stream and over WebSocket, by PROTOCOL.md: a count that grows, and a
// chat that says back what it is asked.
import { json } from 'node:stream/consumers'

const HEARTBEAT_MS = 15_000
const KEEP_COUNTS = 1_000
const KEEP_RUN_MS = 600_000

/** Numbered messages for whoever comes and goes. */
function createLog(prefix = '', keep = Infinity) {
  const entries = []
  const readers = new Set()
  let last = 0
  let ended
  const tell = () => readers.forEach((look) => look())
  return {
    append(data) {
      if (ended) return
      entries.push({ id: `${prefix}${++last}`, data })
      if (entries.length > keep) entries.shift()
      tell()
    },
    end(reason) {
      ended ??= reason
      tell()
    },
    get last() {
      return entries.at(-1)
    },
    /** Says what stands behind the cursor, and what comes. The returned function stops it. */
    follow(asked, say) {
      let cursor = entries.some(({ id }) => id === asked) ? asked : undefined
      const look = () => {
        const items = entries.slice(entries.findIndex(({ id }) => id === cursor) + 1)
        cursor = items.at(-1)?.id ?? cursor
        if (ended) items.push({ t: 'end', reason: ended })
        if (items.length > 0) say(items)
      }
      const beat = setInterval(() => say([{ t: 'ping' }]), HEARTBEAT_MS)
      say([{ t: 'welcome', resumed: cursor === asked, heartbeatMs: HEARTBEAT_MS }])
      readers.add(look)
      look()
      return () => {
        clearInterval(beat)
        readers.delete(look)
      }
    },
  }
}

function createRuns() {
  const runs = new Map()
  const keyOf = ({ chat, run }) => JSON.stringify([chat, run])
  const find = (address) => runs.get(keyOf(address))?.log

  async function answer(body, log, signal) {
    const { messages } = await body
    const words = `You asked: ${messages.at(-1).content} And that was all of it.`.split(/(?<= )/)
    for (const word of words) {
      if (signal.aborted) return
      log.append(word)
      await new Promise((resolve) => setTimeout(resolve, 50))
    }
    log.end('complete')
  }

  return {
    find,
    /** A run is begun once, however often it is asked for. */
    begin(address, body) {
      const known = find(address)
      if (known) return known
      const run = { log: createLog(), stop: new AbortController() }
      runs.set(keyOf(address), run)
      answer(body, run.log, run.stop.signal).catch(() => run.log.end('error'))
      setTimeout(() => runs.delete(keyOf(address)), KEEP_RUN_MS).unref()
      return run.log
    },
    stop(address) {
      const run = runs.get(keyOf(address))
      run?.stop.abort()
      run?.log.end('stopped')
      return run?.log
    },
  }
}

export function createApi() {
  // An id must never mean two messages, so each start of the server has a prefix of its own.
  const counts = createLog(`${Date.now().toString(36)}-`, KEEP_COUNTS)
  const runs = createRuns()
  let count = 0
  const timer = setInterval(() => counts.append(String(++count)), 1_000)

  return {
    /** What a page is rendered with: the count, and where its line goes on. The cursor is read first. */
    now() {
      const cursor = counts.last?.id
      return { cursor, count }
    },

    async handle(request, response) {
      const { pathname, searchParams } = new URL(request.url, 'http://localhost')
      const cursor = request.headers['last-event-id'] ?? searchParams.get('last_event_id') ?? undefined
      if (pathname === '/api/count') return stream(response, counts, cursor)
      const address = { chat: searchParams.get('chat'), run: searchParams.get('run') }
      if (request.method === 'DELETE') return response.writeHead(runs.stop(address) ? 204 : 404).end()
      const log = request.method === 'POST' ? runs.begin(address, json(request)) : runs.find(address)
      return log ? stream(response, log, cursor) : response.writeHead(404).end()
    },

    /** Speaks with a WebSocket. */
    talk(socket, request) {
      const { pathname } = new URL(request.url, 'http://localhost')
      let leave
      const logOf = (item) => {
        if (pathname === '/api/count') return item.t === 'hello' ? counts : undefined
        if (item.t === 'run') return runs.begin(item, item.body)
        return item.t === 'stop' ? runs.stop(item) : runs.find(item)
      }
      socket.on('message', (frame) => {
        const item = JSON.parse(frame)
        if (item.t === 'ping') return socket.send('{"t":"pong"}')
        if (leave) return
        const log = logOf(item)
        if (!log) return socket.close(4404)
        leave = log.follow(item.cursor, (items) => {
          socket.send(JSON.stringify(items))
          if (items.at(-1).t === 'end') socket.close(1000)
        })
      })
      socket.on('error', () => socket.terminate())
      socket.on('close', () => leave?.())
    },

    close: () => clearInterval(timer),
  }
}

function stream(response, log, cursor) {
  response.writeHead(200, {
    'content-type': 'text/event-stream',
    'cache-control': 'no-store',
    'x-accel-buffering': 'no',
  })
  const textOf = (item) =>
    item.t ? `event: holdline\ndata: ${JSON.stringify(item)}\n\n` : `id: ${item.id}\ndata: ${item.data}\n\n`
  const leave = log.follow(cursor, (items) => {
    response.write(items.map(textOf).join(''))
    if (items.at(-1).t === 'end') response.end()
  })
  response.on('close', leave)
}
