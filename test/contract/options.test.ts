import { describe, expect, test } from 'vitest'
import {
  type ConnectionOptions,
  createConnection,
  HoldlineError,
  longPolling,
  polling,
  sse,
  webSocket,
} from '../../src/index.ts'
import { systemClock } from '../../src/base/clock.ts'
import { hold } from './listen.ts'
import { serve } from './server.ts'

const bad: Record<string, unknown> = {
  'no transports': { transports: [] },
  'transports that are missing': { transports: undefined },
  'transports that are null': { transports: null },
  'a transport by name': { transports: 'sse' },
  'a list with a hole': { transports: [sse('http://127.0.0.1:1'), undefined] },
  'a backoff of NaN': { backoff: { firstMs: NaN } },
  'a negative backoff': { backoff: { maxMs: -1 } },
  'a growth in words': { backoff: { growth: 'fast' } },
  'a negative connect timeout': { connectTimeoutMs: -5 },
  'a heartbeat of NaN': { heartbeat: { silenceMs: NaN } },
  'failures of NaN': { maxFailures: NaN },
  'a negative upgrade': { upgradeAfterMs: -1 },
  'a linger of NaN': { lingerMs: NaN },
}

describe('a connection with', () => {
  test.each(Object.entries(bad))('%s has failed from the start, and says why', async (_, options) => {
    const { asked, origin } = await serve({})
    const connection = createConnection({ transports: sse(origin), ...(options as Partial<ConnectionOptions<string>>) })
    const leave = connection.subscribe(() => expect.unreachable())
    const state = connection.state.get()
    expect(state).toMatchObject({ status: 'failed', error: { kind: 'request', code: 'bad-option', retryable: false } })
    await expect(connection.send('x')).rejects.toBeInstanceOf(HoldlineError)
    await expect(connection.messages().next()).rejects.toMatchObject({ code: 'bad-option' })
    connection.reconnect()
    leave()
    connection.close()
    expect(asked).toEqual([])
  })
})

test.each([
  ['backoff', { backoff: { firstMs: undefined, growth: undefined, maxMs: undefined } }],
  ['heartbeat', { heartbeat: { pingAfterMs: undefined, pongWithinMs: undefined } }],
  ['numbers', { connectTimeoutMs: undefined, maxFailures: undefined, upgradeAfterMs: undefined, lingerMs: undefined }],
])('options that are undefined leave the defaults as they are: %s', async (_, options) => {
  const { origin, asked } = await serve({ http: (__, response) => response.writeHead(503).end() })
  // The time of day stands still and luck is what it is, so that the wait can be told to the millisecond.
  const env = { random: () => 0.5, clock: { now: () => 0, after: systemClock.after } }
  const connection = createConnection({
    transports: sse(origin),
    env,
    ...(options as Partial<ConnectionOptions<string>>),
  })
  connection.subscribe(() => {})
  await expect.poll(() => connection.state.get().status).toBe('waiting')
  expect(connection.state.get()).toMatchObject({ retryAtMs: 500 })
  expect(asked.length).toBe(1)
  connection.close()
})

test.each([
  ['everyMs', NaN, polling],
  ['everyMs', -1, polling],
  ['waitMs', NaN, longPolling],
  ['waitMs', -1, longPolling],
  ['maxChars', NaN, polling],
  ['maxChars', NaN, sse],
  ['maxChars', -1, sse],
  ['maxChars', NaN, webSocket],
] as const)('a transport whose %s is %d says so, and does not flood its server', async (name, value, make) => {
  const { origin, asked } = await serve({ http: (_, response) => response.end('x') })
  const { connection } = hold({ transports: make(origin, { [name]: value }) })
  await expect.poll(() => connection.state.get().status).toBe('failed')
  const state = connection.state.get()
  expect('error' in state && state.error).toMatchObject({ kind: 'request', code: 'bad-option' })
  expect(asked.length).toBeLessThan(2)
})
