// The way out, for real: what one client sends, all hear, each message exactly once and in the order it was sent.
import { expect, onTestFinished, test } from 'vitest'
import { WebSocket } from 'ws'
import {
  createConnection,
  envelope,
  type Env,
  longPolling,
  polling,
  shared,
  sse,
  type Transport,
  webSocket,
} from 'holdline'
import { createLog } from '../../playground/server/log.js'
import { createRoom } from '../../playground/server/room.js'
import { eventually } from '../contract/listen.ts'
import { dial, envelopeIn, type Item, readStream, spoken, start } from './rig.js'

const dialect = envelope()
const ways: Readonly<Record<string, (url: string) => Transport>> = {
  sse: (url) => sse(`${url}/api/room`, { dialect, sendUrl: `${url}/api/room` }),
  longPolling: (url) => longPolling(`${url}/api/room`, { dialect, sendUrl: `${url}/api/room` }),
  polling: (url) => polling(`${url}/api/room`, { dialect, everyMs: 20, sendUrl: `${url}/api/room` }),
  webSocket: (url) => webSocket(`${url}/api/room/ws`, { dialect }),
}
const names = Object.keys(ways)

/** A client in the room, and all that it has heard. */
function enter(transports: Transport, env: Partial<Env> = {}) {
  const connection = createConnection({
    transports,
    backoff: { firstMs: 10, maxMs: 20 },
    ids: 'ordered',
    env: { WebSocket, ...env },
  })
  const heard: string[] = []
  const gaps: unknown[] = []
  connection.gaps.subscribe((gap) => gaps.push(gap))
  connection.subscribe(({ data }) => heard.push(data))
  onTestFinished(() => connection.close())
  const opened = (): Promise<void> => eventually(() => expect(connection.state.get().status).toBe('open'))
  return { connection, heard, gaps, opened }
}

const letter = (id: string, data: unknown = id) => ({ id, data })
const say = (url: string, body: object, headers: Readonly<Record<string, string>> = {}): Promise<Response> =>
  fetch(`${url}/api/room`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(body),
  })
const saidIn = async (url: string): Promise<Item[]> => envelopeIn(await fetch(`${url}/api/room`))

test.each(names)(
  'over %s, what two clients send is heard by both, once, however often the line is cut',
  async (name) => {
    const { url } = await start()
    const [first, second] = [enter(ways[name]!(url)), enter(ways[name]!(url))]
    await Promise.all([first.opened(), second.opened()])
    const all: string[] = []
    const sent: Promise<void>[] = []
    for (let nth = 0; nth < 10; nth++) {
      for (const { connection, word } of [
        { ...first, word: `one ${nth}` },
        { ...second, word: `two ${nth}` },
      ]) {
        all.push(word)
        sent.push(connection.send(word))
      }
      if (nth % 3 === 1) await fetch(`${url}/api/faults/cut`, { method: 'POST' })
      // So that some are sent on a line that is open, some on one that is not, and some on one that goes just then.
      await eventually(() => expect(first.heard.length + second.heard.length).toBeGreaterThan(nth * 2))
    }
    await Promise.all(sent)
    for (const { heard, gaps } of [first, second]) {
      await eventually(() => expect(heard).toHaveLength(all.length))
      expect(heard.toSorted()).toEqual(all.toSorted())
      for (const who of ['one', 'two']) {
        const theirs = heard.filter((word) => word.startsWith(who))
        expect(theirs).toEqual(all.filter((word) => word.startsWith(who)))
      }
      expect(gaps).toEqual([])
    }
    expect(second.heard).toEqual(first.heard)
  },
)

test.each(names)('over %s, a message whose receipt is lost is sent again and taken once', async (name) => {
  const { url } = await start()
  let lost = 0
  /** The server has it, and nobody is told. */
  const forgetful: typeof fetch = async (input, init) => {
    const response = await fetch(input, init)
    if (init?.method !== 'POST' || lost++ > 1) return response
    throw new TypeError('The line broke')
  }
  const deaf = function (address: string, protocols: string[]) {
    const socket = new WebSocket(address, protocols)
    const emit = socket.emit.bind(socket)
    socket.emit = (event: string | symbol, ...args: unknown[]) => {
      if (event !== 'message' || lost > 1 || !String(args[0]).includes('"ack"')) return emit(event, ...args)
      lost++
      socket.terminate()
      return true
    }
    return socket
  } as unknown as Env['WebSocket']
  const { connection, heard } = enter(ways[name]!(url), { fetch: forgetful, WebSocket: deaf })
  await connection.send('once')
  await connection.send({ and: 'then' })
  await eventually(() => expect(heard).toEqual(['once', '{"and":"then"}']))
  expect(lost).toBeGreaterThan(1)
  expect(await saidIn(url)).toHaveLength(2)
})

test.each(names)('over %s, what the room will never take is refused, and the line goes on', async (name) => {
  const { url } = await start({ room: { maxChars: 10 } })
  const { connection, heard } = enter(ways[name]!(url))
  const refused = connection.send('far too long for this room')
  await expect(refused).rejects.toMatchObject({ kind: 'request', code: name === 'webSocket' ? 'refused' : 'http-413' })
  await connection.send('short')
  await eventually(() => expect(heard).toEqual(['short']))
})

test.each(names)('over %s, messages wait while the server is busy, and arrive in order', async (name) => {
  const { url } = await start()
  const { connection, heard, opened } = enter(ways[name]!(url))
  await opened()
  await fetch(`${url}/api/faults/refuse?ms=600`, { method: 'POST' })
  await fetch(`${url}/api/faults/cut`, { method: 'POST' })
  await Promise.all(['a', 'b', 'c'].map((data) => connection.send(data)))
  await eventually(() => expect(heard).toEqual(['a', 'b', 'c']))
})

const guarded: Readonly<Record<string, (url: string, headers: Guard) => Transport>> = {
  sse: (url, headers) => sse(`${url}/api/room`, { dialect, headers, sendUrl: `${url}/api/room` }),
  longPolling: (url, headers) => longPolling(`${url}/api/room`, { dialect, headers, sendUrl: `${url}/api/room` }),
  webSocket: (url, headers) => webSocket(`${url}/api/room/ws`, { dialect, headers }),
}
type Guard = (asking: Parameters<ReturnType<typeof shared<string>>>[0]) => Promise<{ authorization: string }>

test.each(Object.keys(guarded))(
  'over %s, a token that has expired is renewed once, also for what is sent',
  async (name) => {
    let valid = 'Bearer 1'
    const { url } = await start({ room: { accepts: (authorization) => authorization === valid } })
    let made = 0
    const token = shared(() => `Bearer ${++made}`)
    const { connection, heard, opened } = enter(
      guarded[name]!(url, async (asking) => ({ authorization: await token(asking) })),
    )
    await connection.send('with the first')
    await eventually(() => expect(heard).toEqual(['with the first']))
    valid = 'Bearer 2'
    // A socket has shown its token already; it is asked again when it comes back.
    await fetch(`${url}/api/faults/cut`, { method: 'POST' })
    await connection.send('with the second')
    await eventually(() => expect(heard).toEqual(['with the first', 'with the second']))
    await opened()
    expect(made).toBe(2)
  },
)

test('whoever is not let in is told so: 401 with what is wanted, 4401 over WebSocket', async () => {
  const { url } = await start({ room: { accepts: () => false } })
  for (const method of ['GET', 'POST']) {
    const { status, headers } = await fetch(`${url}/api/room`, { method })
    expect([status, headers.get('www-authenticate')]).toEqual([401, 'Bearer'])
  }
  const line = dial(url, '/api/room/ws', { t: 'hello', v: 1, headers: { Authorization: 'Bearer x' } })
  expect((await line.closed).code).toBe(4401)
  expect(line.items).toEqual([])
})

test('a message is acknowledged as often as it is sent, and said once, whichever way it comes', async () => {
  const { url } = await start()
  const line = dial(url, '/api/room/ws', { t: 'hello', v: 1 })
  await line.opened
  line.socket.send(JSON.stringify([letter('a', { n: 1 }), letter('b')]))
  line.socket.send(JSON.stringify(letter('a', 'again')))
  await expect.poll(() => line.items.filter(({ t }) => t === 'ack').map(({ id }) => id)).toEqual(['a', 'b', 'a'])
  expect((await say(url, letter('a'), { 'idempotency-key': 'a' })).status).toBe(204)
  expect((await say(url, letter('c'))).status).toBe(204)
  const bare = { method: 'POST', headers: { 'idempotency-key': 'd' }, body: 'bare\ntext' }
  expect((await fetch(`${url}/api/room`, bare)).status).toBe(204)
  await expect
    .poll(() => spoken(line.items).flatMap(({ data }) => data ?? []))
    .toEqual(['{"n":1}', 'b', 'c', 'bare\ntext'])
})

test.each([
  ['no id', { data: 1 }, /needs an id/],
  ['an id that is no text', { id: 7, data: 1 }, /needs an id/],
  ['an id without end', letter('x'.repeat(201)), /needs an id/],
  ['no data', { id: 'x' }, /needs data/],
  ['too much', letter('x', 'y'.repeat(4_001)), /4001 characters/],
])('a message with %s is refused by nack and by a 4xx, and told why', async (_what, item, why) => {
  const { url } = await start()
  const line = dial(url, '/api/room/ws', { t: 'hello', v: 1 })
  await line.opened
  line.socket.send(JSON.stringify(item))
  const reason = expect.stringMatching(why) as string
  await expect.poll(() => line.items.at(-1)).toMatchObject({ t: 'nack', reason })
  const answer = await say(url, item)
  expect(answer.status).toBe(why.source.includes('4001') ? 413 : 400)
  expect(await answer.json()).toMatchObject({ error: { message: reason } })
  expect(await saidIn(url)).toEqual([])
})

test.each([
  ['no JSON', '{', 'application/json', 400],
  ['a list', '[]', 'application/json; charset=utf-8', 400],
  ['two ids', '{"id":"other","data":1}', 'application/json', 400],
  ['bytes', 'x', 'application/octet-stream', 415],
  ['a form', 'x', 'application/x-www-form-urlencoded', 415],
  ['a body without end', 'x'.repeat(1_100_000), 'text/plain', 413],
])('a POST with %s is a 4xx', async (_what, body, type, status) => {
  const { url } = await start()
  const headers = { 'content-type': type, 'idempotency-key': 'k' }
  expect((await fetch(`${url}/api/room`, { method: 'POST', headers, body })).status).toBe(status)
  expect((await fetch(`${url}/api/room`, { method: 'DELETE' })).headers.get('allow')).toBe('GET, POST')
})

test('a line that takes no messages says so to who sends one', async () => {
  const { url } = await start()
  const line = dial(url, '/api/live/ws', { t: 'hello', v: 1 })
  await line.opened
  line.socket.send(JSON.stringify(letter('a')))
  await expect.poll(() => line.items.at(-1)).toMatchObject({ t: 'nack', id: 'a' })
})

test('bytes reach those who are on a WebSocket now, and are neither numbered nor acknowledged', async () => {
  const { url } = await start({ room: { maxChars: 8 } })
  const heard: number[][] = []
  const listener = createConnection({
    transports: ways['webSocket']!(url),
    decode: ({ bytes }) => bytes,
    env: { WebSocket },
  })
  listener.subscribe(({ data, id }) =>
    heard.push([...new Uint8Array(data ?? new ArrayBuffer(0)), id === undefined ? 0 : 1]),
  )
  onTestFinished(() => listener.close())
  await eventually(() => expect(listener.state.get().status).toBe('open'))
  const { connection } = enter(ways['webSocket']!(url))
  await connection.send(Uint8Array.of(1, 2, 3))
  await eventually(() => expect(heard).toEqual([[1, 2, 3, 0]]))
  expect(await saidIn(url)).toEqual([])
  const line = dial(url, '/api/room/ws', { t: 'hello', v: 1 })
  await line.opened
  line.socket.send(new Uint8Array(9))
  expect((await line.closed).code).toBe(1009)
})

test('nobody is heard before the hello', async () => {
  const { url } = await start({ helloWithinMs: 100 })
  const line = dial(url, '/api/room/ws', letter('a'))
  await line.opened
  line.socket.send(Uint8Array.of(1))
  expect((await line.closed).code).toBe(4400)
  expect(line.items).toEqual([])
  expect(await saidIn(url)).toEqual([])
})

test('ids are in order as texts, and each message names the one before it', async () => {
  const { url } = await start()
  for (let nth = 0; nth < 12; nth++) await say(url, letter(`${nth}`))
  const said = (await saidIn(url)) as (Item & { prev?: string })[]
  expect(said.map(({ id }) => id)).toEqual(said.map(({ id }) => id!).toSorted())
  expect(said.map(({ prev }) => prev)).toEqual([undefined, ...said.slice(0, -1).map(({ id }) => id)])
  const rest = (await envelopeIn(await fetch(`${url}/api/room?last_event_id=${said[9]!.id!}`))) as typeof said
  expect(rest).toEqual(said.slice(10))
  const stream = await readStream(
    await fetch(`${url}/api/room`, { headers: { accept: 'text/event-stream', 'last-event-id': said[9]!.id! } }),
    (items) => items.length > 2,
  )
  expect(spoken(stream).map(({ id }) => id)).toEqual(rest.map(({ id }) => id))
})

test('only so many ids are remembered, and only so many messages kept', () => {
  const room = createRoom({ keep: 3, remember: 3 })
  for (const id of ['a', 'b', 'c', 'd', 'a', 'd']) expect(room.take(letter(id))).toBeUndefined()
  // The first was forgotten, and came anew; the last was not.
  expect(room.log.after(undefined)!.map(({ data }) => data)).toEqual(['c', 'd', 'a'])
})

test('a padded id that has lost its zeros is another one', () => {
  const log = createLog({ prefix: 'p-', digits: 3 })
  log.append({ data: 'x' })
  expect(log.after('p-001')).toEqual([])
  expect(log.after('p-1')).toBeUndefined()
  expect(log.after('p- 01')).toBeUndefined()
})
