import { describe, expect, test } from 'vitest'
import {
  type Clock,
  type Connection,
  envelope,
  HoldlineError,
  sse,
  type SseOptions,
  type Transport,
  webSocket,
} from '../../src/index.ts'
import { systemClock } from '../../src/base/clock.ts'
import { eventually, hold, hurried } from '../contract/listen.ts'
import { serve, type TestServer } from '../contract/server.ts'
import { openHub } from '../tools/hub.ts'
import { openProxy } from '../tools/proxy.ts'

const dialect = envelope()

/** What became of a promise, as far as is known by now. */
function watched(promise: Promise<void>): { readonly fate: () => unknown } {
  let fate: unknown = 'pending'
  promise.then(
    () => (fate = 'sent'),
    (error: unknown) => (fate = error),
  )
  return { fate: () => fate }
}

const settled = (letter: { fate: () => unknown }): Promise<void> =>
  eventually(() => expect(letter.fate()).not.toBe('pending'), 4_000)

/** A stream that stays open, and a place to POST to that answers as it is told. */
async function office(answer: (nth: number) => { status: number; after?: Promise<void>; retryAfter?: string }) {
  const bodies: string[] = []
  const server = await serve({
    http(asked, response, request) {
      if (asked.method !== 'POST')
        return void response
          .writeHead(200, { 'content-type': 'text/event-stream' })
          .write('event: holdline\ndata: {"t":"welcome"}\n\n')
      const chunks: Buffer[] = []
      request.on('data', (chunk: Buffer) => chunks.push(chunk))
      request.on('end', () => {
        const { status, after = Promise.resolve(), retryAfter } = answer(bodies.push(String(Buffer.concat(chunks))))
        void after.then(() => response.writeHead(status, { ...(retryAfter && { 'retry-after': retryAfter }) }).end())
      })
    },
  })
  return { ...server, bodies }
}

function open({ origin }: Pick<TestServer, 'origin'>, options: SseOptions = {}, clock: Clock = systemClock) {
  return hold({ transports: sse(origin, { dialect, sendUrl: `${origin}/letters`, ...options }), env: { clock } })
}

const dataOf = (body: string | undefined): unknown => (JSON.parse(body ?? 'null') as { data?: unknown } | null)?.data

test('a POST that is never answered does not hold up all that is sent, for ever, while the stream lives', async () => {
  const hub = await openHub()
  const proxy = await openProxy(hub.port)
  // Ten seconds take half of one, as long as nothing else is late.
  const { connection, reach } = open(proxy, {}, hurried(20))
  await reach('open')
  // The line of the first POST is dead; the stream and all later lines are well.
  const { accepted } = proxy
  proxy.meet((line) => line.blackHole(line.nth === accepted))
  const letters = ['a', 'b'].map((text) => watched(connection.send(text)))
  for (const letter of letters) await settled(letter)
  expect(letters.map(({ fate }) => fate())).toEqual(['sent', 'sent'])
  expect(hub.taken).toEqual(['a', 'b'])
  expect(connection.state.get()).toMatchObject({ status: 'open', attempt: 1 })
})

describe('what is given up on while it is under way lets the next one go', () => {
  const give = async (giveUp: (connection: Connection<string>) => Promise<void>): Promise<void> => {
    let answer = (): void => {}
    const first = new Promise<void>((resolve) => (answer = resolve))
    const post = await office((nth) => ({ status: 204, ...(nth === 1 && { after: first }) }))
    const { connection, reach } = open(post)
    await reach('open')
    const given = watched(giveUp(connection))
    const next = watched(connection.send('next'))
    await eventually(() => expect(post.bodies).toHaveLength(1))
    await settled(given)
    expect(given.fate()).toBeInstanceOf(HoldlineError)
    answer()
    await settled(next)
    expect(next.fate()).toBe('sent')
    expect(post.bodies.map(dataOf)).toEqual(['first', 'next'])
    // Not because the line was another one.
    expect(connection.state.get().attempt).toBe(1)
  }

  test('by its signal', async () => {
    const abort = new AbortController()
    await give((connection) => {
      setTimeout(() => abort.abort(), 50)
      return connection.send('first', { signal: abort.signal })
    })
  })

  test('by its time', () => give((connection) => connection.send('first', { timeoutMs: 50 })))
})

describe('what cannot be posted at all is rejected, and does not hold up what comes after it', () => {
  const circle: Record<string, unknown> = {}
  circle['self'] = circle

  test.each([
    ['a circle', circle],
    ['a bigint', 10n],
  ])('%s', async (_name, data) => {
    const hub = await openHub()
    const { connection, reach } = open(hub)
    await reach('open')
    const bad = watched(connection.send(data))
    const next = watched(connection.send('next'))
    await settled(next)
    expect(next.fate()).toBe('sent')
    expect(bad.fate()).toMatchObject({ kind: 'request' })
  })

  test('an id that no header can hold, unless it is written in a way that one can', async () => {
    const hub = await openHub()
    const { connection, reach } = open(hub)
    await reach('open')
    const bad = watched(connection.send('x', { id: '消息' }))
    const next = watched(connection.send('next'))
    await settled(next)
    expect(next.fate()).toBe('sent')
    if (bad.fate() === 'sent') expect(hub.taken).toEqual(['x', 'next'])
    else expect(bad.fate()).toMatchObject({ kind: 'request' })
  })

  test('a sendUrl that is none', async () => {
    const hub = await openHub()
    const { connection, reach } = open(hub, { sendUrl: 'http://:bad' })
    await reach('open')
    const letter = watched(connection.send('x'))
    await settled(letter)
    expect(letter.fate()).toMatchObject({ kind: 'request', code: 'bad-url' })
  })
})

test('after close no timer waits to send again', async () => {
  const post = await office(() => ({ status: 503, retryAfter: '120' }))
  const timers = new Set<() => void>()
  const { now, after } = hurried(100)
  const clock: Clock = {
    now,
    after(ms, task) {
      const ring = (): void => {
        timers.delete(ring)
        task()
      }
      timers.add(ring)
      const forget = after(ms, ring)
      return () => {
        timers.delete(ring)
        forget()
      }
    },
  }
  const { connection, reach } = open(post, {}, clock)
  await reach('open')
  const resting = timers.size
  const letter = watched(connection.send('x'))
  await eventually(() => expect(timers.size).toBe(resting + 1))
  connection.close()
  await settled(letter)
  expect(letter.fate()).toMatchObject({ code: 'closed' })
  expect(timers.size).toBe(0)
})

async function twice(transports: (origin: string) => Transport): Promise<void> {
  const hub = await openHub()
  const { connection, reach } = hold({ transports: transports(hub.origin) })
  await reach('open')
  const letters = ['x', 'x'].map((text) => watched(connection.send(text, { id: 'order-1' })))
  for (const letter of letters) await settled(letter)
  expect(letters.map(({ fate }) => fate())).toEqual(['sent', 'sent'])
  expect([hub.taken, hub.repeats]).toEqual([['x'], 1])
}

test('two messages under one id are both settled over webSocket', () =>
  twice((origin) => webSocket(origin, { dialect })))

test('two messages under one id are both settled over sse', () =>
  twice((origin) => sse(origin, { dialect, sendUrl: `${origin}/letters` })))

test('a 503 is waited out as long as it asks for, and order is kept', async () => {
  const post = await office((nth) => (nth === 1 ? { status: 503, retryAfter: '20' } : { status: 204 }))
  const clock = hurried(100)
  const { connection, reach } = open(post, {}, clock)
  await reach('open')
  const since = clock.now()
  await Promise.all(['a', 'b', 'c'].map((text) => connection.send(text)))
  expect(clock.now() - since).toBeGreaterThanOrEqual(20_000)
  expect(post.bodies.map(dataOf)).toEqual(['a', 'a', 'b', 'c'])
})

test('a 401 is answered once with new credentials, and then believed', async () => {
  const post = await office((nth) => ({ status: nth === 2 || nth > 4 ? 204 : 401 }))
  const renewed: boolean[] = []
  const headers = ({ renew }: { readonly renew: boolean }): Record<string, string> => {
    renewed.push(renew)
    return { authorization: 'Bearer x' }
  }
  const { connection, reach } = open(post, { headers })
  await reach('open')
  await connection.send('a')
  await expect(connection.send('b')).rejects.toMatchObject({ kind: 'auth', status: 401 })
  await connection.send('c')
  expect(renewed).toEqual([false, false, true, false, true, false])
  expect(post.bodies.map(dataOf)).toEqual(['a', 'a', 'b', 'b', 'c'])
})

test('a nack rejects with the server’s reason, and the others are not harmed', async () => {
  const { origin } = await serve({
    socket(socket) {
      socket.send('{"t":"welcome"}')
      socket.on('message', (text) => {
        const { id, data } = JSON.parse(String(text as Buffer)) as { id?: string; data?: unknown }
        if (id) socket.send(JSON.stringify(data === 'bad' ? { t: 'nack', id, reason: 'No room' } : { t: 'ack', id }))
      })
    },
  })
  const { connection, reach } = hold({ transports: webSocket(origin, { dialect }) })
  await reach('open')
  const letters = ['good', 'bad', 'good'].map((text) => watched(connection.send(text)))
  for (const letter of letters) await settled(letter)
  expect(letters.map(({ fate }) => fate())).toEqual([
    'sent',
    expect.objectContaining({ message: 'No room', code: 'refused' }),
    'sent',
  ])
  expect(connection.state.get().status).toBe('open')
})

test('an ack for nobody, twice, or for a number harms nobody', async () => {
  const { origin } = await serve({
    socket(socket) {
      socket.send('[{"t":"welcome"},{"t":"ack"},{"t":"ack","id":"nobody"},{"t":"nack","id":null}]')
      socket.on('message', (text) => {
        const { id } = JSON.parse(String(text as Buffer)) as { id?: string }
        if (id)
          socket.send(
            JSON.stringify([
              { t: 'ack', id: Number(id) },
              { t: 'ack', id },
              { t: 'nack', id },
            ]),
          )
      })
    },
  })
  const { connection, reach, faults } = hold({ transports: webSocket(origin, { dialect }) })
  await reach('open')
  await connection.send('x', { id: '17' })
  await connection.send('x', { id: '18' })
  expect(faults).toEqual([])
  expect(connection.state.get()).toMatchObject({ status: 'open', attempt: 1 })
})
