import { expect, test } from 'vitest'
import type { OpenRoom } from '../support/place.ts'
import { eventually, hold } from './listen.ts'
import type { Rig } from './rigs.ts'

/** What every transport over fetch does where the server will not have it. */
export function refusals(rig: Rig, openRoom: OpenRoom): void {
  // After 500 nobody knows whether the server has begun; the others say that it has not.
  test.each(rig.once ? [429, 503] : [429, 500, 503])('tries again after %i', async (status) => {
    const room = await openRoom(rig, { refuse: { status } })
    const { reach } = hold({ transports: rig.transport(room.url) })
    expect((await reach('waiting')).error).toMatchObject({ kind: 'server-busy', status, retryable: true })
    await eventually(() => expect(room.server.asked.length).toBeGreaterThan(1))
  })

  test.each([
    [403, 'forbidden'],
    [404, 'missing'],
    [501, 'request'],
  ])('gives up on %i', async (status, kind) => {
    const room = await openRoom(rig, { refuse: { status } })
    const { reach } = hold({ transports: rig.transport(room.url) })
    expect((await reach('failed')).error).toMatchObject({ kind, status, code: `http-${status}`, retryable: false })
    await room.settled?.()
    expect(room.server.asked.length).toBe(1)
  })

  test('tries 401 once more', async () => {
    const room = await openRoom(rig, { refuse: { status: 401 } })
    const { reach } = hold({ transports: rig.transport(room.url) })
    expect((await reach('failed')).error).toMatchObject({ kind: 'auth', status: 401 })
    await room.settled?.()
    expect(room.server.asked.length).toBe(2)
  })

  test('waits as long as Retry-After asks for', async () => {
    const room = await openRoom(rig, { refuse: { status: 503, headers: { 'retry-after': '7' } } })
    const { reach } = hold({ transports: rig.transport(room.url) })
    const { retryAtMs } = await reach('waiting')
    expect(retryAtMs - Date.now()).toBeGreaterThan(5_500)
  })

  test.runIf(rig.resumes)('starts anew without its cursor after 410, and says so', async () => {
    const room = await openRoom(rig, { refuse: { status: 410, resuming: true } })
    room.say('hello')
    const { gaps, data } = hold({ transports: rig.transport(room.url), resumeFrom: '7' })
    await eventually(() => expect(data).toEqual(['hello']))
    expect(gaps[0]).toMatchObject({ after: '7', before: undefined, reason: 'lost' })
    await room.settled?.()
    expect(room.cursors.slice(0, 2)).toEqual(['7', undefined])
  })
}

/** What the transports do to whom the browser tells no status. */
export function unseenRefusals(rig: Rig, openRoom: OpenRoom): void {
  test.each([403, 503])('takes %i for a broken line, and tries again', async (status) => {
    const room = await openRoom(rig, { refuse: { status } })
    const { reach } = hold({ transports: rig.transport(room.url) })
    expect((await reach('waiting')).error).toMatchObject({ kind: 'network', retryable: true })
    await eventually(() => expect(room.server.asked.length).toBeGreaterThan(1))
  })
}
