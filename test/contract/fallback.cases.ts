import { expect, test } from 'vitest'
import { envelope, longPolling, polling, sse, webSocket } from '../../src/index.ts'
import type { OpenRoom, PlacedRoom } from '../support/place.ts'
import { eventually, hold, hurried } from './listen.ts'
import { type Rig, rigs } from './rigs.ts'

const dialect = envelope()
const named = (name: string): Rig => rigs.find((rig) => rig.name === `${name} in envelopes`) as Rig

/** How a line goes from one transport to the next. */
export function fallback(openRoom: OpenRoom): void {
  test('goes down the list until something works', async () => {
    const room = await openRoom(named('polling'))
    const closed = await openRoom(named('sse'), { refuse: { status: 404 } })
    const at = (path: string): string => new URL(path, closed.url).href
    room.say('one', 'two')
    const { data, reach } = hold({
      transports: [
        webSocket(at('/ws')),
        sse(at('/sse')),
        longPolling(at('/poll'), { dialect }),
        polling(room.url, { dialect, everyMs: 20 }),
      ],
    })
    await eventually(() => expect(data).toEqual(['one', 'two']))
    expect(await reach('open')).toMatchObject({ transport: 'polling' })
    await closed.settled?.()
    // A socket that breaks may do so by chance, so it is tried twice; a 404 says enough.
    expect(closed.server.asked.map(({ path }) => path)).toEqual(['/ws', '/ws', '/sse', '/poll'])
  })

  test('does not try another transport where the page is not allowed in', async () => {
    const room = await openRoom(named('sse'), { refuse: { status: 403 } })
    const { reach } = hold({ transports: [sse(room.url), polling(`${room.url}/poll`)] })
    expect((await reach('failed')).error).toMatchObject({ kind: 'forbidden', transport: 'sse' })
    await room.settled?.()
    expect(room.server.asked.map(({ path }) => path)).toEqual(['/room'])
  })

  test('carries the cursor from one transport to the next: nothing is lost or doubled', async () => {
    const names = ['webSocket', 'sse', 'longPolling', 'polling']
    const rooms: PlacedRoom[] = []
    for (const name of names) rooms.push(await openRoom(named(name)))
    const transports = rooms.map((room, at) => named(names[at] as string).transport(room.url))
    const { data, connection } = hold({
      transports,
      env: { clock: hurried(100) },
      connectTimeoutMs: 1_000_000,
      heartbeat: { silenceMs: 1_000_000 },
    })
    const said: string[] = []
    for (const [at, name] of names.entries()) {
      for (let nth = 0; nth < 3; nth++) {
        said.push(`${name} ${nth}`)
        for (const room of rooms) room.say(`${name} ${nth}`)
        // Every room must know of it before one of them goes.
        for (const room of rooms.slice(at)) await room.settled?.()
      }
      await eventually(() => expect(data).toEqual(said))
      expect(connection.state.get()).toMatchObject({ status: 'open', transport: name })
      await rooms[at]?.settled?.()
      expect(rooms[at]?.cursors[0]).toBe(at === 0 ? undefined : `消息-${at * 3}`)
      if (at < 3) await rooms[at]?.server.close()
    }
  })
}
