// What else a bad network does, to order: it is narrow, it holds back, it refuses without a word, it forgets who one is.
import { expect, onTestFinished, test } from 'vitest'
import WS from 'ws'
import {
  createConnection,
  envelope,
  type Env,
  json,
  longPolling,
  polling,
  shared,
  sse,
  type Transport,
  webSocket,
} from '../../src/index.js'
import { BUFFER_BYTES, BYTES_PER_S } from '../../playground/server/weather.js'
import { createTokens } from '../../playground/server/tokens.js'
import { address, asking, dial, post, puppet, readStream, spoken, start } from './rig.js'

const env: Partial<Env> = { WebSocket: WS as unknown as NonNullable<Env['WebSocket']> }
const patient = { timeout: 10_000 }
const order = async (url: string, what: string): Promise<unknown> =>
  (await fetch(`${url}/api/faults/${what}`, { method: 'POST' })).json()

test('a narrow line lets through so many bytes per second, and loses none', async () => {
  const answerer = puppet()
  const { url } = await start({ answerer })
  const stream = await post(address(url, 'c', 'r'), asking('go'), 'text/event-stream')
  await expect.poll(() => answerer.told.length, patient).toBe(1)
  expect(await order(url, 'order?kind=throttle&chat=c&ms=60000')).toMatchObject({ cut: 0 })
  const text = 'ü'.repeat(BYTES_PER_S / 2)
  const since = performance.now()
  answerer.told[0]!.say(text)
  answerer.told[0]!.end('complete')
  expect(spoken(await readStream(stream)).flatMap(({ data }) => data ?? [])).toEqual([text])
  expect(performance.now() - since).toBeGreaterThan(950)
})

test('a narrow line is as wide as ever once that is taken back', async () => {
  const answerer = puppet()
  const { url } = await start({ answerer })
  const stream = await post(address(url, 'c', 'r'), asking('go'), 'text/event-stream')
  await expect.poll(() => answerer.told.length, patient).toBe(1)
  await order(url, 'order?kind=throttle&chat=c&ms=60000')
  const text = 'x'.repeat(BYTES_PER_S * 100)
  answerer.told[0]!.say(text)
  answerer.told[0]!.end('complete')
  await order(url, 'order?kind=throttle&chat=c&ms=0')
  expect(spoken(await readStream(stream)).flatMap(({ data }) => data ?? [])).toEqual([text])
})

test('a bad proxy passes the head on, and holds the body until it has enough of it or all', async () => {
  const answerer = puppet()
  const { url } = await start({ answerer })
  await order(url, 'order?kind=buffer&chat=c&ms=60000')
  const stream = await post(address(url, 'c', 'r'), asking('go'), 'text/event-stream')
  expect(stream.headers.get('content-type')).toContain('event-stream')
  const seen: string[] = []
  const reading = readStream(stream, (items) => {
    seen.splice(0, Infinity, ...items.flatMap(({ data }) => data ?? []))
    return false
  })
  const { say, end } = answerer.told[0]!
  say('first')
  const other = dial(url, '/api/live/ws?chat=other', { t: 'hello' })
  await expect.poll(() => other.items[0]?.t, patient).toBe('welcome')
  expect(seen).toEqual([])
  say('x'.repeat(BUFFER_BYTES))
  await expect.poll(() => seen.length, patient).toBe(2)
  say('last')
  end('complete')
  expect(spoken(await reading).flatMap(({ data }) => data ?? [])).toEqual(['first', 'x'.repeat(BUFFER_BYTES), 'last'])
})

test('a bad proxy knows no upgrade', async () => {
  const { url } = await start()
  await order(url, 'order?kind=buffer&chat=c&ms=60000')
  const status = await new Promise((settle) => {
    const socket = new WS(`${url}/api/live/ws?chat=c`)
    socket.on('unexpected-response', (_request, response) => settle(response.statusCode))
    socket.on('open', () => settle('open'))
    socket.on('error', () => {})
  })
  expect(status).toBe(400)
})

test('behind a bad proxy a line that has others falls back to polls, and hears everything', async () => {
  const { url } = await start({ live: { everyMs: 200 } })
  await order(url, 'order?kind=buffer&chat=c&ms=60000')
  const dialect = envelope()
  const connection = createConnection({
    transports: [
      webSocket(`${url}/api/live/ws?chat=c`, { dialect }),
      sse(`${url}/api/live?chat=c`, { dialect }),
      longPolling(`${url}/api/live?chat=c`, { dialect }),
    ],
    backoff: { firstMs: 10, maxMs: 50 },
    lingerMs: 0,
    env,
  })
  const ids: number[] = []
  onTestFinished(connection.subscribe(({ id = '' }) => void ids.push(Number(id.split('-')[1]))))
  await expect
    .poll(() => connection.state.get(), { timeout: 15_000 })
    .toMatchObject({
      status: 'open',
      transport: 'longPolling',
    })
  await expect.poll(() => ids.length, patient).toBeGreaterThan(5)
  expect(ids).toEqual(ids.map((_, index) => ids[0]! + index))
})

test('"unavailable" refuses with 503 and says nothing of a time, over a socket too', async () => {
  const { url } = await start()
  await order(url, 'order?kind=unavailable&chat=c&ms=60000')
  const response = await fetch(`${url}/api/live?chat=c`, { headers: { accept: 'text/event-stream' } })
  await response.body?.cancel()
  expect([response.status, response.headers.get('retry-after')]).toEqual([503, null])
  const { code, reason } = await dial(url, '/api/live/ws?chat=c', { t: 'hello' }).closed
  expect(code).toBe(1013)
  expect(reason).not.toContain('retry=')
})

const dialect = envelope()
const ways: Record<string, (url: string, options: object) => Transport> = {
  webSocket: (url, options) => webSocket(url.replace('/live', '/live/ws'), { dialect, ...options }),
  sse: (url, options) => sse(url, { dialect, ...options }),
  longPolling: (url, options) => longPolling(url, { dialect, ...options }),
  polling: (url, options) => polling(url, { dialect, everyMs: 20, ...options }),
}

test.each(Object.keys(ways))('a token that expires is asked for anew over %s, and nothing is missed', async (name) => {
  const { url } = await start({ live: { everyMs: 20 } })
  let issued = 0
  const token = shared(async () => {
    issued += 1
    const response = await fetch(`${url}/api/token?chat=c`, { method: 'POST' })
    return ((await response.json()) as { readonly token: string }).token
  })
  const headers = async (asking: Parameters<typeof token>[0]) => ({ authorization: `Bearer ${await token(asking)}` })
  const connection = createConnection({
    transports: ways[name]!(`${url}/api/live?chat=c`, { headers }),
    decode: json(),
    backoff: { firstMs: 10, maxMs: 50 },
    lingerMs: 0,
    env,
  })
  const ids: number[] = []
  const codes: unknown[] = []
  onTestFinished(connection.subscribe(({ id = '' }) => void ids.push(Number(id.split('-')[1]))))
  onTestFinished(
    connection.state.subscribe(() => {
      const state = connection.state.get()
      if ('error' in state && state.error) codes.push(state.error.code)
    }),
  )
  await expect.poll(() => ids.length, patient).toBeGreaterThan(3)
  expect(issued).toBe(1)
  expect(await order(url, 'expire?chat=c')).toMatchObject({ expired: 1 })
  await expect.poll(() => codes, patient).toContain(name === 'webSocket' ? 'ws-4401' : 'http-401')
  const then = ids.length
  await expect.poll(() => ids.length, patient).toBeGreaterThan(then + 5)
  expect(issued).toBe(2)
  expect(ids).toEqual(ids.map((_, index) => ids[0]! + index))
})

test('a page that shows no token has none that could expire, and one that made its own is refused', async () => {
  const { url } = await start()
  expect(await order(url, 'expire?chat=c')).toMatchObject({ error: { code: 'no_token' } })
  expect(await order(url, 'expire')).toMatchObject({ error: { code: 'no_chat' } })
  const response = await fetch(`${url}/api/live?chat=c`, { headers: { authorization: 'Bearer play-mine' } })
  expect([response.status, await response.json()]).toMatchObject([401, { error: { code: 'token_expired' } }])
})

test('a token holds for a while, for one page, and beside the credentials of others', () => {
  let now = 0
  const { issue, accepts, expire } = createTokens(() => now)
  const { token, lastsMs } = issue('c')
  const own = `Bearer ${token}`
  expect([accepts('c', own), accepts('other', own), accepts('c', 'Bearer theirs'), accepts('c', undefined)]).toEqual([
    true,
    false,
    true,
    true,
  ])
  now = lastsMs
  expect(accepts('c', own)).toBe(false)
  const again = `Bearer ${issue('c').token}`
  expect([accepts('c', again), expire('c'), accepts('c', again)]).toEqual([true, 2, false])
})
