import { describe, expect, test } from 'vitest'
import { eventually, hold } from '../contract/listen.ts'
import { places } from '../support/places.ts'
import { pageRigs } from '../support/pageRigs.ts'

describe.each(places)('a line $place', ({ secure, openRoom }) => {
  test.each(pageRigs)('$name speaks what it should', async (rig) => {
    const room = await openRoom(rig)
    room.say('hello')
    const { data } = hold({ transports: rig.transport(room.url) })
    await eventually(() => expect(data).toEqual(['hello']))
    await room.settled?.()
    // A WebSocket begins as HTTP/1.1, over TLS too.
    const httpVersion = secure && rig.wire !== 'frames' ? '2.0' : '1.1'
    const spoken = new Set(room.server.asked.map((one) => JSON.stringify([one.httpVersion, one.encrypted])))
    expect([...spoken]).toEqual([JSON.stringify([httpVersion, secure])])
  })
})
