import { getEventListeners } from 'node:events'
import { expect, test } from 'vitest'
import { follow, news } from '../../playground/server/follow.js'
import { createLog, type Entry } from '../../playground/server/log.js'
import { eventOf } from '../../playground/server/wire.js'

const idsOf = (entries: readonly Entry[] | undefined): string[] | undefined => entries?.map(({ id }) => id)

test('ids are 1 to n, and each cursor leads to what stands behind it', () => {
  const log = createLog()
  for (const data of ['a', 'b', 'c']) expect(log.append({ data })).toBe(true)
  expect(idsOf(log.after(undefined))).toEqual(['1', '2', '3'])
  expect(idsOf(log.after('0'))).toEqual(['1', '2', '3'])
  expect(idsOf(log.after('1'))).toEqual(['2', '3'])
  expect(idsOf(log.after('3'))).toEqual([])
  expect(idsOf(log.after(undefined, 2))).toEqual(['1', '2'])
  expect(log.nextId).toBe('4')
})

test.each(['4', '-1', '01', '1.5', 'x1', '1 ', 'NaN'])('the cursor "%s" was never given and is unknown', (cursor) => {
  const log = createLog()
  for (const data of ['a', 'b', 'c']) log.append({ data })
  expect(log.after(cursor)).toBeUndefined()
})

test('a log that forgets keeps the newest, and knows which cursors it can no longer serve', () => {
  const log = createLog({ prefix: 'k3f9-', maxEntries: 3, whenFull: 'forget' })
  for (let count = 1; count <= 5; count++) log.append({ data: String(count) })
  expect(idsOf(log.after(undefined))).toEqual(['k3f9-3', 'k3f9-4', 'k3f9-5'])
  expect(idsOf(log.after('k3f9-2'))).toEqual(['k3f9-3', 'k3f9-4', 'k3f9-5'])
  expect(log.after('k3f9-1')).toBeUndefined()
  expect(log.after('other-4')).toBeUndefined()
})

test('a log that refuses takes no more than its bounds allow', () => {
  const few = createLog({ maxEntries: 2 })
  expect(['a', 'b', 'c'].map((data) => few.append({ data }))).toEqual([true, true, false])
  const short = createLog({ maxChars: 5 })
  expect(['abc', 'de', 'f'].map((data) => short.append({ data }))).toEqual([true, true, false])
})

test('nothing is appended behind the end, and only the first end counts', () => {
  const log = createLog()
  log.end('stopped')
  log.end('complete')
  expect(log.append({ data: 'late' })).toBe(false)
  expect(log.ended).toBe('stopped')
})

test('a reader gets everything once, in order, and what was written in one turn at once', async () => {
  const log = createLog()
  const batches: string[][] = []
  const reading = follow(log, undefined, new AbortController().signal, async (entries) => {
    batches.push(entries.map(({ data }) => data))
  })
  log.append({ data: 'a' })
  await Promise.resolve()
  log.append({ data: 'b' })
  await expect.poll(() => batches).toEqual([['a', 'b']])
  log.append({ data: 'c' })
  log.end('complete')
  expect(await reading).toBe('ended')
  expect(batches).toEqual([['a', 'b'], ['c']])
})

test('a reader that is slower than a forgetful log is told so', async () => {
  const log = createLog({ maxEntries: 2, whenFull: 'forget' })
  log.append({ data: 'a' })
  const reading = follow(log, undefined, new AbortController().signal, async () => {
    for (const data of ['b', 'c', 'd', 'e']) log.append({ data })
  })
  expect(await reading).toBe('overrun')
})

test('a reader that leaves lets go of the log', async () => {
  const log = createLog()
  let listening = 0
  const counted = {
    ...log,
    subscribe(listener: () => void) {
      listening += 1
      const forget = log.subscribe(listener)
      return () => {
        listening -= 1
        forget()
      }
    },
  }
  const leaving = new AbortController()
  const batches: number[] = []
  const reading = follow(counted, undefined, leaving.signal, async ({ length }) => void batches.push(length))
  for (let count = 1; count <= 3; count++) {
    log.append({ data: 'x' })
    await expect.poll(() => batches.length).toBe(count)
  }
  expect([listening, getEventListeners(leaving.signal, 'abort').length]).toEqual([1, 1])
  leaving.abort()
  expect(await reading).toBe('left')
  await news(counted, new AbortController().signal, 1)
  expect(listening).toBe(0)
})

test('every line of the data is a field of its own on an event stream', () => {
  expect(eventOf({ id: '7', event: 'note', data: 'a\nb\r\nc\rd' })).toBe(
    'id: 7\nevent: note\ndata: a\ndata: b\ndata: c\ndata: d\n\n',
  )
})
