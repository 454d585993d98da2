import { expect, test } from 'vitest'
import { envelope, eventSource, sse, type Transport, webSocket } from '../../src/index.ts'
import { eventually, hold } from '../contract/listen.ts'
import { named } from '../contract/redirects.cases.ts'
import type { PlacedRoom } from '../support/place.ts'
import { engine } from '../support/places.ts'
import { openRoomAt } from '../support/remote.ts'

const plain = openRoomAt(false)
const secure = openRoomAt(true)
const codes = (held: { readonly faults: readonly { readonly code: string }[] }) => held.faults.map(({ code }) => code)

/** Opens a line and waits until it is open. */
async function line(transport: Transport) {
  const held = hold({ transports: transport })
  await held.reach('open')
  return held
}

/** So many lines to one room, whose server the browser has spoken with before. */
async function lines(room: PlacedRoom, count: number, transport: (url: string) => Transport) {
  await fetch(new URL('/cookie', room.url)).then((answer) => answer.text())
  const held = []
  for (let nth = 0; nth < count; nth++) held.push(await line(transport(room.url)))
  return held
}

const streams: readonly (readonly [string, (url: string) => Transport])[] = [
  ['sse', sse],
  ['eventSource', (url) => eventSource(url)],
]

// Which protocol was spoken is not told by every engine.
test.runIf(engine !== 'webkit').each(streams)('the sixth stream over HTTP/1.1 is told of: %s', async (_, transport) => {
  const room = await plain(named('sse'))
  const held = await lines(room, 6, transport)
  await eventually(() => expect(held.map(codes)).toEqual([[], [], [], [], [], ['many-streams']]))
  const fault = held[5]?.faults[0]
  expect(fault).toMatchObject({ kind: 'overflow' })
  expect(fault?.message).toContain(new URL(room.url).origin)
  expect(fault?.message).toContain('webSocket()')
  expect(fault?.message).toContain('HTTP/2')
  // It was told in time: the next request would have waited for ever.
  expect(held.map(({ connection }) => connection.state.get().status)).toEqual(Array(6).fill('open'))
})

test.runIf(engine !== 'webkit')('streams that have ended are not counted', async () => {
  const room = await plain(named('sse'))
  const held = await lines(room, 5, sse)
  for (const { connection } of held.slice(0, 2)) connection.close()
  await room.settled?.()
  await eventually(() => expect(room.readers).toBe(3))
  const more = [await line(sse(room.url)), await line(sse(room.url))]
  expect([...held, ...more].map(codes)).toEqual(Array(7).fill([]))
  const last = await line(eventSource(room.url))
  await eventually(() => expect(codes(last)).toEqual(['many-streams']))
})

test('WebSockets are not counted', async () => {
  const room = await plain(named('webSocket in envelopes'))
  const held = await lines(room, 8, (url) => webSocket(url, { dialect: envelope() }))
  expect(held.map(codes)).toEqual(Array(8).fill([]))
})

test.each(streams)('eight streams over HTTP/2 are nothing to speak of: %s', async (_, transport) => {
  const room = await secure(named('sse'))
  const held = await lines(room, 8, transport)
  room.say('hello')
  for (const { data } of held) await eventually(() => expect(data).toEqual(['hello']))
  expect(held.map(codes)).toEqual(Array(8).fill([]))
})
