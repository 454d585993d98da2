import { expect, test } from 'vitest'
import { dial, envelopeIn, type Item, readStream, spoken, start } from './rig.js'

const quiet = { danmaku: { rate: 0 } }
const asStream = { headers: { accept: 'text/event-stream' } }
const soon = { timeout: 10_000 }

const order = (url: string, rate: number | string): Promise<Response> =>
  fetch(`${url}/api/danmaku/rate?rate=${rate}`, { method: 'POST' })
const say = (url: string, id: string, data: unknown): Promise<Response> =>
  fetch(`${url}/api/danmaku`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ id, data }),
  })
const behind = async (url: string, cursor: string): Promise<Item[]> =>
  envelopeIn(await fetch(`${url}/api/danmaku?last_event_id=${cursor}`))
const remarks = (items: readonly Item[]): Item[] => spoken(items).filter(({ event }) => event === undefined)
const numberOf = ({ id }: Item): number => Number(id!.split('-')[1])

test('what a person says is heard on every transport, once however often it is sent', async () => {
  const { url } = await start(quiet)
  const line = dial(url, '/api/danmaku/ws', { t: 'hello', v: 1 })
  const reading = readStream(await fetch(`${url}/api/danmaku`, asStream), (items) => spoken(items).length === 2)
  await expect.poll(() => line.items.length, soon).toBe(1)
  for (const id of ['a', 'a', 'b', 'a']) expect((await say(url, id, { text: id })).status).toBe(204)
  line.socket.send(JSON.stringify({ id: 'b', data: 'another copy' }))
  await expect.poll(() => line.items.some(({ t }) => t === 'ack'), soon).toBe(true)
  const said = ['{"text":"a"}', '{"text":"b"}']
  const texts = (items: readonly Item[]): unknown[] => items.flatMap(({ data }) => data ?? [])
  expect(texts(await reading).slice(-2)).toEqual(said)
  expect(texts(line.items)).toEqual(said)
  expect(texts(await envelopeIn(await fetch(`${url}/api/danmaku`)))).toEqual(said)
})

test('as many comments are made up per second as were ordered, and everybody hears of the order', async () => {
  const { url } = await start(quiet)
  const line = dial(url, '/api/danmaku/ws', { t: 'hello', v: 1 })
  await expect.poll(() => line.items.length, soon).toBe(1)
  const since = performance.now()
  expect(await (await order(url, 1_000)).json()).toEqual({ rate: 1_000 })
  await expect.poll(() => remarks(line.items).length, { ...soon, interval: 20 }).toBeGreaterThan(1_000)
  const [count, ms] = [remarks(line.items).length, performance.now() - since]
  // A machine that is busy makes up for a quarter of a second at most; it never makes more than was ordered.
  expect(count).toBeLessThanOrEqual(ms + 50)
  expect(line.items.find(({ event }) => event === 'rate')).toMatchObject({ data: '1000' })
  const numbers = spoken(line.items).map(numberOf)
  expect(numbers).toEqual(numbers.map((_, index) => index + 1))
  // What is made up in one turn travels in one frame.
  expect(line.frames.length).toBeLessThan(count / 10)
})

test('a rate that there is not is refused, and nothing changes', async () => {
  const { url } = await start(quiet)
  for (const rate of ['11', '-1', 'many', '']) expect((await order(url, rate)).status).toBe(400)
  expect(await (await fetch(`${url}/api/danmaku/rate`)).json()).toEqual({ rate: 0 })
})

test('a newcomer begins at what is said now, and whoever comes back hears all that he missed', async () => {
  const { url } = await start(quiet)
  for (let n = 0; n < 20; n++) await say(url, `m${n}`, n)
  const polled = await envelopeIn(await fetch(`${url}/api/danmaku`))
  expect(polled.map(({ data }) => data)).toEqual(['18', '19'])
  const line = dial(url, '/api/danmaku/ws', { t: 'hello', v: 1 })
  await expect.poll(() => spoken(line.items), soon).toEqual(polled)
  const stream = await readStream(await fetch(`${url}/api/danmaku`, asStream), (items) => spoken(items).length === 2)
  expect(spoken(stream).map(({ id }) => id)).toEqual(polled.map(({ id }) => id))

  for (let n = 20; n < 50; n++) await say(url, `m${n}`, n)
  const missed = Array.from({ length: 30 }, (_, index) => String(20 + index))
  expect((await behind(url, polled[1]!.id!)).map(({ data }) => data)).toEqual(missed)
  const again = dial(url, '/api/danmaku/ws', { t: 'hello', v: 1, cursor: polled[1]!.id })
  await expect.poll(() => spoken(again.items).map(({ data }) => data), soon).toEqual(missed)
})

test('nothing is made up for nobody, and who comes then meets no flood that somebody else has ordered', async () => {
  const { url } = await start({ danmaku: { rate: 10, readWithinMs: 300 } })
  const line = dial(url, '/api/danmaku/ws', { t: 'hello', v: 1 })
  await order(url, 1_000)
  await expect.poll(() => remarks(line.items).length, soon).toBeGreaterThan(100)
  const cursor = spoken(line.items).at(-1)!.id!
  line.socket.terminate()
  const rate = async (): Promise<unknown> => (await fetch(`${url}/api/danmaku/rate`)).json()
  await expect.poll(rate, soon).toEqual({ rate: 10 })
  // Some were made before the server saw that nobody reads; none since then.
  const left = numberOf((await behind(url, cursor)).at(-1)!) - numberOf({ id: cursor })
  expect(left).toBeLessThan(1_500)
  const next = dial(url, '/api/danmaku/ws', { t: 'hello', v: 1 })
  await expect.poll(() => remarks(next.items).length, soon).toBeGreaterThan(4)
})

test('a reader who was away for too long is told so', async () => {
  const { url } = await start({ danmaku: { rate: 0, keep: 5 } })
  await say(url, 'first', 0)
  const [first] = await envelopeIn(await fetch(`${url}/api/danmaku`))
  for (let n = 0; n < 10; n++) await say(url, `m${n}`, n)
  const [told, ...rest] = await behind(url, first!.id!)
  expect(told).toEqual({ t: 'welcome', resumed: false })
  expect(rest).toHaveLength(5)
})

test('a server that has forgotten everything for one page tells it so, and only that page', async () => {
  const { url } = await start(quiet)
  for (const id of ['a', 'b', 'c']) await say(url, id, id)
  const [cursor] = (await envelopeIn(await fetch(`${url}/api/danmaku`))).map(({ id }) => id!)
  await fetch(`${url}/api/faults/restart?log=lost&chat=mine`, { method: 'POST' })
  const back = async (chat: string): Promise<Response> =>
    fetch(`${url}/api/danmaku?chat=${chat}&last_event_id=${cursor}`)
  await expect.poll(async () => (await back('mine')).status, soon).toBe(200)
  expect(await envelopeIn(await back('mine'))).toEqual([{ t: 'welcome', resumed: false }])
  expect((await envelopeIn(await back('yours'))).map(({ data }) => data)).toEqual(['c'])
})
