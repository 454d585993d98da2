import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { OpenRoom } from '../support/place.ts'
import { wireOf } from '../support/wires.ts'
import { eventually, type Held, hold, hurried } from './listen.ts'
import type { Rig } from './rigs.ts'

const texts = Array.from({ length: 12 }, (_, at) => `${at + 1}: 线路断了，也不丢一个字 👩‍👩‍👧 ${'·'.repeat(at * 3)}`)
/** Waits of seconds take milliseconds; the connect timeout stays generous all the same. */
const quick = (times = 20) => ({
  env: { clock: hurried(times) },
  connectTimeoutMs: times * 10_000,
  heartbeat: { silenceMs: times * 10_000 },
})

/** Where an answer is cut, in bytes. */
export interface Cuts {
  readonly from: number
  readonly to: number
  readonly step: number
  /** How many times cuts are thrown. */
  readonly throws: number
}

/** Between a status line and the end of a short answer, at each byte. */
const EVERYWHERE: Cuts = { from: 90, to: 600, step: 1, throws: 10 }

/** What every transport does whose messages carry ids. */
export function resume(rig: Rig, openRoom: OpenRoom, cuts: Cuts = EVERYWHERE): void {
  test('goes on behind the last message after each drop', async () => {
    const room = await openRoom(rig)
    const { data, reach } = hold({ transports: rig.transport(room.url), ...quick() })
    for (const [at, text] of texts.entries()) {
      room.say(text)
      await eventually(() => expect(data).toEqual(texts.slice(0, at + 1)))
      if (at % 4 !== 3) continue
      await room.settled?.()
      const { length } = room.cursors
      room.cut()
      await eventually(() => expect(room.cursors.length).toBeGreaterThan(length))
      expect(room.cursors[length]).toBe(`消息-${at + 1}`)
      await reach('open')
    }
    await room.settled?.()
    expect(room.cursors[0]).toBe(undefined)
  })

  test('hears the first message first where a cursor was handed in', async () => {
    const room = await openRoom(rig)
    room.say(...texts)
    const { data } = hold({ transports: rig.transport(room.url), resumeFrom: '消息-10', ...quick() })
    await eventually(() => expect(data).toEqual(texts.slice(10)))
    await room.settled?.()
    expect(room.cursors[0]).toBe('消息-10')
  })

  test('hears no message twice from a server that sends some of them again', async () => {
    const room = await openRoom(rig, { overlap: 3 })
    const { data } = hold({ transports: rig.transport(room.url), ...quick() })
    for (const [at, text] of texts.entries()) {
      room.say(text)
      await eventually(() => expect(data).toEqual(texts.slice(0, at + 1)))
      room.cut()
    }
  })

  test('reads an answer that arrives byte by byte', async () => {
    const room = await openRoom(rig, { wire: wireOf({ dribble: true }) })
    room.say(...texts.slice(0, 4))
    const { data, states } = hold({ transports: rig.transport(room.url), connectTimeoutMs: 8_000 })
    await eventually(() => expect(data).toEqual(texts.slice(0, 4)))
    expect(states.map(({ status }) => status)).toEqual(['connecting', 'open'])
  })

  cutShort(rig, openRoom, cuts)
}

/** What holds wherever in an answer the line is cut. */
function cutShort(rig: Rig, openRoom: OpenRoom, { from, to, step, throws }: Cuts): void {
  test('loses, doubles and reorders nothing, wherever the line is cut', { timeout: 30_000 }, async () => {
    const lengths = fc.array(fc.integer({ min: 0, max: to * 1.5 }), { minLength: 1, maxLength: 8 })
    await fc.assert(
      fc.asyncProperty(lengths, async (cuts) => {
        const room = await openRoom(rig, { wire: wireOf({ cuts }) })
        room.say(...texts.slice(0, 8))
        const held = hold({ transports: rig.transport(room.url), ...quick() })
        if (!(await complete(rig, held, texts.slice(0, 8)))) return
        room.say(...texts.slice(8))
        expect(await complete(rig, held, texts)).toBe(true)
        if (rig.finishes) {
          room.end()
          await held.reach('closed')
        }
        expect(held.data).toEqual(texts)
        await room.settled?.()
        expect(room.server.asked.filter(({ method }) => method === 'POST').length).toBeLessThanOrEqual(1)
        held.connection.close()
        await room.server.close()
      }),
      { numRuns: throws },
    )
  })

  const where = step === 1 ? 'every single byte' : `every ${step}th byte`
  test(`survives a cut at ${where} of an answer`, { timeout: 30_000 }, async () => {
    const two = ['甲', '🙂']
    for (let length = from; length < to; length += step) {
      const room = await openRoom(rig, { wire: wireOf({ cuts: [length] }) })
      room.say(...two)
      const held = hold({ transports: rig.transport(room.url), ...quick(200) })
      await complete(rig, held, two)
      held.connection.close()
      await room.server.close()
      // The cut would come after the last byte.
      if (step === 1 && !held.states.some(({ status }) => status === 'waiting' || status === 'failed')) break
    }
  })
}

/** Waits until all was heard, and nothing else; false where a request that must not be repeated was cut too early. */
async function complete(rig: Rig, { data, connection }: Held<string>, all: readonly string[]): Promise<boolean> {
  const failed = () => connection.state.get().status === 'failed'
  await eventually(() => expect(failed() || data.length >= all.length).toBe(true))
  if (!failed()) expect(data).toEqual(all)
  else expect([rig.once, connection.state.get(), data]).toMatchObject([true, { error: { code: 'not-repeated' } }, []])
  return !failed()
}
