// Troubles that a page orders for its own lines: nobody else meets them, and each of them passes.
import { expect, onTestFinished, test } from 'vitest'
import { createConnection, envelope, type Gap, longPolling, polling, sse, type Transport } from '../../src/index.js'
import { createLog } from '../../playground/server/log.js'
import { createOrders, MAX_ORDER_MS, startOf } from '../../playground/server/orders.js'
import { address, asking, dial, post, puppet, readStream, spoken, start } from './rig.js'

const order = async (url: string, what: string): Promise<unknown> =>
  (await fetch(`${url}/api/faults/${what}`, { method: 'POST' })).json()

const streamOf = (url: string, chat: string): Promise<Response> =>
  fetch(`${url}/api/live?chat=${chat}`, { headers: { accept: 'text/event-stream' } })

/** Lets go of what nobody reads to its end. */
async function headOf(response: Response): Promise<Response> {
  await response.body?.cancel()
  return response
}

const answers: readonly (readonly [kind: string, status: number, type: RegExp])[] = [
  ['refuse', 503, /json/],
  ['limited', 429, /json/],
  ['unauthorized', 401, /json/],
  ['html', 200, /html/],
]

test.each(answers)('"%s" meets the new lines of one page only, with status %d', async (kind, status, type) => {
  const { url } = await start()
  const lastsMs = expect.closeTo(60_000, -3) as number
  expect(await order(url, `order?kind=${kind}&chat=mine&ms=60000`)).toEqual({ lastsMs, cut: 0 })
  const mine = await headOf(await streamOf(url, 'mine'))
  expect(mine.status).toBe(status)
  expect(mine.headers.get('content-type')).toMatch(type)
  const other = await headOf(await streamOf(url, 'other'))
  expect([other.status, other.headers.get('content-type')]).toEqual([200, expect.stringContaining('event-stream')])
  expect(await order(url, `order?kind=${kind}&chat=mine&ms=0`)).toEqual({ lastsMs: 0, cut: 0 })
  expect((await headOf(await streamOf(url, 'mine'))).headers.get('content-type')).toContain('event-stream')
})

const closes: readonly (readonly [kind: string, code: number])[] = [
  ['refuse', 1013],
  ['limited', 1013],
  ['unauthorized', 4401],
  ['html', 1006],
]

test.each(closes)('"%s" closes the sockets of one page only, with code %d', async (kind, code) => {
  const { url } = await start()
  await order(url, `order?kind=${kind}&chat=mine&ms=60000`)
  expect(await dial(url, '/api/live/ws?chat=mine', { t: 'hello' }).closed).toMatchObject({ code })
  const other = dial(url, '/api/live/ws?chat=other', { t: 'hello' })
  await expect.poll(() => other.items[0]?.t).toBe('welcome')
})

test('a line that is open is cut where the trouble meets only new ones', async () => {
  const { url } = await start()
  const line = dial(url, '/api/live/ws?chat=mine', { t: 'hello' })
  await expect.poll(() => line.items[0]?.t).toBe('welcome')
  expect(await order(url, 'order?kind=refuse&chat=mine&ms=50')).toEqual({ lastsMs: 50, cut: 1 })
  expect(await line.closed).toMatchObject({ code: 1006 })
})

test('out of a black hole comes nothing until it is over, and then everything in its order', async () => {
  const answerer = puppet()
  const { url } = await start({ answerer })
  const stream = await post(address(url, 'c', 'r'), asking('go'), 'text/event-stream')
  const body = JSON.parse(asking('go')) as object
  const line = dial(url, '/api/chat/ws?chat=c', { t: 'run', chat: 'c', run: 's', body })
  const seen: string[] = []
  const reading = readStream(
    stream,
    (items) => (seen.splice(0, Infinity, ...items.flatMap(({ data }) => data ?? [])), false),
  )
  await expect.poll(() => answerer.told.length).toBe(2)
  for (const { say } of answerer.told) say('before')
  const both = (): unknown[] => [seen.at(-1), line.items.at(-1)?.data]
  await expect.poll(both).toEqual(['before', 'before'])

  expect(await order(url, 'order?kind=hole&chat=c&ms=60000')).toMatchObject({ cut: 0 })
  for (const { say } of answerer.told) say('within')
  for (const { say } of answerer.told) say('too')
  // Another page's line is quick meanwhile: this one could have come as well.
  const other = dial(url, '/api/live/ws?chat=other', { t: 'hello' })
  await expect.poll(() => other.items[0]?.t).toBe('welcome')
  expect(both()).toEqual(['before', 'before'])
  for (const { end } of answerer.told) end('complete')
  await order(url, 'order?kind=hole&chat=c&ms=0')
  expect(spoken(await reading).map(({ data, t }) => data ?? t)).toEqual(['before', 'within', 'too', 'end'])
  await line.closed
  expect(spoken(line.items).map(({ data, t }) => data ?? t)).toEqual(['before', 'within', 'too', 'end'])
})

test.each(['split', 'delay'])('"%s" loses nothing and turns nothing round', async (kind) => {
  const answerer = puppet()
  const { url } = await start({ answerer })
  await order(url, `order?kind=${kind}&chat=c&ms=2000`)
  const stream = post(address(url, 'c', 'r'), asking('go'), 'text/event-stream')
  await expect.poll(() => answerer.told.length).toBe(1)
  const words = Array.from({ length: 20 }, (_, index) => `word ${index} ünd ✓`)
  for (const word of words) answerer.told[0]!.say(word)
  answerer.told[0]!.end('complete')
  expect(spoken(await readStream(await stream)).flatMap(({ data }) => data ?? [])).toEqual(words)
})

const dialect = envelope()
const ways: readonly (readonly [name: string, way: (url: string) => Transport])[] = [
  ['sse', (url) => sse(url, { dialect })],
  ['longPolling', (url) => longPolling(url, { dialect })],
  ['polling', (url) => polling(url, { dialect, everyMs: 20 })],
]

test.each(ways)(
  'a restart that forgets is told as a gap over %s, once, and nothing old comes again',
  async (_name, way) => {
    const { url } = await start({ live: { everyMs: 20 } })
    const connection = createConnection({
      transports: way(`${url}/api/live?chat=c`),
      backoff: { firstMs: 10, maxMs: 50 },
      lingerMs: 0,
    })
    const ids: number[] = []
    const gaps: Gap[] = []
    onTestFinished(connection.subscribe(({ id = '' }) => void ids.push(Number(id.split('-')[1]))))
    onTestFinished(connection.gaps.subscribe((gap) => void gaps.push(gap)))
    await expect.poll(() => ids.length, { timeout: 5_000 }).toBeGreaterThan(5)
    await order(url, 'restart?log=kept&chat=c')
    const then = ids.length
    await expect.poll(() => ids.length, { timeout: 10_000 }).toBeGreaterThan(then + 5)
    expect(gaps).toEqual([])
    await order(url, 'restart?log=lost&chat=c')
    await expect.poll(() => gaps.length, { timeout: 10_000 }).toBe(1)
    const after = ids.length
    await expect.poll(() => ids.length, { timeout: 10_000 }).toBeGreaterThan(after + 5)
    expect(gaps).toMatchObject([{ reason: 'lost' }])
    // What had not been fetched by then is gone with the memory; the gap says so.
    expect(ids).toEqual([...new Set(ids)].sort((a, b) => a - b))
  },
)

test('a restart that forgets knows no run of that chat, and all of the others', async () => {
  const answerer = puppet()
  const { url } = await start({ answerer })
  for (const chat of ['mine', 'other']) await post(address(url, chat, 'r'), asking('go'))
  await order(url, 'restart?log=lost&chat=mine')
  expect(answerer.told[0]!.signal.aborted).toBe(true)
  await order(url, 'order?kind=refuse&chat=mine&ms=0')
  expect((await fetch(address(url, 'mine', 'r'))).status).toBe(404)
  expect((await fetch(address(url, 'other', 'r'))).status).toBe(200)
})

test('what is ordered passes, however long it was meant to last', () => {
  let now = 1_000
  const { put, of, lose, floor } = createOrders(() => now)
  const log = createLog()
  log.append({ data: 'old' })
  expect(put('c', 'hole', Infinity)).toBe(MAX_ORDER_MS)
  lose('c', [log])
  expect([of('c'), of('other'), of(undefined)]).toEqual([{ kind: 'hole', leftMs: MAX_ORDER_MS }, undefined, undefined])
  expect([floor('c', log), floor('other', log), floor('c', createLog())]).toEqual(['1', undefined, undefined])
  now += MAX_ORDER_MS
  expect([of('c'), floor('c', log)]).toEqual([undefined, undefined])
})

test('a reader begins where it was, or behind what is not to be known any more', () => {
  const log = createLog()
  for (const data of ['1', '2', '3', '4']) log.append({ data })
  expect(startOf(log, '2', undefined)).toEqual({ from: '2', resumed: true })
  expect(startOf(log, 'x', undefined)).toEqual({ from: undefined, resumed: false })
  expect(startOf(log, undefined, undefined)).toEqual({ from: undefined, resumed: true })
  expect(startOf(log, '2', '3')).toEqual({ from: '3', resumed: false })
  expect(startOf(log, '3', '3')).toEqual({ from: '3', resumed: false })
  expect(startOf(log, '4', '3')).toEqual({ from: '4', resumed: true })
  expect(startOf(log, undefined, '3')).toEqual({ from: '3', resumed: true })
})

test.each([
  ['order?kind=hole&ms=5', 'no_chat'],
  ['order?kind=hole&chat=c&ms=soon', 'bad_ms'],
  ['order?kind=flood&chat=c&ms=5', 'bad_kind'],
  ['order?chat=c&ms=5', 'bad_kind'],
  ['restart', 'no_chat'],
])('%s is refused as %s', async (what, code) => {
  const { url } = await start()
  expect(await order(url, what)).toMatchObject({ error: { code } })
})

test('a single message is the whole conversation where the body says so', async () => {
  const { url } = await start()
  const ask = (chat: string, run: string, text: string, rest: object): Promise<string> =>
    post(address(url, chat, run, { speed: '100000' }), asking(text, rest), 'text/event-stream').then((response) =>
      response.text(),
    )
  await ask('c', '1', 'What is a cursor?', { message_id: 'a' })
  await ask('c', '2', 'And a gap?', { message_id: 'b', whole: true })
  const { messages } = (await (await fetch(`${url}/api/conversations/c`)).json()) as { messages: { id: string }[] }
  expect(messages.map(({ id }) => id)).toEqual(['b', '2'])
})
