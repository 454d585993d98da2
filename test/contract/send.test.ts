import { getEventListeners } from 'node:events'
import { describe, expect, test } from 'vitest'
import { createConnection, envelope, HoldlineError, sse, webSocket } from '../../src/index.ts'
import { eventually, hold, withSocket } from './listen.ts'
import { rigs } from './rigs.ts'
import { openRoom } from './room.ts'
import { nobody, serve } from './server.ts'

/** Why it was rejected; undefined where it was not. */
const failureOf = (promise: Promise<void>): Promise<unknown> =>
  promise.then(
    () => undefined,
    (error: unknown) => error,
  )

describe.each(rigs.filter(({ sends }) => sends))('$name', (rig) => {
  const wrap = (data: unknown): string =>
    rig.enveloped ? JSON.stringify({ data }) : typeof data === 'string' ? data : JSON.stringify(data)
  /** The ids are random. */
  const unnamed = (texts: readonly string[]): string[] => texts.map((text) => text.replace(/"id":"[\d-]+",/, ''))
  const letters = ['一', { two: 2 }, ['three'], 4, null]

  test('hands over what is sent, in order, also what was sent before the line was open', async () => {
    const room = await openRoom(rig)
    const { connection, reach } = hold({ transports: rig.transport(room.url) })
    const early = letters.map((letter) => connection.send(letter))
    expect(connection.state.get().status).toBe('connecting')
    await Promise.all(early)
    await reach('open')
    await connection.send('late')
    await eventually(() => expect(unnamed(room.received)).toEqual([...letters, 'late'].map(wrap)))
  })

  test('keeps what is sent while the line is away', async () => {
    const room = await openRoom(rig)
    const { connection, reach } = hold({ transports: rig.transport(room.url) })
    await reach('open')
    room.cut()
    await reach('waiting')
    const letter = connection.send('meanwhile')
    await letter
    expect(connection.state.get().attempt).toBe(2)
    await eventually(() => expect(unnamed(room.received)).toEqual([wrap('meanwhile')]))
  })
})

describe.each(rigs.filter(({ sends }) => !sends))('$name', (rig) => {
  test('says that it cannot send, to those who wait and to those who come later', async () => {
    const room = await openRoom(rig)
    const { connection, reach } = hold({ transports: rig.transport(room.url) })
    room.say('x')
    const early = failureOf(connection.send('x'))
    await reach('open')
    expect(await early).toMatchObject({ kind: 'request', code: 'one-way' })
    await expect(connection.send('x')).rejects.toThrow('webSocket()')
  })
})

test('binary data goes as it is', async () => {
  const received: unknown[] = []
  const { origin } = await serve({
    socket: (socket) => socket.on('message', (data, binary) => received.push([binary, [...(data as Buffer)]])),
  })
  const { connection } = hold({ transports: webSocket(origin) })
  await connection.send(Uint8Array.of(1, 2))
  await connection.send(Uint8Array.of(3).buffer)
  await eventually(() =>
    expect(received).toEqual([
      [true, [1, 2]],
      [true, [3]],
    ]),
  )
})

test('only 256 messages wait; one more is rejected, and none is dropped', async () => {
  const room = await openRoom(rigs.find(({ name }) => name === 'webSocket') ?? expect.unreachable())
  const connection = createConnection({ transports: webSocket(room.url), env: withSocket, lingerMs: 0 })
  const waiting = Array.from({ length: 256 }, (_, nth) => connection.send(`${nth}`))
  await expect(connection.send('one too many')).rejects.toMatchObject({ kind: 'overflow', code: 'outbox' })
  const leave = connection.subscribe(() => {})
  await Promise.all(waiting)
  await eventually(() => expect(room.received).toEqual(Array.from({ length: 256 }, (_, nth) => `${nth}`)))
  leave()
})

test('a message that is taken back, or not sent in time, is rejected and never sent', async () => {
  const room = await openRoom(rigs.find(({ name }) => name === 'webSocket') ?? expect.unreachable())
  const connection = createConnection({ transports: webSocket(room.url), env: withSocket, lingerMs: 0 })
  const abort = new AbortController()
  const kept = new AbortController()
  const letters = [
    connection.send('taken back', { signal: abort.signal }),
    connection.send('late', { signal: AbortSignal.timeout(10) }),
    connection.send('never', { signal: AbortSignal.abort() }),
  ].map(failureOf)
  const sent = connection.send('kept', { signal: kept.signal })
  abort.abort()
  for (const letter of letters) expect(await letter).toMatchObject({ kind: 'aborted', code: 'send-aborted' })
  const leave = connection.subscribe(() => {})
  await sent
  kept.abort()
  await eventually(() => expect(room.received).toEqual(['kept']))
  for (const { signal } of [abort, kept]) expect(getEventListeners(signal, 'abort')).toEqual([])
  leave()
})

test('a line that is closed or has failed rejects what waits and what comes', async () => {
  const { connection, reach } = hold({ transports: webSocket(await nobody()), maxFailures: 2 })
  const waiting = failureOf(connection.send('x'))
  await reach('failed')
  expect(await waiting).toMatchObject({ kind: 'network', closeCode: 1006 })
  await expect(connection.send('x')).rejects.toMatchObject({ kind: 'network' })

  const other = hold({ transports: sse(await nobody()) })
  const closed = failureOf(other.connection.send('x'))
  other.connection.close()
  expect(await closed).toMatchObject({ kind: 'aborted', code: 'closed' })
  await expect(other.connection.send('x')).rejects.toMatchObject({ kind: 'aborted', code: 'closed' })
})

test('what cannot be written as JSON is rejected with a HoldlineError, and the line stays open', async () => {
  const circle: Record<string, unknown> = {}
  circle['self'] = circle
  for (const dialect of [undefined, envelope()]) {
    const { origin } = await serve({ socket: (socket) => socket.send('{"t":"welcome"}') })
    const { connection, reach } = hold({ transports: webSocket(origin, { dialect }) })
    await reach('open')
    for (const letter of [circle, 10n, undefined]) {
      expect
        .soft(await failureOf(connection.send(letter)), `${dialect ? 'envelope' : 'native'} ${typeof letter}`)
        .toBeInstanceOf(HoldlineError)
    }
    expect(connection.state.get().status).toBe('open')
  }
})
