import { describe, expect, test } from 'vitest'
import { longPolling, polling, sse, type Transport } from '../../src/index.ts'
import { eventually, hold } from './listen.ts'
import { type Asked, serve } from './server.ts'

const transports: Record<string, (url: string) => Transport> = {
  sse,
  'sse with a body': (url) => sse(url, { body: 'x', repeat: true }),
  longPolling,
  polling,
}

/** 408 is a long poll's way to say "nothing new"; of 407, fetch makes a network error. */
const busy = [408, 425, 429, 500, 502, 503, 504, 520, 529]
const fatal = {
  request: [300, 400, 402, 405, 406, 413, 414, 415, 418, 422, 431, 501, 505],
  forbidden: [403, 451],
  missing: [404],
  cursor: [409, 410, 412, 416],
} as const

/** Answers as told, with a body that must be let go of. */
const answering = (answer: (asked: Asked, nth: number) => number, headers: Record<string, string> = {}) => {
  let nth = 0
  return serve({
    http(asked, response) {
      const status = answer(asked, nth++)
      response.writeHead(status, { 'content-type': status === 200 ? 'text/event-stream' : 'text/html', ...headers })
      if (status === 200) response.end('id: 1\ndata: hello\n\n')
      else if (status === 204) response.end()
      else response.write('<p>an answer that does not end')
    },
  })
}

describe.each(Object.entries(transports))('%s', (name, transport) => {
  test.each(busy.filter((status) => name !== 'longPolling' || status !== 408))(
    'tries again after %i',
    async (status) => {
      const { origin, asked } = await answering(() => status)
      const { reach } = hold({ transports: transport(origin) })
      const { error } = await reach('waiting')
      expect(error).toMatchObject({ kind: 'server-busy', status, code: `http-${status}`, retryable: true, attempt: 1 })
      await eventually(() => expect(asked.length).toBeGreaterThan(1))
    },
  )

  test.each(Object.entries(fatal))('gives up on what means "%s"', async (kind, statuses) => {
    for (const status of statuses) {
      const { origin, asked } = await answering(() => status)
      const { reach } = hold({ transports: transport(origin) })
      const { error } = await reach('failed')
      expect(error).toMatchObject({
        kind,
        status,
        code: `http-${status}`,
        retryable: false,
        transport: name.split(' ')[0],
      })
      expect(asked.length).toBe(1)
    }
  })

  test('tries 401 once more, with credentials that are asked for anew', async () => {
    const { origin, asked } = await answering(() => 401)
    const { reach, states } = hold({ transports: transport(origin) })
    expect((await reach('failed')).error).toMatchObject({ kind: 'auth', status: 401, retryable: false })
    expect(asked.length).toBe(2)
    expect(states.find(({ status }) => status === 'waiting')).toMatchObject({
      error: { kind: 'auth', retryable: true },
    })
  })

  test.each(fatal.cursor)('starts anew without its cursor after %i, and says so', async (status) => {
    const { origin, asked } = await answering(({ cursor }) => (cursor === undefined ? 200 : status))
    const { gaps, heard } = hold({ transports: transport(origin), resumeFrom: '7' })
    await eventually(() => expect(heard.length).toBeGreaterThan(0))
    expect(gaps[0]).toEqual({ after: '7', before: undefined, reason: 'lost', again: false })
    expect(asked.slice(0, 2).map(({ cursor }) => cursor)).toEqual(['7', undefined])
  })
})

test('tries 404 five times where the line has worked before', { timeout: 10_000 }, async () => {
  const { origin, asked } = await answering((_, nth) => (nth === 0 ? 200 : 404))
  const { reach } = hold({ transports: sse(origin) })
  expect((await reach('failed')).error).toMatchObject({ kind: 'missing', status: 404 })
  // One that worked, then the drop and the tries after it.
  expect(asked.length).toBe(6)
})

test.each([
  ['7', 7_000],
  ['a date', 7_000],
  ['1000000', 300_000],
])('waits as long as Retry-After asks for: %s', async (value, leastMs) => {
  const { origin } = await answering(() => 503, {
    'retry-after': value === 'a date' ? new Date(Date.now() + 9_000).toUTCString() : value,
  })
  const { reach } = hold({ transports: sse(origin) })
  const { retryAtMs } = await reach('waiting')
  expect(retryAtMs - Date.now()).toBeGreaterThan(leastMs - 1_500)
  expect(retryAtMs - Date.now()).toBeLessThan(Math.max(leastMs, 9_000) * 1.25 + 100)
})

test.each([
  ['3000', 3_000],
  ['5', 100],
  ['-1', 100],
  ['99999999999999999999', 300_000],
])('waits as long as a stream asks for: retry: %s', async (value, leastMs) => {
  const { origin } = await serve({
    http: (_, response) =>
      response.writeHead(200, { 'content-type': 'text/event-stream' }).end(`retry: ${value}\n\ndata: x\n\n`),
  })
  const { reach } = hold({ transports: sse(origin) })
  const { retryAtMs } = await reach('waiting')
  expect(retryAtMs - Date.now()).toBeGreaterThan(leastMs - 100)
  expect(retryAtMs - Date.now()).toBeLessThanOrEqual(leastMs * 1.25)
})

test('is closed by 204 on a stream, and does not come back', async () => {
  const { origin, asked } = await answering(() => 204)
  const { reach } = hold({ transports: sse(origin) })
  expect(await reach('closed')).toMatchObject({ reason: 'ended' })
  expect(asked.length).toBe(1)
})

test.each(['text/html; charset=utf-8', 'application/json', undefined])(
  'takes status 200 with %s for no stream',
  async (type) => {
    const { origin, busy } = await serve({
      http: (_, response) =>
        response.writeHead(200, type === undefined ? {} : { 'content-type': type }).write('<p>portal'),
    })
    const { reach } = hold({ transports: sse(origin) })
    const { error } = await reach('failed')
    expect(error).toMatchObject({ kind: 'protocol', code: 'content-type', retryable: false })
    expect(error.message).toContain(type ?? 'text/event-stream')
    await eventually(() => expect(busy.size).toBe(0))
  },
)

test('lets an option say what a refusal means', async () => {
  const { origin, asked } = await answering(() => 403)
  const { reach } = hold({
    transports: sse(origin),
    classify: (ending) => (ending.kind === 'refused' ? { kind: 'forbidden', retry: true } : undefined),
  })
  expect((await reach('waiting')).error).toMatchObject({ kind: 'forbidden', retryable: true })
  await eventually(() => expect(asked.length).toBeGreaterThan(1))
})
