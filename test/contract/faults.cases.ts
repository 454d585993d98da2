import { expect, test } from 'vitest'
import { HoldlineError, json, type Schema } from '../../src/index.ts'
import type { OpenRoom } from '../support/place.ts'
import { eventually, hold } from './listen.ts'
import type { Rig } from './rigs.ts'

const numbered: Schema<{ n: number }> = {
  '~standard': {
    version: 1,
    vendor: 'test',
    validate: (value) =>
      typeof value === 'object' && value !== null && 'n' in value && typeof value.n === 'number'
        ? { value: { n: value.n } }
        : { issues: [{ message: 'n must be a number' }] },
  },
}

/** What every transport does with a message that cannot be read. */
export function faults(rig: Rig, openRoom: OpenRoom): void {
  test('tells what is not JSON as a fault, goes on, and does not ask for it again', async () => {
    const room = await openRoom(rig)
    room.say('{"n":1}', '{"n":', '{"n":"two"}', '{"n":3}')
    const held = hold({ transports: rig.transport(room.url), decode: json(numbered) })
    await eventually(() => expect(held.data).toEqual([{ n: 1 }, { n: 3 }]))
    expect(held.faults).toEqual([expect.any(HoldlineError), expect.any(HoldlineError)])
    expect(held.faults.map(({ kind, code }) => [kind, code])).toEqual([
      ['protocol', 'not-json'],
      ['protocol', 'schema'],
    ])
    expect(held.states.map(({ status }) => status)).toEqual(['connecting', 'open'])
    if (!rig.resumes) return
    room.say('not json either')
    await eventually(() => expect(held.faults.length).toBe(3))
    await room.settled?.()
    const { length } = room.cursors
    room.cut()
    await eventually(() => expect(room.cursors.length).toBeGreaterThan(length))
    expect(room.cursors[length]).toBe('消息-5')
  })
}
