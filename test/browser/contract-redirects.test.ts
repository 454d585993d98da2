import { expect, test } from 'vitest'
import { eventSource, polling, sse, type Transport } from '../../src/index.ts'
import { eventually, hold } from '../contract/listen.ts'
import { awayFrom, elsewhere, everythingIn, named, redirects } from '../contract/redirects.cases.ts'
import { openRoomAt } from '../support/remote.ts'

const openRoom = openRoomAt(false)

redirects(openRoom)

const withCookies: readonly (readonly [string, (url: string) => Transport])[] = [
  ['sse', (url) => sse(url, { credentials: 'include' })],
  ['polling', (url) => polling(url, { credentials: 'include' })],
  ['eventSource', (url) => eventSource(url, { withCredentials: true })],
]

test.each(withCookies)('%s takes the cookies of one host to no other', async (name, transport) => {
  const rig = named(name === 'polling' ? 'polling' : 'sse')
  const room = await openRoom(rig)
  const other = await openRoom(rig)
  other.say('hello')
  await fetch(new URL(`/cookie?token=crumb-${name}`, room.url), { credentials: 'include' })
  const { data } = hold({ transports: transport(awayFrom(room, 307, elsewhere(other.url))) })
  await eventually(() => expect(data).toEqual(['hello']))
  await Promise.all([room.settled?.(), other.settled?.()])
  expect(room.server.asked.find(({ path }) => path === '/away')?.headers.cookie).toContain(`crumb-${name}`)
  expect(everythingIn(other)).not.toContain('crumb')
})

test.each([301, 302, 303, 307, 308])('the native EventSource follows %i', async (status) => {
  const room = await openRoom(named('sse'))
  const other = await openRoom(named('sse'))
  other.say('hello')
  const { data } = hold({ transports: eventSource(awayFrom(room, status, elsewhere(other.url))) })
  await eventually(() => expect(data).toEqual(['hello']))
})

test('sends no cookie to another origin unless it is told to', async () => {
  const room = await openRoom(named('sse'))
  room.say('hello')
  await fetch(new URL('/cookie?token=crumb', room.url), { credentials: 'include' })
  const { data } = hold({ transports: sse(room.url) })
  await eventually(() => expect(data).toEqual(['hello']))
  await room.settled?.()
  expect(room.server.asked.find(({ path }) => path === '/room')?.headers.cookie).toBe(undefined)
})
