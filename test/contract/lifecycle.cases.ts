import { expect, test } from 'vitest'
import type { OpenRoom } from '../support/place.ts'
import { call, eventually, hold } from './listen.ts'
import type { Rig } from './rigs.ts'

const texts = ['一', 'two 👩‍👩‍👧', '{"three":3}']

/** What every transport does in the same way, whatever runs it. */
export function lifecycle(rig: Rig, openRoom: OpenRoom): void {
  test('says that it opened, then life, then every message, then how it ended', async () => {
    const room = await openRoom(rig)
    room.say(...texts)
    const { said, ending, frames, hangUp } = call(rig.transport(room.url))
    await eventually(() => expect(frames.map(({ data }) => data)).toEqual(texts))
    const words = said.filter((word) => word !== 'sent' && !word.startsWith('welcome'))
    expect(words.slice(0, 2)).toEqual(['opened', 'alive'])
    expect(words.filter((word) => word !== 'alive').slice(1)).toEqual(texts.map((text) => `frame ${text}`))

    if (rig.finishes === false) hangUp()
    else room.end()
    // An event stream has no end of its own: the standard's way to end it is the answer to the next request.
    const kind = rig.wire === 'stream' && rig.finishes === 'plainly' ? 'dropped' : 'finished'
    expect(await ending).toMatchObject(
      rig.finishes === 'complete' ? { kind, reason: 'complete' } : { kind: rig.finishes ? kind : 'aborted' },
    )
  })

  test('hands over every message to a listener, in order, and tells its state on the way', async () => {
    const room = await openRoom(rig)
    room.say(...texts)
    const { data, heard, states, connection, reach } = hold({ transports: rig.transport(room.url) })
    expect(connection.state.get()).toMatchObject({ status: 'connecting', attempt: 1, failures: 0 })
    await eventually(() => expect(data).toEqual(texts))
    expect(heard.map(({ id }) => id)).toEqual(texts.map((_, at) => (rig.resumes ? `消息-${at + 1}` : undefined)))
    const open = await reach('open')
    expect(open.transport).toBe(rig.transport(room.url).name)
    expect(open.lastByteAtMs).toBeGreaterThan(Date.now() - 10_000)
    room.say('later')
    await eventually(() => expect(data).toEqual([...texts, 'later']))
    expect(states.map(({ status }) => status)).toEqual(['connecting', 'open'])
  })

  test.runIf(rig.finishes)('is closed with the word that the server ended with', async () => {
    const room = await openRoom(rig)
    room.say('last')
    const { data, reach } = hold({ transports: rig.transport(room.url) })
    await eventually(() => expect(data).toEqual(['last']))
    room.end()
    const { reason, ending } = await reach('closed')
    expect([reason, ending || undefined]).toEqual(['ended', rig.finishes === 'complete' ? 'complete' : undefined])
  })

  test('hangs up when told to: the server sees it, and nothing more is said', async () => {
    const room = await openRoom(rig)
    room.say('one')
    const attempt = call(rig.transport(room.url))
    await eventually(() => expect(attempt.said).toContain('frame one'))
    attempt.hangUp()
    const { words } = attempt
    expect(await attempt.ending).toEqual({ kind: 'aborted' })
    room.say('two')
    await room.settled?.()
    await eventually(() => expect(room.readers).toBe(0))
    expect(attempt.words).toBe(words)
  })

  test('asks for nothing when it was told to stop before it began', async () => {
    const room = await openRoom(rig)
    const attempt = call(rig.transport(room.url), { signal: AbortSignal.abort() })
    expect(await attempt.ending).toEqual({ kind: 'aborted' })
    expect(attempt.said).toEqual([])
    await room.settled?.()
    expect(room.server.asked).toEqual([])
  })

  test('closes at once for a listener, who hears nothing more, and opens again for the next one', async () => {
    const room = await openRoom(rig)
    room.say('one')
    const { data, connection, reach } = hold({ transports: rig.transport(room.url), lingerMs: 50 })
    await eventually(() => expect(data).toEqual(['one']))
    connection.close()
    expect(connection.state.get()).toMatchObject({ status: 'closed', reason: 'closed' })
    room.say('two')
    await room.settled?.()
    await eventually(() => expect(room.readers).toBe(0))
    expect(data).toEqual(['one'])
    connection.subscribe(() => {})
    await reach('open')
  })
}
