// Says the same messages over every kind of line: in a flood as fast as they are taken, or one every 10 ms.
import { createHash, randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { createServer } from 'node:http'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { documentOf, isolated } from '../browser/pages.mjs'
import { root } from '../../scripts/lib/run.mjs'
import { floodOf, ways, wordOf } from './messages.mjs'

const EVERY_MS = 10
/** How many messages travel together: what a server would write in one turn, a chunk of a stream, a poll's answer. */
const TOGETHER = { stream: 250, frames: 250, batches: 500, answer: 1_000 }
const WELCOME = '{"t":"welcome","resumed":true}'

export const now = () => performance.timeOrigin + performance.now()

/** What a page asks for: `flood` or `paced`, and how many. */
const planOf = (url) => ({ kind: url.searchParams.get('kind'), count: Number(url.searchParams.get('count')) })

/** Writes a plan to a stream of bytes, and waits whenever it is full. */
async function say(out, way, { kind, count }, gone) {
  if (kind === 'flood') {
    for (const piece of floodOf(way, count, TOGETHER[way])) {
      if (gone.aborted) return
      if (!out.write(piece)) await once(out, 'drain', { signal: gone })
    }
    return
  }
  let n = 0
  const began = now()
  await new Promise((done) => {
    const timer = setInterval(() => {
      // As many as are due: a timer that comes late must not make the pace slower.
      const due = Math.min(count, Math.floor((now() - began) / EVERY_MS))
      while (n < due && !gone.aborted) {
        n++
        out.write(ways[way](n, n, now()))
      }
      if (n < count && !gone.aborted) return
      clearInterval(timer)
      done()
    }, EVERY_MS / 2)
  })
}

/** Aborts when the other side has left. */
function leaving(out) {
  const gone = new AbortController()
  out.on('close', () => gone.abort())
  out.on('error', () => gone.abort())
  return gone.signal
}

/** Somebody who leaves in the middle of a flood is no failure. */
const unlessGone = (gone) => (error) => {
  if (!gone.aborted) throw error
}

/** Serves a page's script, and the lines it measures. */
export async function serveLines(script) {
  const polls = new Map()
  const server = createServer((request, response) => {
    const url = new URL(request.url, 'http://here')
    if (url.pathname === '/clock') return response.end(String(now()))
    if (url.pathname === '/stream') return stream(response, planOf(url))
    if (url.pathname === '/poll') return poll(request, response, url)
    response.writeHead(200, isolated).end(documentOf(script))
  })

  function stream(response, plan) {
    response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store' })
    response.flushHeaders()
    const gone = leaving(response)
    say(response, 'stream', plan, gone).catch(unlessGone(gone))
  }

  function poll(request, response, url) {
    const { kind, count } = planOf(url)
    const after = Number(request.headers['last-event-id'] ?? 0)
    const answer = (body) => response.writeHead(200, { 'content-type': 'application/json' }).end(body)
    if (after >= count) return undefined
    if (kind === 'flood') {
      const pieces = floodOf('answer', count, TOGETHER.answer)
      return answer(pieces[after / TOGETHER.answer])
    }
    const key = url.searchParams.get('key')
    if (!polls.has(key)) polls.set(key, paceOf(count))
    return polls.get(key).read(after, (items) => answer(`[${items.join(',')}]`))
  }

  const upgrades = { '/ws': 'frames', '/batch': 'batches' }
  const io = await openSocketIo(server)
  server.on('upgrade', (request, socket) => {
    const url = new URL(request.url, 'http://here')
    const way = upgrades[url.pathname]
    if (!way) return
    const key = `${request.headers['sec-websocket-key']}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`
    const accept = createHash('sha1').update(key).digest('base64')
    socket.setNoDelay(true)
    socket.write(
      `HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ${accept}\r\n\r\n`,
    )
    const gone = leaving(socket)
    const begin = () => say(socket, way, planOf(url), gone).catch(unlessGone(gone))
    let greeted = false
    socket.on('data', (frame) => {
      // A close is answered by hanging up; of all else, only the first word of a client counts, whatever it is.
      if ((frame[0] & 15) === 8) socket.end()
      else if (way === 'batches' && !greeted) {
        greeted = true
        socket.write(ways.frame(WELCOME))
        void begin()
      }
    })
    if (way === 'frames') void begin()
  })

  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const base = `http://127.0.0.1:${server.address().port}`
  return {
    base,
    urlFor: (path, kind, count) => `${base}${path}?${new URLSearchParams({ kind, count, key: randomUUID() })}`,
    async close() {
      await io.close()
      server.closeAllConnections()
      server.close()
    },
  }
}

/** What has been said at a pace, for those who come and ask. */
function paceOf(count) {
  const items = []
  let waiting
  const began = now()
  const timer = setInterval(() => {
    const due = Math.min(count, Math.floor((now() - began) / EVERY_MS))
    while (items.length < due) {
      const n = items.length + 1
      items.push(`{"id":"${n}","data":${JSON.stringify(wordOf(n, now()))}}`)
    }
    waiting?.()
    if (items.length === count) clearInterval(timer)
  }, EVERY_MS / 2)
  return {
    read(after, answer) {
      waiting = () => {
        if (items.length <= after) return
        waiting = undefined
        answer(items.slice(after))
      }
      waiting()
    },
  }
}

async function openSocketIo(server) {
  // From the folder of the peers: nobody else needs it.
  const { Server } = createRequire(join(root, 'bench/package.json'))('socket.io')
  const io = new Server(server, { transports: ['websocket'], destroyUpgrade: false })
  io.on('connection', (socket) => {
    const { kind, count } = socket.handshake.query
    const total = Number(count)
    let n = 0
    let paced
    const began = now()
    const emit = (limit, at) => {
      while (n < limit && socket.connected) socket.emit('message', wordOf(++n, at?.()))
    }
    const flood = () => {
      emit(Math.min(total, n + 250))
      if (n < total && socket.connected) socket.conn.once('drain', flood)
    }
    if (kind === 'flood') flood()
    else {
      paced = setInterval(() => {
        emit(Math.min(total, Math.floor((now() - began) / EVERY_MS)), now)
        if (n === total) clearInterval(paced)
      }, EVERY_MS / 2)
    }
    socket.on('disconnect', () => clearInterval(paced))
  })
  return io
}
