import { expect, onTestFinished, test, vi } from 'vitest'
import { address, asking, dial, parrot, post, puppet, readers, readStream, spoken, start } from './rig.js'

test('when too many runs are needed, a new one is put off; what has been over for a minute makes room', async () => {
  const answerer = puppet()
  let time = 0
  const { url } = await start({ answerer, runs: { maxRuns: 2, now: () => time } })
  await post(address(url, 'c', '1'), asking('go'))
  await post(address(url, 'c', '2'), asking('go'))
  const refused = await post(address(url, 'c', '3'), asking('go'))
  expect(refused.status).toBe(503)
  expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0)
  const body = JSON.parse(asking('go')) as object
  const { code, reason } = await dial(url, '/api/chat/ws', { t: 'run', chat: 'c', run: '3', body }).closed
  expect(code).toBe(1013)
  expect(reason).toMatch(/^retry=\d+$/)
  answerer.told[0]!.end('complete')
  await readers['long polling']!(url, 'c', '1')
  time = 59_999
  expect((await post(address(url, 'c', '3'), asking('go'))).status).toBe(503)
  expect((await fetch(address(url, 'c', '1'))).status).toBe(200)
  time = 60_000
  expect((await post(address(url, 'c', '3'), asking('go'))).status).toBe(200)
  expect((await fetch(address(url, 'c', '1'))).status).toBe(404)
})

test('an answer without bounds is cut where the log is full', async () => {
  const { url } = await start({
    runs: { maxChars: 10 },
    answerer: {
      ...puppet(),
      answer: () => async (write) => {
        while (write('four'));
        return 'truncated'
      },
    },
  })
  await post(address(url, 'c', 'r'), asking('go'))
  expect(await readers['polling']!(url, 'c', 'r')).toEqual([
    { id: '1', data: 'four' },
    { id: '2', data: 'four' },
    { t: 'end', reason: 'truncated' },
  ])
})

test('an answerer that throws ends the run with `error`, and says so in the answer and in the log', async () => {
  const told = vi.spyOn(console, 'error').mockImplementation(() => {})
  onTestFinished(() => told.mockRestore())
  const answerer = { ...puppet(), answer: () => () => Promise.reject(new Error('a bug')) }
  const { url } = await start({ answerer })
  await post(address(url, 'c', 'r'), asking('go'))
  const items = await readers['polling']!(url, 'c', 'r')
  expect(items).toEqual([
    { id: '1', data: expect.stringContaining('could not be made') as string },
    { t: 'end', reason: 'error' },
  ])
  expect(told).toHaveBeenCalledOnce()
})

test('signs of life come while the model thinks, on a stream and on a socket', async () => {
  const { url } = await start({ answerer: puppet(), heartbeatMs: 20 })
  const beats = { count: 0 }
  const leaving = new AbortController()
  const response = await fetch(address(url, 'c', 'r'), {
    method: 'POST',
    body: asking('go'),
    headers: { accept: 'text/event-stream' },
    signal: leaving.signal,
  })
  const reading = readStream(response, undefined, beats).catch((error: Error) => error.name)
  const line = dial(url, '/api/chat/ws', { t: 'resume', chat: 'c', run: 'r' })
  await expect.poll(() => beats.count, { timeout: 5_000 }).toBeGreaterThan(2)
  await expect.poll(() => line.items.filter(({ t }) => t === 'ping').length, { timeout: 5_000 }).toBeGreaterThan(2)
  leaving.abort()
  expect(await reading).toBe('AbortError')
})

test('a reader that does not read holds nothing up and fills no memory', async () => {
  const piece = 'x'.repeat(100_000)
  const { url, server } = await start({ answerer: parrot(Array<string>(400).fill(piece)), runs: { maxChars: 60e6 } })
  await post(address(url, 'c', 'r'), asking('go'))
  const sockets: { readonly writableLength: number }[] = []
  server.on('connection', (socket) => sockets.push(socket))
  const slow = await fetch(address(url, 'c', 'r'), { headers: { accept: 'text/event-stream' } })
  const line = dial(url, '/api/chat/ws', { t: 'resume', chat: 'c', run: 'r' })
  await line.opened
  line.socket.pause()
  // Others are served meanwhile, and by then the slow ones would have been given everything.
  expect(await readers['polling']!(url, 'c', 'r', '390')).toHaveLength(11)
  expect(sockets.length).toBeGreaterThanOrEqual(2)
  expect(Math.max(...sockets.map(({ writableLength }) => writableLength))).toBeLessThan(2_000_000)
  line.socket.resume()
  expect(spoken(await readStream(slow))).toHaveLength(401)
  await line.closed
  expect(spoken(line.items)).toHaveLength(401)
})
