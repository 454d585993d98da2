// What the usual nginx in front of an application does to a line, with the settings that it has or that people give it.
import type { ServerResponse } from 'node:http'
import { expect, onTestFinished, test } from 'vitest'
import type { WebSocket } from 'ws'
import { type ConnectionState, envelope, longPolling, sse, webSocket } from 'holdline'
import { eventually, hold } from '../contract/listen.ts'
import { type Asked, serve } from '../contract/server.ts'
import { type Nginx, startNginx } from './nginx.ts'
import { freePorts } from './process.ts'
import { withServers } from './withServers.ts'

const dialect = envelope()

interface OriginOptions {
  /** What an event stream begins with. */
  readonly greeting?: string
  /** Whether a quiet event stream gets a comment now and then. */
  readonly beats?: boolean
  readonly headers?: Readonly<Record<string, string>>
}

/** An application by PROTOCOL.md, that knows nothing of the proxy before it. */
async function openOrigin({ greeting = '', beats = false, headers = {} }: OriginOptions = {}) {
  const log: { id: string; data: string }[] = []
  const readers = new Set<() => void>()
  const after = (cursor: string | undefined) => log.slice(Number(cursor ?? 0))
  const follow = (
    cursor: string | undefined,
    line: ServerResponse | WebSocket,
    write: (news: typeof log) => unknown,
  ): void => {
    let next = Number(cursor ?? 0)
    const look = (): void => {
      if (log.length > next) write(log.slice(next))
      next = log.length
    }
    readers.add(look)
    line.on('close', () => readers.delete(look))
    look()
  }
  const stream = ({ cursor }: Asked, response: ServerResponse): void => {
    response.writeHead(200, { 'content-type': 'text/event-stream', ...headers })
    response.flushHeaders()
    if (greeting) response.write(greeting)
    follow(cursor, response, (news) =>
      response.write(news.map(({ id, data }) => `id: ${id}\ndata: ${data}\n\n`).join('')),
    )
    if (!beats) return
    const timer = setInterval(() => response.write(':\n\n'), 1_000)
    response.on('close', () => clearInterval(timer))
  }
  const server = await serve({
    http(asked, response) {
      if (asked.path === '/live') return stream(asked, response)
      const hold = asked.query.get('wait') !== '0' && after(asked.cursor).length === 0
      if (!hold) return void response.end(JSON.stringify(after(asked.cursor)))
      follow(asked.cursor, response, (news) => response.end(JSON.stringify(news)))
    },
    socket(socket) {
      socket.on('message', (bytes) => {
        const said = JSON.parse(String(bytes as Buffer)) as { readonly t?: string; readonly cursor?: string }
        if (said.t === 'ping') return socket.send('{"t":"pong"}')
        socket.send('{"t":"welcome"}')
        follow(said.cursor, socket, (news) => socket.send(JSON.stringify(news)))
      })
    },
  })
  return {
    port: Number(new URL(server.origin).port),
    asked: server.asked,
    say(...data: readonly string[]) {
      for (const text of data) log.push({ id: `${log.length + 1}`, data: text })
      for (const look of readers) look()
    },
  }
}

/** nginx before it, with these settings. */
async function proxied(port: number, settings: string): Promise<Nginx> {
  const [own = 0] = await freePorts(1)
  const nginx = await startNginx(
    own,
    `server {
      listen 127.0.0.1:${own};
      location / {
        proxy_pass http://127.0.0.1:${port};
        proxy_http_version 1.1;
        proxy_set_header upgrade $http_upgrade;
        proxy_set_header connection "upgrade";
        ${settings}
      }
    }`,
  )
  onTestFinished(nginx.stop)
  return nginx
}

const HOLDS_BACK = `
  proxy_buffering on;
  gzip on;
  gzip_types text/event-stream application/json;
  gzip_min_length 0;
  gzip_proxied any;`

/** The failures that a connection has met, in order. */
const codesIn = (states: readonly ConnectionState[]): string[] =>
  states.flatMap((state) => (state.status === 'connecting' && state.error ? [state.error.code] : []))

const WELCOME = 'event: holdline\ndata: {"t":"welcome"}\n\n'

withServers('nginx')('behind nginx', { timeout: 30_000 }, () => {
  /** What a page hears that would rather have a stream, and by which way. */
  async function hears(options: OriginOptions, settings: string) {
    const origin = await openOrigin(options)
    const { port } = await proxied(origin.port, settings)
    const url = `http://127.0.0.1:${port}`
    origin.say('one')
    const { data, states, connection } = hold({
      transports: [sse(`${url}/live`, { dialect }), longPolling(`${url}/poll`, { dialect })],
      connectTimeoutMs: 1_500,
      upgradeAfterMs: Infinity,
    })
    await eventually(() => expect(data).toEqual(['one']), 12_000)
    origin.say('two')
    await eventually(() => expect(data).toEqual(['one', 'two']))
    const { status, transport } = connection.state.get()
    return { status, transport, codes: codesIn(states) }
  }

  // Not even the headers come through: gzip waits for more to compress, and they wait with it.
  for (const [kind, greeting] of [
    ['nothing', ''],
    ['a comment', ':\n\n'],
    ['a welcome', WELCOME],
    ['ten kilobytes of spaces', `:${' '.repeat(10_000)}\n\n`],
  ] as const) {
    test(`a stream that begins with ${kind} and is buffered and compressed is given up for long polling`, async () => {
      const expected = { status: 'open', transport: 'longPolling', codes: ['connect-timeout'] }
      expect(await hears({ greeting }, HOLDS_BACK)).toEqual(expected)
    })
  }

  test('a stream that says x-accel-buffering: no comes through all the same', async () => {
    const headers = { 'x-accel-buffering': 'no' }
    const expected = { status: 'open', transport: 'sse', codes: [] }
    expect(await hears({ greeting: WELCOME, headers }, HOLDS_BACK)).toEqual(expected)
  })

  test('a stream that is buffered but not compressed comes through', async () => {
    const expected = { status: 'open', transport: 'sse', codes: [] }
    expect(await hears({ greeting: WELCOME }, 'proxy_buffering on;')).toEqual(expected)
  })

  /** How often a line of each kind is dialled while nginx cuts whatever is quiet for 3 s, and says nothing for 7 s. */
  async function outlasts(way: 'sse' | 'webSocket', beats: boolean) {
    const origin = await openOrigin({ greeting: WELCOME, beats })
    const { port } = await proxied(origin.port, 'proxy_read_timeout 3s; proxy_buffering off;')
    const { data, connection, gaps, reach } = hold({
      transports:
        way === 'sse'
          ? sse(`http://127.0.0.1:${port}/live`, { dialect })
          : webSocket(`ws://127.0.0.1:${port}/ws`, { dialect }),
      heartbeat: beats ? { pingAfterMs: 1_000, pongWithinMs: 1_000 } : {},
    })
    const { openedAtMs } = await reach('open')
    origin.say('one')
    await eventually(() => expect(data).toEqual(['one']))
    if (beats) {
      await eventually(() => expect(connection.state.get().lastByteAtMs).toBeGreaterThan(openedAtMs + 7_000), 12_000)
    } else {
      await eventually(() => expect(connection.state.get().attempt).toBeGreaterThan(2), 12_000)
    }
    origin.say('two', 'three')
    await eventually(() => expect(data).toEqual(['one', 'two', 'three']))
    expect(gaps).toEqual([])
    return connection.state.get().attempt
  }

  for (const way of ['sse', 'webSocket'] as const) {
    test(`a quiet ${way} line with heartbeats outlives an idle timeout of 3 s`, async () => {
      expect(await outlasts(way, true)).toBe(1)
    })

    test(`a quiet ${way} line without heartbeats is cut after 3 s, comes back, and loses nothing`, async () => {
      expect(await outlasts(way, false)).toBeGreaterThan(2)
    })
  }
})
