import { describe, expect, test } from 'vitest'
import { envelope, type HttpOptions, longPolling, polling, sse, type Transport, webSocket } from '../../src/index.ts'
import type { HeardOver, OpenRoom, PlacedRoom } from '../support/place.ts'
import { eventually, hold } from './listen.ts'
import { type Rig, rigs } from './rigs.ts'

/** The transports that a server can send elsewhere. */
const senders: readonly (readonly [string, (url: string, options?: HttpOptions) => Transport])[] = [
  ['sse', sse],
  ['longPolling', longPolling],
  ['polling', (url, options) => polling(url, { everyMs: 20, ...options })],
]
const statuses = [301, 302, 303, 307, 308]
const SECRET = 'a-secret-of-mine'

/** The rig of this name. */
export const named = (name: string): Rig => rigs.find((rig) => rig.name === name) as Rig

/** A URL of the room's server that leads to another one. */
export const awayFrom = ({ url }: PlacedRoom, status: number, to: string): string =>
  `${new URL('/away', url).href}?status=${status}&to=${encodeURIComponent(to)}`

/** The same server under another name: another origin, whose cookies are others too. */
export const elsewhere = (url: string): string => url.replace('127.0.0.1', 'localhost')

/** All that a server was told, in one text. */
export const everythingIn = ({ server }: PlacedRoom<HeardOver>): string =>
  JSON.stringify(server.asked.map((one) => [one, `${one.query}`]))

/** Where redirects lead, and what they take along. */
export function redirects(openRoom: OpenRoom<HeardOver>): void {
  describe.each(senders)('%s', (name, transport) => {
    const rig = named(name)

    test.each(statuses)('follows %i to another path', async (status) => {
      const room = await openRoom(rig)
      room.say('hello')
      const { data } = hold({ transports: transport(awayFrom(room, status, room.url)) })
      await eventually(() => expect(data).toEqual(['hello']))
      await room.settled?.()
      expect(room.server.asked.slice(0, 2).map(({ method, path }) => [method, path])).toEqual([
        ['GET', '/away'],
        ['GET', '/room'],
      ])
    })

    test.each(statuses)('follows %i to another origin, and leaves its token behind', async (status) => {
      const room = await openRoom(rig)
      const other = await openRoom(rig)
      other.say('hello')
      const headers = { authorization: `Bearer ${SECRET}` }
      const { data } = hold({ transports: transport(awayFrom(room, status, elsewhere(other.url)), { headers }) })
      await eventually(() => expect(data).toEqual(['hello']))
      await Promise.all([room.settled?.(), other.settled?.()])
      expect(room.server.asked[0]?.headers.authorization).toBe(`Bearer ${SECRET}`)
      expect(other.server.asked.length).toBeGreaterThan(0)
      expect(everythingIn(other)).not.toContain(SECRET)
    })

    test.each(statuses)('is ended by %i where headers of its own would go along', async (status) => {
      const room = await openRoom(rig)
      const other = await openRoom(rig)
      const headers = { authorization: 'Bearer x', 'x-api-key': SECRET }
      const { reach } = hold({ transports: transport(awayFrom(room, status, elsewhere(other.url)), { headers }) })
      const { error } = await reach('failed')
      expect(error).toMatchObject({ kind: 'request', code: 'redirect', retryable: false })
      expect(error.message).not.toContain(SECRET)
      await Promise.all([room.settled?.(), other.settled?.()])
      expect(room.server.asked.map(({ headers: { 'x-api-key': key } }) => key)).toEqual([SECRET])
      expect(other.server.asked).toEqual([])
    })

    test('sends what it has to say nowhere else, where headers of its own would go along', async () => {
      const room = await openRoom(rig)
      const other = await openRoom(rig)
      room.say('hello')
      const sendUrl = awayFrom(room, 307, elsewhere(other.url))
      const { connection, data } = hold({
        transports: transport(room.url, { sendUrl, headers: { 'x-api-key': SECRET } }),
      })
      await eventually(() => expect(data).toEqual(['hello']))
      await expect(connection.send('to you alone')).rejects.toMatchObject({ code: 'redirect' })
      await other.settled?.()
      expect(other.server.asked).toEqual([])
    })

    test('puts no header into a URL', async () => {
      const room = await openRoom(rig)
      room.say('hello')
      const { data } = hold({ transports: transport(room.url, { headers: { authorization: SECRET } }) })
      await eventually(() => expect(data).toEqual(['hello']))
      await room.settled?.()
      expect(room.server.asked.map(({ path, query }) => `${path}?${query}`).join()).not.toContain(SECRET)
    })
  })

  // [spec] fetch makes a GET of a POST that is sent elsewhere by 301, 302 or 303.
  test.each([
    [301, 'GET'],
    [302, 'GET'],
    [303, 'GET'],
    [307, 'POST'],
    [308, 'POST'],
  ])('a POST that meets %i goes on as %s', async (status, method) => {
    const room = await openRoom(named('sse with a body'))
    room.say('hello')
    const { data } = hold({ transports: sse(awayFrom(room, status, room.url), { body: { question: '?' } }) })
    await eventually(() => expect(data).toEqual(['hello']))
    await room.settled?.()
    expect(room.server.asked.map((one) => [one.method, one.path])).toEqual([
      ['POST', '/away'],
      [method, '/room'],
    ])
    expect(room.server.asked[1]?.headers['content-type']).toBe(method === 'POST' ? 'application/json' : undefined)
  })

  test('a WebSocket says its headers in its first frame, not in its URL', async () => {
    const room = await openRoom(named('webSocket in envelopes'))
    room.say('hello')
    const { data } = hold({
      transports: webSocket(room.url, { dialect: envelope(), headers: { authorization: SECRET } }),
    })
    await eventually(() => expect(data).toEqual(['hello']))
    await room.settled?.()
    expect(everythingIn(room)).not.toContain(SECRET)
  })

  test.each(['polling', 'longPolling'])('304 is no news for %s', async (name) => {
    const room = await openRoom(named(name), { latest: true })
    room.say('one')
    const { data, connection } = hold({ transports: named(name).transport(room.url) })
    await eventually(() => expect(data).toEqual(['one']))
    const asked = (tag: string) => room.server.asked.filter(({ headers }) => headers['if-none-match'] === tag).length
    await eventually(() => expect(asked('"1"')).toBeGreaterThan(name === 'polling' ? 2 : 0))
    expect(data).toEqual(['one'])
    room.say('two')
    await eventually(() => expect(data).toEqual(['one', 'two']))
    await eventually(() => expect(asked('"2"')).toBeGreaterThan(0))
    expect(connection.state.get()).toMatchObject({ status: 'open', failures: 0 })
  })
}
