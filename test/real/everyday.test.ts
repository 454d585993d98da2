// Servers as people write them with the usual packages, read by the transports as they come.
import { createServer } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import { createAdaptorServer } from '@hono/node-server'
import { createSession } from 'better-sse'
import { Hono } from 'hono'
import { streamSSE } from 'hono/streaming'
import { expect, onTestFinished, test } from 'vitest'
import { WebSocketServer } from 'ws'
import { type Dialect, json, sse, webSocket } from 'holdline'
import { eventually, hold } from '../contract/listen.ts'

/** Listens on a port of its own until the test is over. */
async function listen(server: ReturnType<typeof createServer>): Promise<{ origin: string; cut: () => void }> {
  const wires = new Set<Socket>()
  server.on('connection', (socket: Socket) => wires.add(socket))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const cut = (): void => {
    for (const wire of wires) wire.destroy()
    wires.clear()
  }
  onTestFinished(async () => {
    cut()
    await new Promise((resolve) => server.close(resolve))
  })
  return { origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, cut }
}

interface Entry {
  readonly id: string
  readonly data: { readonly likes: number }
}
const entries: readonly Entry[] = Array.from({ length: 6 }, (_, at) => ({ id: `k-${at + 1}`, data: { likes: at + 1 } }))
const after = (log: readonly Entry[], id: string | undefined): readonly Entry[] =>
  log.slice(log.findIndex((entry) => entry.id === id) + 1)

/** A log that a test adds to, and whoever is to be told. */
function openLog() {
  const log: Entry[] = []
  const readers = new Set<() => void>()
  return {
    log,
    readers,
    add(...more: readonly Entry[]) {
      log.push(...more)
      for (const look of readers) look()
    },
    /** Tells `send` of everything behind the cursor, now and later, until `gone`. */
    follow(cursor: string | undefined, send: (entry: Entry) => unknown): () => void {
      let last = cursor
      const look = (): void => {
        for (const entry of after(log, last)) {
          last = entry.id
          void send(entry)
        }
      }
      readers.add(look)
      look()
      return () => readers.delete(look)
    },
  }
}

const HEARTBEAT_MS = 100
const SILENCE_MS = 400

/** Each server, with what cuts its wires, and the transport that reads it. */
const servers = {
  async 'better-sse'(source: ReturnType<typeof openLog>) {
    const server = createServer((request, response) => {
      void createSession(request, response, { keepAlive: HEARTBEAT_MS, retry: 100 }).then((session) => {
        const leave = source.follow(session.lastId || undefined, ({ id, data }) => session.push(data, 'likes', id))
        session.on('disconnected', leave)
      })
    })
    const { origin, cut } = await listen(server)
    return { transport: sse(`${origin}/likes`), cut, event: 'likes' }
  },

  async hono(source: ReturnType<typeof openLog>) {
    const app = new Hono()
    app.get('/likes', (context) =>
      streamSSE(context, async (stream) => {
        const leave = source.follow(context.req.header('last-event-id'), ({ id, data }) =>
          stream.writeSSE({ id, event: 'likes', data: JSON.stringify(data) }),
        )
        stream.onAbort(leave)
        while (!stream.aborted) {
          await stream.sleep(HEARTBEAT_MS)
          await stream.write(': still here\n\n')
        }
      }),
    )
    const { origin, cut } = await listen(createAdaptorServer({ fetch: app.fetch }) as ReturnType<typeof createServer>)
    return { transport: sse(`${origin}/likes`), cut, event: 'likes' }
  },

  /** A server of one's own making: the cursor is in the URL, and a "ping" is answered. */
  async ws(source: ReturnType<typeof openLog>) {
    const server = createServer()
    new WebSocketServer({ server }).on('connection', (socket, request) => {
      const cursor = new URL(request.url ?? '/', 'http://localhost').searchParams.get('after') ?? undefined
      const leave = source.follow(cursor, (entry) => socket.send(JSON.stringify(entry)))
      socket.on('message', (text) => String(text as Buffer) === 'ping' && socket.send('pong'))
      socket.on('close', leave).on('error', leave)
    })
    const { origin, cut } = await listen(server)
    const dialect: Dialect = {
      ping: 'ping',
      ask: (cursor) => ({ query: cursor ? { after: cursor } : {} }),
      read(unit, sink) {
        if (typeof unit !== 'string' || unit === 'pong') return undefined
        const { id, data } = JSON.parse(unit) as Entry
        sink.frame({ event: 'message', data: JSON.stringify(data), id })
        return undefined
      },
    }
    return { transport: webSocket(`${origin}/likes`, { dialect }), cut, event: 'message' }
  },
}

for (const [name, start] of Object.entries(servers)) {
  test(`${name}: what it sends is read, with its names and ids`, async () => {
    const source = openLog()
    const { transport, event } = await start(source)
    source.add(...entries)
    const { heard } = hold({ transports: transport, decode: json<Entry['data']>() })
    await eventually(() => expect(heard).toMatchObject(entries.map((entry) => ({ ...entry, event }))))
  })

  test(`${name}: a line that is cut goes on behind the last message`, async () => {
    const source = openLog()
    const { transport, cut } = await start(source)
    const { data, gaps } = hold({ transports: transport, decode: json<Entry['data']>() })
    for (const [at, entry] of entries.entries()) {
      source.add(entry)
      if (at % 2 === 1) cut()
      await eventually(() => expect(data).toEqual(entries.slice(0, at + 1).map((known) => known.data)))
    }
    expect(gaps).toEqual([])
  })

  test(`${name}: its heartbeats keep a line that has nothing to say`, async () => {
    const { transport } = await start(openLog())
    const { connection, reach } = hold({
      transports: transport,
      heartbeat: { silenceMs: SILENCE_MS, pingAfterMs: HEARTBEAT_MS, pongWithinMs: SILENCE_MS },
    })
    const { openedAtMs } = await reach('open')
    await eventually(() => expect(connection.state.get().lastByteAtMs).toBeGreaterThan(openedAtMs + 3 * SILENCE_MS))
    expect(connection.state.get()).toMatchObject({ status: 'open', attempt: 1 })
  })
}
