import { describe, expect, test } from 'vitest'
import { address, asking, dial, envelopeIn, parrot, post, puppet, readers, readStream, spoken, start } from './rig.js'

const PIECES = ['one', 'two\nlines', '{"three":3}', '消息 😀', '[DONE]']
const WHOLE = [...PIECES.map((data, index) => ({ id: String(index + 1), data })), { t: 'end', reason: 'complete' }]

describe.each(Object.entries(readers))('over %s', (_name, read) => {
  test('a run is read whole, and gone on with at every cursor', async () => {
    const { url } = await start({ answerer: parrot(PIECES) })
    await post(address(url, 'c', 'r'), asking('go'))
    expect(spoken(await read(url, 'c', 'r'))).toEqual(WHOLE)
    for (let cursor = 0; cursor <= PIECES.length; cursor++) {
      expect(spoken(await read(url, 'c', 'r', String(cursor)))).toEqual(WHOLE.slice(cursor))
    }
  })

  test('a cursor that was never given is answered with `resumed: false` and everything', async () => {
    const { url } = await start({ answerer: parrot(PIECES) })
    await post(address(url, 'c', 'r'), asking('go'))
    const items = await read(url, 'c', 'r', '99')
    expect(items[0]).toMatchObject({ t: 'welcome', resumed: false })
    expect(spoken(items).slice(0, WHOLE.length)).toEqual(WHOLE)
  })

  test('a reader that is there meanwhile hears the same as one that comes later', async () => {
    const answerer = puppet()
    const { url } = await start({ answerer })
    await post(address(url, 'c', 'r'), asking('go'))
    const reading = read(url, 'c', 'r')
    const { say, end } = answerer.told[0]!
    for (const piece of PIECES) {
      say(piece)
      await new Promise((settle) => setTimeout(settle, 5))
    }
    end('complete')
    expect(spoken(await reading)).toEqual(WHOLE)
    expect(spoken(await read(url, 'c', 'r'))).toEqual(WHOLE)
  })
})

test('a POST that asks for an event stream is answered with the stream itself', async () => {
  const { url } = await start({ answerer: parrot(PIECES), heartbeatMs: 1234 })
  const response = await post(address(url, 'c', 'r'), asking('go'), 'text/event-stream')
  expect(response.headers.get('content-type')).toContain('text/event-stream')
  expect(response.headers.get('cache-control')).toBe('no-store')
  expect(response.headers.get('x-accel-buffering')).toBe('no')
  expect(await readStream(response)).toEqual([{ t: 'welcome', resumed: true, heartbeatMs: 1234 }, ...WHOLE])
})

test('a POST that asks for an envelope is answered at once, whatever `wait` says', async () => {
  const { url } = await start({ answerer: puppet() })
  const since = performance.now()
  expect(await envelopeIn(await post(address(url, 'c', 'r', { wait: '20' }), asking('go')))).toEqual([])
  expect(performance.now() - since).toBeLessThan(5_000)
})

test('a `run` frame begins a run, and what was there already comes in one frame', async () => {
  const { url } = await start({ answerer: parrot(PIECES) })
  const line = dial(url, '/api/chat/ws', { t: 'run', chat: 'c', run: 'r', body: JSON.parse(asking('go')) as object })
  expect(await line.closed).toMatchObject({ code: 1000 })
  expect(spoken(line.items)).toEqual(WHOLE)
  expect(line.frames.length).toBeLessThanOrEqual(3)
})

test('a repeated POST and a repeated `run` begin nothing: they are answered like GET', async () => {
  const answerer = puppet()
  const { url } = await start({ answerer })
  await Promise.all([1, 2, 3].map(() => post(address(url, 'c', 'r'), asking('go'))))
  const line = dial(url, '/api/chat/ws', { t: 'run', chat: 'c', run: 'r', body: JSON.parse(asking('go')) as object })
  await expect.poll(() => line.items.length).toBe(1)
  expect(answerer.told).toHaveLength(1)
  answerer.told[0]!.say('only once')
  answerer.told[0]!.end('complete')
  await line.closed
  const again = await envelopeIn(await post(address(url, 'c', 'r'), 'not even JSON'))
  expect(again).toEqual([
    { id: '1', data: 'only once' },
    { t: 'end', reason: 'complete' },
  ])
  expect(spoken(line.items)).toEqual(again)
  const stats = (await (await fetch(`${url}/api/stats?chat=c`)).json()) as object
  expect(stats).toEqual({ posts: 5, httpPosts: 4, socketRuns: 1, gets: 0, deletes: 0, sockets: 1, runs: 1 })
})

test('a run goes on when its reader leaves', async () => {
  const answerer = puppet()
  const { url } = await start({ answerer })
  const leaving = new AbortController()
  const response = await fetch(address(url, 'c', 'r'), {
    method: 'POST',
    body: asking('go'),
    headers: { accept: 'text/event-stream' },
    signal: leaving.signal,
  })
  expect(response.status).toBe(200)
  leaving.abort()
  const line = dial(url, '/api/chat/ws', { t: 'resume', chat: 'c', run: 'r' })
  await expect.poll(() => line.items.length).toBe(1)
  line.socket.terminate()
  await line.closed
  const { say, end, signal } = answerer.told[0]!
  expect(signal.aborted).toBe(false)
  expect(say('nobody listens')).toBe(true)
  end('complete')
  expect(spoken(await readers['polling']!(url, 'c', 'r'))).toEqual([
    { id: '1', data: 'nobody listens' },
    { t: 'end', reason: 'complete' },
  ])
})

test('DELETE stops the source, ends the run with `stopped`, and may be said twice', async () => {
  const answerer = puppet()
  const { url } = await start({ answerer })
  const response = await post(address(url, 'c', 'r'), asking('go'), 'text/event-stream')
  answerer.told[0]!.say('half')
  for (let time = 0; time < 2; time++) {
    expect((await fetch(address(url, 'c', 'r'), { method: 'DELETE' })).status).toBe(204)
  }
  expect(answerer.told[0]!.signal.aborted).toBe(true)
  expect(answerer.told[0]!.say('too late')).toBe(false)
  expect(spoken(await readStream(response))).toEqual([
    { id: '1', data: 'half' },
    { t: 'end', reason: 'stopped' },
  ])
})

test('`stop` is answered with `end` and 1000, on a line of its own and on the line that reads', async () => {
  const answerer = puppet()
  const { url } = await start({ answerer })
  const reading = dial(url, '/api/chat/ws', { t: 'run', chat: 'c', run: 'r', body: JSON.parse(asking('go')) as object })
  await expect.poll(() => answerer.told.length).toBe(1)
  answerer.told[0]!.say('half')
  await expect.poll(() => spoken(reading.items).length).toBe(1)
  reading.socket.send(JSON.stringify({ t: 'stop', chat: 'c', run: 'r' }))
  expect(await reading.closed).toMatchObject({ code: 1000 })
  expect(reading.items.at(-1)).toEqual({ t: 'end', reason: 'stopped' })
  const other = dial(url, '/api/chat/ws', { t: 'stop', chat: 'c', run: 'r' })
  expect(await other.closed).toMatchObject({ code: 1000 })
  expect(spoken(other.items)).toEqual([{ t: 'end', reason: 'stopped' }])
})

test('a stop that overtakes its question keeps the answer from being begun', async () => {
  const answerer = puppet()
  const { url } = await start({ answerer })
  expect((await fetch(address(url, 'c', 'r'), { method: 'DELETE' })).status).toBe(404)
  expect((await post(address(url, 'c', 'r'), asking('go'))).status).toBe(410)
  expect(answerer.told).toHaveLength(0)
})

test('an unknown run is 404 and 4404; a stopped and forgotten one is 410 and 4410, also for a late POST', async () => {
  const answerer = puppet()
  const { url } = await start({ answerer, runs: { keepMs: 1 } })
  expect((await fetch(address(url, 'c', 'r'))).status).toBe(404)
  expect(await dial(url, '/api/chat/ws', { t: 'resume', chat: 'c', run: 'r' }).closed).toMatchObject({ code: 4404 })
  await post(address(url, 'c', 'r'), asking('go'))
  await fetch(address(url, 'c', 'r'), { method: 'DELETE' })
  await expect.poll(async () => (await fetch(address(url, 'c', 'r'))).status, { timeout: 5_000 }).toBe(410)
  expect(await dial(url, '/api/chat/ws', { t: 'resume', chat: 'c', run: 'r' }).closed).toMatchObject({ code: 4410 })
  expect((await post(address(url, 'c', 'r'), asking('go'))).status).toBe(410)
  expect(answerer.told).toHaveLength(1)
})
