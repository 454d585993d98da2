import { expect, test } from 'vitest'
import { envelope, longPolling, polling, sse, type Transport, webSocket } from '../../src/index.ts'
import { eventually, hold, hurried } from './listen.ts'
import { type Rig, rigs } from './rigs.ts'
import { openRoom, type Room } from './room.ts'
import { type Asked, serve } from './server.ts'

const dialect = envelope()
const named = (name: string): Rig => rigs.find((rig) => rig.name === `${name} in envelopes`) as Rig
const quick = (times = 20) => ({
  env: { clock: hurried(times) },
  connectTimeoutMs: times * 10_000,
  heartbeat: { silenceMs: times * 10_000 },
})

/** Keeps what it is told, as a page's session storage does. */
function storage() {
  const kept = new Map<string, string>()
  return {
    kept,
    getItem: (key: string) => kept.get(key) ?? null,
    setItem: (key: string, value: string) => void kept.set(key, value),
    removeItem: (key: string) => void kept.delete(key),
  }
}

/** A server with a stream and a socket that is open or not. */
async function house(open: { socket: boolean }) {
  const upgrade = ({ headers }: Asked): boolean => headers.upgrade !== undefined
  const server = await serve({
    http: (_, response) =>
      response.writeHead(200, { 'content-type': 'text/event-stream' }).write('id: 1\ndata: hello\n\n'),
    socket: (socket) => (open.socket ? socket.send('[{"t":"welcome"},{"id":"1","data":"hello"}]') : socket.terminate()),
  })
  const transports = [webSocket(server.origin, { dialect }), sse(server.origin, { dialect })]
  return { ...server, transports, sockets: () => server.asked.filter(upgrade).length }
}

test('goes down the list until something works, without a wait in the first round', async () => {
  const room = await openRoom(named('polling'))
  const closed = await serve({})
  room.say('one', 'two')
  const transports: Transport[] = [
    webSocket(`${closed.origin}/ws`),
    sse(`${closed.origin}/sse`),
    longPolling(`${closed.origin}/poll`, { dialect }),
    polling(room.url, { dialect, everyMs: 20 }),
  ]
  const { data, reach } = hold({ transports })
  await eventually(() => expect(data).toEqual(['one', 'two']))
  expect(await reach('open')).toMatchObject({ transport: 'polling' })
  // A socket that breaks may do so by chance, so it is tried twice; a 404 says enough.
  expect(closed.asked.map(({ path }) => path)).toEqual(['/ws', '/ws', '/sse', '/poll'])
})

test('says which transport failed and why, once all of them have', async () => {
  const { origin } = await serve({})
  const { states, reach } = hold({ transports: [webSocket(origin), sse(origin)] })
  expect((await reach('failed')).error).toMatchObject({
    kind: 'missing',
    transport: 'sse',
    status: 404,
    retryable: false,
  })
  const seen = states.flatMap((state) =>
    'error' in state && state.error ? [[state.error.transport, state.error.retryable]] : [],
  )
  expect(seen).toContainEqual(['webSocket', true])
})

test('does not try another transport where the page is not allowed in', async () => {
  const { origin, asked } = await serve({ http: (_, response) => response.writeHead(403).end() })
  const { reach } = hold({ transports: [sse(origin), polling(`${origin}/poll`)] })
  expect((await reach('failed')).error).toMatchObject({ kind: 'forbidden', transport: 'sse' })
  expect(asked.map(({ path }) => path)).toEqual(['/'])
})

test('carries the cursor from one transport to the next: nothing is lost or doubled', async () => {
  const names = ['webSocket', 'sse', 'longPolling', 'polling']
  const rooms: Room[] = []
  for (const name of names) rooms.push(await openRoom(named(name)))
  const transports = rooms.map((room, at) => named(names[at] as string).transport(room.url))
  const { data, connection } = hold({ transports, ...quick(100) })
  const said: string[] = []
  for (const [at, name] of names.entries()) {
    for (let nth = 0; nth < 3; nth++) {
      said.push(`${name} ${nth}`)
      for (const room of rooms) room.say(`${name} ${nth}`)
    }
    await eventually(() => expect(data).toEqual(said))
    expect(connection.state.get()).toMatchObject({ status: 'open', transport: name })
    expect(rooms[at]?.cursors[0]).toBe(at === 0 ? undefined : `消息-${at * 3}`)
    if (at < 3) await rooms[at]?.server.close()
  }
})

test('tries a better transport beside the one in use, and changes over without losing or doubling anything', async () => {
  const open = { socket: false }
  const room = await openRoom(named('webSocket'))
  const stream = await openRoom(named('sse'))
  const front = await house(open)
  const both = (text: string): void => [room, stream].forEach(({ say }) => say(text))
  // The address decides which server answers: it is asked for on every attempt.
  const transports = [
    webSocket(() => (open.socket ? room.url : front.origin), { dialect }),
    sse(stream.url, { dialect }),
  ]
  const { data, states, connection } = hold({ transports, upgradeAfterMs: 50 })
  both('1')
  await eventually(() => expect([connection.state.get().transport, data]).toEqual(['sse', ['1']]))
  await eventually(() => expect(front.sockets()).toBeGreaterThan(2))
  expect(connection.state.get()).toMatchObject({ status: 'open', transport: 'sse' })

  open.socket = true
  const feed = setInterval(() => both(`${stream.cursors.length}`), 3)
  await eventually(() => expect(connection.state.get()).toMatchObject({ status: 'open', transport: 'webSocket' }))
  clearInterval(feed)
  both('last')
  await eventually(() => expect(data.at(-1)).toBe('last'))
  const { readers } = stream
  expect(readers).toBe(0)
  expect(states.filter(({ status }) => status === 'open').map(({ transport }) => transport)).toEqual([
    'sse',
    'webSocket',
  ])
  expect(states.findLastIndex(({ status }) => status !== 'open')).toBeLessThan(states.length - 2)
  const all = await openRoomText(room)
  expect(data).toEqual(all)
})

/** All that a room has ever said, as a late reader hears it. */
async function openRoomText(room: Room): Promise<readonly string[]> {
  const { data } = hold({ transports: webSocket(room.url, { dialect }) })
  await eventually(() => expect(data.at(-1)).toBe('last'))
  return data
}

test('remembers for ten minutes which transport worked, and begins with it', async () => {
  const open = { socket: false }
  const { transports, sockets } = await house(open)
  const memory = storage()
  let later = 0
  const clock = { ...hurried(1), now: () => Date.now() + later }
  const visit = async (): Promise<string> => {
    const { data, connection } = hold({ transports, env: { storage: memory, clock } })
    await eventually(() => expect(data).toEqual(['hello']))
    connection.close()
    return connection.state.get().transport
  }
  expect([await visit(), sockets()]).toEqual(['sse', 2])
  expect([...memory.kept.keys()][0]).toContain('holdline')
  later = 599_000
  expect([await visit(), sockets()]).toEqual(['sse', 2])
  later += 601_000
  expect([await visit(), sockets()]).toEqual(['sse', 4])
  later += 601_000
  open.socket = true
  expect([await visit(), sockets()]).toEqual(['webSocket', 5])
  expect(memory.kept.size).toBe(0)
})

test.each(['', '@', 'x@y', '7@99999999999999', '-1@99999999999999', '0.5@99999999999999', '1@never', '{"a":1}'])(
  'is not led astray by a storage that holds %j',
  async (value) => {
    const { transports } = await house({ socket: true })
    const { data } = hold({ transports, env: { storage: { ...storage(), getItem: () => value } } })
    await eventually(() => expect(data).toEqual(['hello']))
  },
)

test('does without a storage that throws', async () => {
  const { transports } = await house({ socket: false })
  const fail = (): never => {
    throw new Error('SecurityError')
  }
  const { data } = hold({ transports, env: { storage: { getItem: fail, setItem: fail, removeItem: fail } } })
  await eventually(() => expect(data).toEqual(['hello']))
})
