import { describe, expect, test } from 'vitest'
import {
  envelope,
  eventSource,
  longPolling,
  polling,
  sse,
  type Transport,
  type UrlSource,
  webSocket,
} from '../../src/index.ts'
import { call, eventually, hold } from './listen.ts'
import { nobody, serve } from './server.ts'

const make: Record<string, (url: UrlSource) => Transport> = {
  sse,
  longPolling,
  polling,
  webSocket,
}
/** Answers every request, and hangs up at once. */
const brief = () =>
  serve({
    http: (_, response) => response.writeHead(200, { 'content-type': 'text/event-stream' }).end('data: x\n\n'),
    socket: (socket) => socket.close(1011),
  })

describe.each(Object.entries(make))('%s', (name, transport) => {
  test.each(['ftp://127.0.0.1/x', 'http://', 'javascript:alert(1)', '/relative', ''])(
    'cannot be made for %j',
    async (url) => {
      const { reach } = hold({ transports: transport(url) })
      const { error } = await reach('failed')
      expect(error).toMatchObject({ kind: 'request', code: 'bad-url', retryable: false, attempt: 1 })
      expect(error.message).toContain(JSON.stringify(url))
    },
  )

  test('resolves a relative URL against the page, and takes a URL object', async () => {
    const { origin, asked } = await brief()
    hold({ transports: transport('news?a=1'), env: { baseUrl: `${origin}/page/` } })
    await eventually(() => expect(asked[0]?.path).toBe('/page/news'))
    hold({ transports: transport(new URL('/object', origin)) })
    await eventually(() => expect(asked.some(({ path }) => path === '/object')).toBe(true))
  })

  test('asks for its URL on every attempt', async () => {
    const { origin, asked } = await brief()
    let nth = 0
    hold({ transports: transport(async () => `${origin}/?token=${++nth}`) })
    if (name === 'polling' || name === 'longPolling') return expect.poll(() => asked[0]?.query.get('token')).toBe('1')
    await eventually(() => expect(asked.slice(0, 3).map(({ query }) => query.get('token'))).toEqual(['1', '2', '3']))
  })

  test.each(['throws', 'rejects'])(
    'comes back after a provider that %s: the next time it may do better',
    async (way) => {
      const { origin, asked } = await brief()
      let nth = 0
      const url = (): string | Promise<string> => {
        if (++nth > 1) return origin
        if (way === 'throws') throw new Error('no token yet')
        return Promise.reject(new Error('no token yet'))
      }
      const { states } = hold({ transports: transport(url) })
      await eventually(() => expect(asked.length).toBeGreaterThan(0))
      expect(states[1]).toMatchObject({
        status: 'waiting',
        error: { retryable: true, cause: { message: 'no token yet' } },
      })
    },
  )

  test('takes a port where nobody listens for a broken line', async () => {
    const { reach } = hold({ transports: transport(await nobody()) })
    expect((await reach('waiting')).error).toMatchObject({ kind: 'network', retryable: true })
  })
})

test('cannot be made where there is no WebSocket, or no EventSource', async () => {
  for (const transports of [webSocket('ws://127.0.0.1:1'), eventSource('http://127.0.0.1:1')]) {
    const { reach } = hold({ transports, env: { WebSocket: undefined, EventSource: undefined } })
    const { error } = await reach('failed')
    expect(error).toMatchObject({ kind: 'request', retryable: false })
    expect(error.message).toMatch(/There is no (WebSocket|EventSource) here/)
  }
})

test('asks for headers, protocols and body on every attempt, whether they come at once or later', async () => {
  const { origin, asked } = await brief()
  let nth = 0
  const values = [() => ({ 'x-token': `${++nth}` }), async () => [['x-token', `${++nth}`]] as [string, string][]]
  for (const headers of values) {
    const { connection } = hold({ transports: sse(origin, { headers }) })
    const { length } = asked
    await eventually(() => expect(asked.length).toBeGreaterThan(length + 1))
    connection.close()
    expect(asked.slice(length, length + 2).map((one) => one.headers['x-token'])).toEqual([`${nth - 1}`, `${nth}`])
  }
  hold({ transports: webSocket(origin, { protocols: async () => ['v1', `token.${++nth}`] }) })
  await eventually(() => expect(asked.at(-1)?.headers['sec-websocket-protocol']).toBe(`v1,token.${nth}`))
})

test('says what it takes, and sends a body as JSON or as it is', async () => {
  const bodies: unknown[] = []
  const { origin } = await serve({
    http({ method, headers }, response, request) {
      let text = ''
      request
        .on('data', (part) => (text += part as Buffer))
        .on('end', () => {
          bodies.push([method, headers.accept, headers['content-type'], text])
          response.writeHead(204).end()
        })
    },
  })
  for (const body of [{ 问: '你好' }, ['a'], 'text', new URLSearchParams({ a: '1' })]) {
    await call(sse(origin, { body: async () => body })).ending
  }
  await call(sse(origin, { method: 'PUT', headers: { 'content-type': 'application/x', accept: 'a/b' }, body: {} }))
    .ending
  expect(bodies).toEqual([
    ['POST', 'text/event-stream', 'application/json', '{"问":"你好"}'],
    ['POST', 'text/event-stream', 'application/json', '["a"]'],
    ['POST', 'text/event-stream', 'text/plain;charset=UTF-8', 'text'],
    ['POST', 'text/event-stream', 'application/x-www-form-urlencoded;charset=UTF-8', 'a=1'],
    ['PUT', 'a/b', 'application/x', '{}'],
  ])
})

describe('the cursor', () => {
  const dialect = envelope()
  const at = (origin: string): Transport[] => [
    sse(origin),
    longPolling(origin, { dialect }),
    polling(origin, { dialect }),
  ]

  test('travels in a header to the page’s own origin, and in the query to another one', async () => {
    const { origin, asked } = await brief()
    const own = origin
    for (const [baseUrl, header, query] of [
      [own, '7', null],
      ['http://elsewhere.test/', undefined, '7'],
    ] as const) {
      for (const transport of at(origin)) {
        const { length } = asked
        const attempt = call(transport, { cursor: '7', env: { baseUrl } })
        await eventually(() => expect(asked.length).toBeGreaterThan(length))
        attempt.hangUp()
        expect([asked[length]?.headers['last-event-id'], asked[length]?.query.get('last_event_id')]).toEqual([
          header,
          query,
        ])
      }
    }
  })

  test.each(['7', '消息-7', '🙂', 'a b', ' 7', '7 ', 'a\tb', '{"a":1}', 'é', '100%', 'a&b=c'])(
    'reaches the server as it is: %j',
    async (cursor) => {
      const { origin, asked } = await brief()
      for (const transport of at(origin)) {
        const { length } = asked
        const attempt = call(transport, { cursor })
        await eventually(() => expect(asked.length).toBeGreaterThan(length))
        attempt.hangUp()
        expect(asked[length]?.cursor).toBe(cursor)
      }
    },
  )
})
