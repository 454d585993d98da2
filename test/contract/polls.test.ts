import { expect, test } from 'vitest'
import { envelope, longPolling, polling } from '../../src/index.ts'
import { eventually, hold, hurried } from './listen.ts'
import { serve } from './server.ts'

const dialect = envelope()

test.each([polling, longPolling])('an ETag is sent back, and 304 means nothing new', async (make) => {
  let version = 1
  const { origin, asked } = await serve({
    http({ headers }, response) {
      const etag = `"v${version}"`
      const answer = (): void => {
        if (headers['if-none-match'] === `"v${version}"`) return void response.writeHead(304).end()
        response.writeHead(200, { etag: `"v${version}"` }).end(`版本 ${version}`)
      }
      if (headers['if-none-match'] === etag && make === longPolling) setTimeout(answer, 40)
      else answer()
    },
  })
  const { data, connection } = hold({ transports: make(origin, { everyMs: 10 }), env: { clock: hurried(50) } })
  await eventually(() => expect(asked.length).toBeGreaterThan(3))
  expect(data).toEqual(['版本 1'])
  expect(asked[0]?.headers['if-none-match']).toBe(undefined)
  expect(asked.slice(1, 3).map(({ headers }) => headers['if-none-match'])).toEqual(['"v1"', '"v1"'])
  version = 2
  await eventually(() => expect(data).toEqual(['版本 1', '版本 2']))
  await eventually(() => expect(asked.at(-1)?.headers['if-none-match']).toBe('"v2"'))
  expect(connection.state.get()).toMatchObject({ status: 'open', failures: 0 })
})

test('an answer that needs no second thought is a message, an empty one too', async () => {
  let nth = 0
  const { origin } = await serve({ http: (_, response) => response.end(['a', '', 'a'][nth++ % 3]) })
  const { data } = hold({ transports: polling(origin, { everyMs: 5 }) })
  await eventually(() => expect(data.slice(0, 4)).toEqual(['a', '', 'a', 'a']))
})

test.each([204, 304, 408])('a long poll that ends with %i after its wait found nothing new', async (status) => {
  let nth = 0
  const { origin, asked } = await serve({
    http: (_, response) =>
      nth++ === 4 ? response.end('news') : void setTimeout(() => response.writeHead(status).end(), 25),
  })
  const { data, states } = hold({ transports: longPolling(origin), env: { clock: hurried(100) } })
  await eventually(() => expect(data).toEqual(['news']))
  expect(states.map(({ status: now }) => now)).toEqual(['connecting', 'open'])
  expect(asked.length).toBeGreaterThanOrEqual(5)
})

test('a server that does not hold its empty answers is told as such, and is not asked for ever', async () => {
  for (const [options, empty] of [
    [{}, ''],
    [{ dialect }, '[]'],
  ] as const) {
    const { origin, asked } = await serve({
      http: (_, response) => (empty ? response.end(empty) : response.writeHead(204).end()),
    })
    const { reach } = hold({ transports: longPolling(origin, options), maxFailures: 1 })
    const { error } = await reach('failed')
    expect(error).toMatchObject({ kind: 'protocol', code: 'not-held' })
    expect(error.message).toContain('polling()')
    expect(asked.length).toBeLessThanOrEqual(4)
  }
})

test('a first question that is answered at once with nothing, as it must be, is no fault of the server', async () => {
  let nth = 0
  const { origin, asked } = await serve({
    http({ query }, response) {
      // At once, as asked; then two answers that a restart cut short; then all is well.
      if (query.get('wait') === '0' || nth < 3) response.end('[]')
      nth++
    },
  })
  const { states } = hold({ transports: longPolling(origin, { dialect }) })
  await eventually(() => expect(asked.length).toBe(4))
  expect(states.map(({ status }) => status)).toEqual(['connecting', 'open'])
})

test('a question says how long it may be held: not at all at first, and with a poll never', async () => {
  const { origin, asked } = await serve({ http: (_, response) => response.end('[{"data":"x"}]') })
  hold({ transports: longPolling(`${origin}/long?room=1`, { dialect, waitMs: 7_000 }) })
  hold({ transports: polling(`${origin}/short`, { dialect, everyMs: 10 }) })
  hold({ transports: longPolling(`${origin}/native`) })
  const waits = (path: string) => asked.filter((one) => one.path === path).map(({ query }) => query.get('wait'))
  for (const path of ['/long', '/short', '/native'])
    await eventually(() => expect(waits(path).length).toBeGreaterThan(2))
  expect(waits('/long').slice(0, 3)).toEqual(['0', '7', '7'])
  expect(new Set(waits('/short'))).toEqual(new Set(['0']))
  expect(new Set(waits('/native'))).toEqual(new Set([null]))
  expect(asked.find(({ path }) => path === '/long')?.query.get('room')).toBe('1')
  expect(asked.find(({ path }) => path === '/long')?.headers.accept).toBe('application/json')
})

test('a poll waits between its questions, give or take a tenth', async () => {
  const at: number[] = []
  const clock = hurried(20)
  const { origin } = await serve({ http: (_, response) => (at.push(clock.now()), response.end('x')) })
  hold({ transports: polling(origin), env: { clock } })
  await eventually(() => expect(at.length).toBe(4))
  for (const [nth, time] of at.slice(1).entries()) expect(time - (at[nth] as number)).toBeGreaterThan(4_400)
})

test('answers full of news are asked for at no more than twenty a second', async () => {
  const { origin, asked } = await serve({ http: (_, response) => response.end('x') })
  const since = Date.now()
  const { data } = hold({ transports: longPolling(origin) })
  await eventually(() => expect(data.length).toBeGreaterThan(5))
  expect(asked.length).toBeLessThan((Date.now() - since) / 45 + 2)
})
