import { expect, onTestFinished, test } from 'vitest'
import WS from 'ws'
import { createConnection, envelope, type Env, longPolling, sse, webSocket } from '../../src/index.js'
import { address, asking, dial, post, puppet, readStream, spoken, start } from './rig.js'

const env: Partial<Env> = { WebSocket: WS as unknown as NonNullable<Env['WebSocket']> }
const soon = { firstMs: 10, maxMs: 50 }
const order = async (url: string, what: string): Promise<unknown> =>
  (await fetch(`${url}/api/faults/${what}`, { method: 'POST' })).json()

test('a cut tears the lines of that chat in the middle of a message, and leaves the others alone', async () => {
  const answerer = puppet()
  const { url } = await start({ answerer })
  const stream = await post(address(url, 'mine', 'r'), asking('go'), 'text/event-stream')
  const mine = dial(url, '/api/chat/ws', { t: 'resume', chat: 'mine', run: 'r' })
  const held = fetch(address(url, 'mine', 'r', { wait: '20' }))
    .then((response) => response.text())
    .catch((error: Error) => error.message)
  const body = JSON.parse(asking('go')) as object
  const other = dial(url, '/api/chat/ws', { t: 'run', chat: 'other', run: 'r', body })
  await expect.poll(() => [mine.items.length, other.items.length]).toEqual([1, 1])
  const seen: string[] = []
  const reading = readStream(stream, (items) => (seen.push(...items.flatMap(({ id }) => id ?? [])), false)).catch(
    (error: Error) => error.message,
  )
  await expect.poll(() => order(url, 'cut?chat=mine')).toEqual({ cut: 3 })
  expect(await reading).toBe('terminated')
  expect(seen).toEqual([])
  expect(await held).toBe('terminated')
  expect(await mine.closed).toMatchObject({ code: 1006 })
  answerer.told[1]!.say('still here')
  await expect.poll(() => spoken(other.items)).toEqual([{ id: '1', data: 'still here' }])
  expect(await order(url, 'cut')).toEqual({ cut: 1 })
  expect(await other.closed).toMatchObject({ code: 1006 })
})

test('a cut between two polls tears the next one, once; a poll that was the last is forgotten', async () => {
  const answerer = puppet()
  const { url } = await start({ answerer })
  const poll = async (): Promise<string> => {
    try {
      return await (await fetch(address(url, 'c', 'r'))).text()
    } catch (error) {
      return (error as Error).message
    }
  }
  await post(address(url, 'c', 'r'), asking('go'))
  expect(await order(url, 'cut?chat=other')).toEqual({ cut: 0 })
  expect(await order(url, 'cut?chat=c')).toEqual({ cut: 1 })
  expect(await order(url, 'cut?chat=c')).toEqual({ cut: 0 })
  expect([await poll(), await poll()]).toEqual(['terminated', '[]'])
  answerer.told[0]!.end('complete')
  await expect.poll(poll).toContain('end')
  expect(await order(url, 'cut')).toEqual({ cut: 0 })
})

test('new lines are refused to order for a while, and a stop never is', async () => {
  const { url } = await start({ answerer: puppet() })
  await post(address(url, 'c', 'r'), asking('go'))
  expect(await order(url, 'refuse?ms=60000')).toEqual({ refusedMs: expect.closeTo(60_000, -3) as number })
  const refused = await fetch(address(url, 'c', 'r'), { headers: { accept: 'text/event-stream' } })
  expect(refused.status).toBe(503)
  expect(refused.headers.get('retry-after')).toMatch(/^(59|60)$/)
  const { code, reason } = await dial(url, '/api/live/ws').closed
  expect(code).toBe(1013)
  expect(reason).toMatch(/^retry=\d{5}$/)
  expect((await fetch(address(url, 'c', 'r'), { method: 'DELETE' })).status).toBe(204)
  await order(url, 'refuse?ms=0')
  expect((await fetch(address(url, 'c', 'r'))).status).toBe(200)
  expect((await fetch(`${url}/api/faults/refuse?ms=soon`, { method: 'POST' })).status).toBe(400)
})

const transports = {
  'Server-Sent Events': (url: string) => sse(url, { dialect: envelope() }),
  'long polling': (url: string) => longPolling(url, { dialect: envelope() }),
}

test.each(Object.entries(transports))(
  'holdline over %s reads a run that is cut ten times, and nothing is missing or doubled',
  async (_name, transport) => {
    const answerer = puppet()
    const { url } = await start({ answerer })
    await post(address(url, 'c', 'r'), asking('go'))
    const connection = createConnection({ transports: transport(address(url, 'c', 'r')), backoff: soon, lingerMs: 0 })
    const words: string[] = []
    const gaps: unknown[] = []
    onTestFinished(connection.subscribe(({ data }) => void words.push(data)))
    onTestFinished(connection.gaps.subscribe((gap) => void gaps.push(gap)))
    const { say, end } = answerer.told[0]!
    for (let cut = 1; cut <= 10; cut++) {
      say(`a${cut}`)
      say(`b${cut}`)
      await expect.poll(() => words.length, { timeout: 10_000 }).toBe(cut * 2)
      await expect.poll(() => order(url, 'cut?chat=c'), { timeout: 10_000 }).toEqual({ cut: 1 })
    }
    say('last')
    end('complete')
    await expect
      .poll(() => connection.state.get(), { timeout: 10_000 })
      .toMatchObject({ reason: 'ended', ending: 'complete' })
    expect(words).toEqual([...Array.from({ length: 10 }, (_, cut) => [`a${cut + 1}`, `b${cut + 1}`]).flat(), 'last'])
    expect(gaps).toEqual([])
  },
)

test('holdline over WebSocket reads a live feed that is cut again and again, and nothing is missing or doubled', async () => {
  const { url } = await start({ live: { everyMs: 5 } })
  const connection = createConnection({
    transports: webSocket(`${url}/api/live/ws?chat=me`, { dialect: envelope() }),
    backoff: soon,
    lingerMs: 0,
    env,
  })
  const ids: string[] = []
  const gaps: unknown[] = []
  onTestFinished(connection.subscribe(({ id = '' }) => void ids.push(id)))
  onTestFinished(connection.gaps.subscribe((gap) => void gaps.push(gap)))
  for (let cut = 1; cut <= 5; cut++) {
    const before = ids.length
    await expect.poll(() => ids.length, { timeout: 10_000 }).toBeGreaterThan(before + 3)
    await expect.poll(() => order(url, 'cut?chat=me'), { timeout: 10_000 }).toEqual({ cut: 1 })
  }
  const numbers = ids.map((id) => Number(id.split('-')[1]))
  expect(numbers).toEqual(numbers.map((_, index) => numbers[0]! + index))
  expect(gaps).toEqual([])
})

test('nothing is written behind a torn message, however fast the news comes', async () => {
  const answerer = puppet()
  const { url } = await start({ answerer })
  for (let round = 0; round < 20; round++) {
    const stream = await post(address(url, 'c', `r${round}`), asking('go'), 'text/event-stream')
    await expect.poll(() => answerer.told.length).toBe(round + 1)
    let text = ''
    const reading = (async () => {
      const decoder = new TextDecoder()
      for await (const chunk of stream.body!) text += decoder.decode(chunk, { stream: true })
    })().catch(() => {})
    await expect.poll(() => text).toContain('welcome')
    const cut = order(url, 'cut?chat=c')
    // News in every turn, before and after the cut takes place.
    let talking = true
    const talk = (): void => {
      answerer.told[round]!.say('news')
      if (talking) setImmediate(talk)
    }
    talk()
    await cut
    await reading
    talking = false
    answerer.told[round]!.end('complete')
    expect(text.split('"torn')[1]).toBe('')
  }
})
