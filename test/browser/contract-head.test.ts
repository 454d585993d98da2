import { expect, test } from 'vitest'
import { eventually, hold } from '../contract/listen.ts'
import { named } from '../contract/redirects.cases.ts'
import { openRoomAt } from '../support/remote.ts'
import { wireOf } from '../support/wires.ts'

// Without TLS, browsers take a head that was cut for a whole one (WebKitGTK where a line of it had just ended): status
// 200, no content type yet, and an empty body.
test('a head that is cut before its content type has ended is a broken line', async () => {
  for (let bytes = 240; bytes < 330; bytes += 3) {
    const room = await openRoomAt(false)(named('sse'), { wire: wireOf({ cuts: [bytes] }) })
    room.say('hello')
    const { data, connection } = hold({ transports: named('sse').transport(room.url) })
    await eventually(() => expect(data).toEqual(['hello']), 1_500)
    connection.close()
    await room.server.close()
  }
})
