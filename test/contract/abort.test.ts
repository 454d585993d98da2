import { getEventListeners } from 'node:events'
import { describe, expect, test } from 'vitest'
import { type Clock, sse, webSocket } from '../../src/index.ts'
import { call, eventually, hold, hurried, withSocket } from './listen.ts'
import { rigs } from './rigs.ts'
import { openRoom } from './room.ts'
import { serve } from './server.ts'

/** Counts the timers that still run. */
function counting(): { clock: Clock; timers: Set<object> } {
  const timers = new Set<object>()
  const clock: Clock = {
    now: Date.now,
    after(ms, task) {
      const timer = {}
      timers.add(timer)
      const id = setTimeout(() => (timers.delete(timer), task()), ms)
      return () => (timers.delete(timer), clearTimeout(id))
    },
  }
  return { clock, timers }
}

/** Node's fetch leaves ears on the signal it is given; ours alone shall be counted. */
const quietFetch: typeof fetch = (input, init = {}) =>
  fetch(input, { ...init, ...(init.signal ? { signal: AbortSignal.any([init.signal]) } : {}) })

describe.each(rigs)('$name', (rig) => {
  test('lets go of a server that has not answered yet', async () => {
    const { origin, busy } = await serve({ mute: true })
    const attempt = call(rig.transport(origin))
    await eventually(() => expect(busy.size).toBe(1))
    attempt.hangUp()
    expect(await attempt.ending).toEqual({ kind: 'aborted' })
    await eventually(() => expect(busy.size).toBe(0))
    expect(attempt.said).toEqual(rig.once ? ['sent'] : [])
  })

  test('leaves no ear on the signal, however it ends', async () => {
    const room = await openRoom(rig)
    const env = { ...withSocket, fetch: quietFetch }
    for (const way of ['hang up', 'end', 'break'] as const) {
      const abort = new AbortController()
      room.say('one')
      const attempt = call(rig.transport(room.url), { env, signal: abort.signal })
      await eventually(() => expect(attempt.frames.length).toBeGreaterThan(0))
      if (way === 'break') void room.server.close()
      else if (way === 'end' && rig.finishes) room.end()
      else abort.abort()
      await attempt.ending
      expect(getEventListeners(abort.signal, 'abort')).toEqual([])
      await eventually(() => expect(room.readers).toBe(0))
      // What has ended stays so; a last reader would only hear of that.
      if (way === 'end' && rig.finishes) break
    }
  })

  test('leaves no timer, no answer half read and no socket behind when its last listener leaves', async () => {
    const room = await openRoom(rig)
    const { clock, timers } = counting()
    for (const way of ['leave', 'close', 'waiting'] as const) {
      const { connection, leave, reach } = hold({
        transports: rig.transport(room.url),
        env: { clock },
        backoff: { firstMs: 99_999, maxMs: 99_999 },
      })
      room.say('news')
      await reach('open')
      if (way === 'waiting' && !rig.once) {
        void room.server.close()
        await reach('waiting')
      }
      if (way === 'leave') leave()
      else connection.close()
      await reach('closed')
      await eventually(() => expect([timers.size, room.server.busy.size, room.readers]).toEqual([0, 0, 0]))
    }
  })

  test('says nothing more once it was left, even from the middle of a batch', async () => {
    const room = await openRoom(rig)
    room.say('one', 'two', 'three')
    const { connection, data } = hold({ transports: rig.transport(room.url) })
    connection.subscribe(({ data: text }) => text === 'two' && connection.close())
    await eventually(() => expect(connection.state.get().status).toBe('closed'))
    await eventually(() => expect(room.readers).toBe(0))
    expect(data).toEqual(['one', 'two'])
  })
})

test('gives up on a provider that never answers, and asks it again', async () => {
  const { origin, asked } = await serve({})
  let questions = 0
  for (const transport of [
    sse(() => (questions++, new Promise<never>(() => {}))),
    sse(origin, { headers: () => (questions++, new Promise<never>(() => {})) }),
    webSocket(() => (questions++, new Promise<never>(() => {}))),
  ]) {
    questions = 0
    const { reach } = hold({ transports: transport, env: { clock: hurried(100) }, maxFailures: 2 })
    expect((await reach('failed')).error).toMatchObject({ kind: 'timeout', code: 'connect-timeout' })
    expect(questions).toBe(2)
  }
  expect(asked).toEqual([])
})

test('makes no request when it was told to stop while a provider was thinking', async () => {
  const { origin, asked } = await serve({})
  for (const make of [
    (url: Promise<string>) => sse(() => url),
    (url: Promise<string>) => webSocket(() => url),
    (url: Promise<string>) => sse(origin, { headers: async () => ({ 'x-token': await url }) }),
    (url: Promise<string>) => webSocket(origin, { protocols: async () => [await url] }),
  ]) {
    let answer: (url: string) => void = () => {}
    const attempt = call(make(new Promise((resolve) => (answer = resolve))))
    attempt.hangUp()
    answer(origin)
    expect(await attempt.ending).toEqual({ kind: 'aborted' })
  }
  expect(asked).toEqual([])
})
