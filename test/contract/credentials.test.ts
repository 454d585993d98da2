import { describe, expect, test } from 'vitest'
import { type Asking, envelope, longPolling, polling, shared, sse, type Transport, webSocket } from '../../src/index.ts'
import { eventually, hold } from './listen.ts'
import { serve } from './server.ts'

/** A provider of tokens that counts how often it is asked for a new one. */
function provider() {
  const given = { count: 0 }
  const token = shared(async () => `token-${++given.count}`)
  return { given, headers: async (asking: Asking) => ({ authorization: await token(asking) }) }
}

/** Takes one token and no other. */
const guarded = (good: string) =>
  serve({
    http({ headers }, response) {
      if (headers.authorization !== good) return void response.writeHead(401).end()
      if (headers.accept !== 'text/event-stream') return void response.end('welcome')
      response.writeHead(200, { 'content-type': 'text/event-stream' }).write('data: welcome\n\n')
    },
  })

type Headers = (asking: Asking) => Promise<Record<string, string>>
const ways: Record<string, (url: string, headers: Headers) => Transport> = {
  sse: (url, headers) => sse(url, { headers }),
  longPolling: (url, headers) => longPolling(url, { headers, waitMs: 50 }),
  polling: (url, headers) => polling(url, { headers, everyMs: 20 }),
}

describe.each(Object.entries(ways))('credentials over %s', (_name, way) => {
  test('are kept while they are good, and renewed once when they are refused', async () => {
    const { origin, asked } = await guarded('token-2')
    const { given, headers } = provider()
    const { data } = hold({ transports: way(origin, headers) })
    await eventually(() => expect(data[0]).toBe('welcome'))
    expect(asked.slice(0, 2).map((request) => request.headers.authorization)).toEqual(['token-1', 'token-2'])
    expect(given.count).toBe(2)
  })

  test('that are refused twice end the line with an error of kind auth', async () => {
    const { origin, asked } = await guarded('something else')
    const { given, headers } = provider()
    const { reach } = hold({ transports: way(origin, headers) })
    expect((await reach('failed')).error).toMatchObject({ kind: 'auth', code: 'http-401', status: 401 })
    expect([asked.length, given.count]).toEqual([2, 2])
  })

  test('never stand in the URL', async () => {
    const { origin, asked } = await guarded('token-1')
    const { data } = hold({ transports: way(origin, provider().headers) })
    await eventually(() => expect(data[0]).toBe('welcome'))
    expect(asked.map(({ query }) => String(query)).join()).not.toContain('token')
  })
})

describe('credentials over a WebSocket', () => {
  const door = (close: (good: boolean) => number | undefined) =>
    serve({
      socket(socket, { query }) {
        const enter = (token: string | null | undefined): void => {
          const code = close(token === 'token-2')
          if (code) socket.close(code)
          else socket.send('{"t":"welcome"}')
        }
        if (query.has('token')) return enter(query.get('token'))
        socket.on('message', (bytes) => {
          const { t, headers } = JSON.parse(String(bytes as Buffer)) as { t: string; headers?: Record<string, string> }
          if (t === 'hello') enter(headers?.authorization)
        })
      },
    })

  test('travel in the first frame, and are renewed once after 4401', async () => {
    const { origin, asked } = await door((good) => (good ? undefined : 4401))
    const { given, headers } = provider()
    const { reach } = hold({ transports: webSocket(origin, { dialect: envelope(), headers }) })
    await reach('open')
    expect(given.count).toBe(2)
    expect(asked.map(({ query }) => String(query)).join()).toBe(',')
  })

  test('that are refused twice with 4401 end the line with an error of kind auth', async () => {
    const { origin } = await door(() => 4401)
    const { given, headers } = provider()
    const { reach } = hold({ transports: webSocket(origin, { dialect: envelope(), headers }) })
    expect((await reach('failed')).error).toMatchObject({ kind: 'auth', code: 'ws-4401', closeCode: 4401 })
    expect(given.count).toBe(2)
  })

  test('are renewed once after a refused upgrade, which says nothing of its reason', async () => {
    // No upgrade is ever accepted: as far as a page can see, the network may be down.
    const { origin, asked } = await serve({})
    const { given, headers } = provider()
    const { connection } = hold({ transports: webSocket(origin, { dialect: envelope(), headers }) })
    await eventually(() => expect(asked.length).toBeGreaterThan(4))
    expect(given.count).toBe(2)
    expect(connection.state.get().status).not.toBe('failed')
  })

  test('may travel in the URL where that is asked for', async () => {
    const { origin, asked } = await door((good) => (good ? undefined : 4401))
    const { given } = provider()
    const token = shared(async () => `token-${++given.count}`)
    const url = async (asking: Asking) => `${origin}/?token=${await token(asking)}`
    const { reach } = hold({ transports: webSocket(url, { dialect: envelope() }) })
    await reach('open')
    expect(asked.map(({ query }) => query.get('token'))).toEqual(['token-1', 'token-2'])
  })
})

test('many connections that are refused in the same moment renew their credentials once', async () => {
  const { origin } = await guarded('token-2')
  const { given, headers } = provider()
  const lines = Array.from({ length: 8 }, () => hold({ transports: sse(origin, { headers }) }))
  for (const { data } of lines) await eventually(() => expect(data).toEqual(['welcome']))
  expect(given.count).toBe(2)
})

test('a token that was renewed for a poll is the one that later polls show', async () => {
  const { given, headers } = provider()
  let polls = 0
  const { origin } = await serve({
    http({ headers: { authorization } }, response) {
      if (authorization === 'token-1') return void response.writeHead(401).end()
      response.end(JSON.stringify([{ id: `${++polls}`, data: 'news' }]))
    },
  })
  const { data } = hold({ transports: longPolling(origin, { dialect: envelope(), headers }) })
  await eventually(() => expect(data.length).toBeGreaterThan(5))
  expect(given.count).toBe(2)
})
