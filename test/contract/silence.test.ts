import { describe, expect, test } from 'vitest'
import { envelope, longPolling, polling, sse, webSocket } from '../../src/index.ts'
import { call, eventually, hold, hurried } from './listen.ts'
import { rigs } from './rigs.ts'
import { serve } from './server.ts'

/** Ten seconds take a tenth of one: the numbers below are the defaults. */
const fast = () => {
  const clock = hurried(100)
  return { clock, env: { clock } }
}
const eventStream = { 'content-type': 'text/event-stream' }

describe.each(rigs)('$name', (rig) => {
  test('gives a server ten seconds for its first answer, and then hangs up', async () => {
    const { origin, busy } = await serve({ mute: true })
    const { clock, env } = fast()
    const since = clock.now()
    const { reach } = hold({ transports: rig.transport(origin), env, maxFailures: 1 })
    expect((await reach('failed')).error).toMatchObject({ kind: 'timeout', code: 'connect-timeout' })
    // A long poll may be held back as long as was agreed on.
    expect(clock.now() - since).toBeGreaterThanOrEqual(rig.name.startsWith('long') ? 35_000 : 10_000)
    await eventually(() => expect(busy.size).toBe(0))
  })
})

test('does not take an upgrade for an answer where a welcome was agreed on', async () => {
  const { origin, busy } = await serve({ socket: () => {} })
  const { env } = fast()
  const { reach } = hold({ transports: webSocket(origin, { dialect: envelope() }), env, maxFailures: 1 })
  expect((await reach('failed')).error).toMatchObject({ kind: 'timeout', code: 'connect-timeout' })
  await eventually(() => expect(busy.size).toBe(0))
})

test('trusts a quiet stream whose server never beat', async () => {
  const { origin } = await serve({ http: (_, response) => response.writeHead(200, eventStream).flushHeaders() })
  const { clock, env } = fast()
  const { states, reach } = hold({ transports: sse(origin), env })
  await reach('open')
  const since = clock.now()
  await eventually(() => expect(clock.now() - since).toBeGreaterThanOrEqual(60_000))
  expect(states.map(({ status }) => status)).toEqual(['connecting', 'open'])
})

test('ends a stream that says nothing for longer than the option allows', async () => {
  const { origin, busy } = await serve({ http: (_, response) => response.writeHead(200, eventStream).flushHeaders() })
  const { reach } = hold({ transports: sse(origin), heartbeat: { silenceMs: 60 }, maxFailures: 1 })
  expect((await reach('failed')).error).toMatchObject({ kind: 'timeout', code: 'silence' })
  await eventually(() => expect(busy.size).toBe(0))
})

test('takes any byte for a sign of life, a comment too', async () => {
  let beats = 0
  const { origin } = await serve({
    http(_, response) {
      response.writeHead(200, eventStream)
      const beat = setInterval(() => (beats++, response.write(':\n')), 25)
      response.on('close', () => clearInterval(beat))
    },
  })
  const { states } = hold({ transports: sse(origin), heartbeat: { silenceMs: 250 } })
  await eventually(() => expect(beats).toBe(25))
  expect(states.map(({ status }) => status)).toEqual(['connecting', 'open'])
})

test('takes comments that come together for one sign of life', async () => {
  const { origin } = await serve({
    http: (_, response) => void response.writeHead(200, eventStream).write(`${':\n\n'.repeat(100)}data: x\n\n`),
  })
  const line = call(sse(origin))
  await eventually(() => expect(line.said).toContain('frame x'))
  // The headers, the bytes, the message, and all of the comments.
  await eventually(() => expect(line.words).toBe(4))
})

test('learns from the comments of a stream how long it may be quiet', async () => {
  const { origin } = await serve({
    http(_, response) {
      let beats = 0
      response.writeHead(200, eventStream)
      const beat = setInterval(() => (++beats > 4 ? clearInterval(beat) : response.write(':\n\n')), 30)
    },
  })
  const { clock, env } = fast()
  const { reach } = hold({ transports: sse(origin), env, maxFailures: 1 })
  const since = clock.now()
  expect((await reach('failed')).error).toMatchObject({ kind: 'timeout', code: 'silence' })
  expect(clock.now() - since).toBeGreaterThanOrEqual(25_000)
})

test.each(['sse', 'webSocket'])('%s is quiet for two and a half times as long as the welcome says', async (name) => {
  const welcome = '{"t":"welcome","heartbeatMs":20000}'
  const { origin } = await serve({
    http: (_, response) => response.writeHead(200, eventStream).write(`event: holdline\ndata: ${welcome}\n\n`),
    socket: (socket) => socket.send(welcome),
  })
  const { clock, env } = fast()
  const dialect = envelope()
  const transports = name === 'sse' ? sse(origin, { dialect }) : webSocket(origin, { dialect })
  const { reach } = hold({ transports, env, maxFailures: 1 })
  const since = clock.now()
  expect((await reach('failed')).error).toMatchObject({ kind: 'timeout', code: 'silence' })
  expect(clock.now() - since).toBeGreaterThanOrEqual(50_000)
})

test('asks a quiet WebSocket for a sign of life, and hangs up where none comes', async () => {
  let pings = 0
  const { origin, busy } = await serve({
    socket(socket) {
      socket.send('{"t":"welcome"}')
      socket.on('message', (text) => {
        if (String(text as Buffer).includes('ping') && ++pings <= 3) socket.send('{"t":"pong"}')
      })
    },
  })
  const { clock, env } = fast()
  const { reach } = hold({ transports: webSocket(origin, { dialect: envelope() }), env, maxFailures: 1 })
  const since = clock.now()
  expect((await reach('failed')).error).toMatchObject({ kind: 'timeout', code: 'silence' })
  expect(pings).toBeGreaterThanOrEqual(4)
  expect(clock.now() - since).toBeGreaterThanOrEqual(3 * 20_000 + 30_000)
  await eventually(() => expect(busy.size).toBe(0))
})

test.each(['longPolling', 'polling'])('%s gives up on a later question that is never answered', async (name) => {
  let nth = 0
  const { origin } = await serve({ http: (_, response) => void (nth++ === 0 && response.end('first')) })
  const { clock, env } = fast()
  const { reach, data } = hold({
    transports: (name === 'polling' ? polling : longPolling)(origin),
    env,
    maxFailures: 1,
  })
  const since = clock.now()
  expect((await reach('failed')).error).toMatchObject({ kind: 'timeout', code: 'silence' })
  expect(clock.now() - since).toBeGreaterThanOrEqual(name === 'polling' ? 15_000 : 35_000)
  expect(data).toEqual(['first'])
})
