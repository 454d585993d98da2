import { connect, type Socket } from 'node:net'
import { expect, onTestFinished, test } from 'vitest'
import type { Lane, Report } from '../../playground/server/race.ts'
import type { Tally } from '../../playground/server/meter.ts'
import { openProxy, type ProxiedLine } from '../tools/proxy.ts'
import { dial, envelopeIn, readStream, spoken, start } from './rig.js'

const soon = { timeout: 10_000 }
const run = (url: string, query: string): Promise<Response> => fetch(`${url}/api/race/run?${query}`, { method: 'POST' })
const reportOf = async (url: string, race = 'r'): Promise<Report> =>
  (await (await fetch(`${url}/api/race/report?race=${race}`)).json()) as Report
const total = ({ up, down }: Tally): { up: number; down: number } => ({
  up: up.headers + up.payload,
  down: down.headers + down.payload,
})

/** One connection that stays, over which requests are written by hand: so it is known what each of them weighs. */
async function openByHand(url: string): Promise<{
  socket: Socket
  ask(path: string): Promise<{ up: number; down: number; body: number }>
}> {
  const { hostname, port } = new URL(url)
  const socket = connect(Number(port), hostname)
  onTestFinished(() => void socket.destroy())
  await new Promise((settle) => socket.once('connect', settle))
  return {
    socket,
    async ask(path) {
      const request = `GET ${path} HTTP/1.1\r\nhost: ${hostname}\r\naccept: application/json\r\n\r\n`
      const answer = await new Promise<Buffer>((settle) => {
        const chunks: Buffer[] = []
        const take = (chunk: Buffer): void => {
          chunks.push(chunk)
          const all = Buffer.concat(chunks)
          if (!all.toString('latin1').endsWith('0\r\n\r\n')) return
          socket.off('data', take)
          settle(all)
        }
        socket.on('data', take)
        socket.write(request)
      })
      const text = answer.toString('latin1')
      const chunked = text.slice(text.indexOf('\r\n\r\n') + 4)
      return { up: request.length, down: answer.length, body: parseInt(chunked, 16) }
    },
  }
}

test('of requests that share a connection each is charged to its own reader, to the byte', async () => {
  const { url } = await start()
  await run(url, 'race=r&rate=100&bytes=300')
  await expect.poll(async () => (await reportOf(url)).made, soon).toBeGreaterThan(10)
  await run(url, 'race=r&rate=0')
  const before = await reportOf(url)
  const { ask } = await openByHand(url)
  const polls = [await ask('/api/race?race=r&lane=polling')]
  const health = await ask('/api/health')
  const long = await ask('/api/race?race=r&lane=longPolling&wait=25')
  polls.push(await ask('/api/race?race=r&lane=polling&last_event_id=unknown'))

  const { lanes, rest } = await reportOf(url)
  const sum = (key: 'up' | 'down' | 'body'): number => polls.reduce((all, poll) => all + poll[key], 0)
  expect(lanes.polling).toEqual({
    requests: 2,
    connections: 1,
    open: 0,
    up: { headers: sum('up'), payload: 0 },
    down: { headers: sum('down') - sum('body'), payload: sum('body') },
  })
  expect(lanes.longPolling).toMatchObject({
    requests: 1,
    up: { headers: long.up, payload: 0 },
    down: { headers: long.down - long.body, payload: long.body },
  })
  expect(total(lanes.sse)).toEqual({ up: 0, down: 0 })
  // Beside this request there were the two reports.
  expect(rest.requests - before.rest.requests).toBe(2)
  expect(total(rest).down - total(before.rest).down).toBeGreaterThan(health.down)
})

test('what a proxy counts on each lane is what the report says, for streams and sockets as well', async () => {
  const { url } = await start()
  const seen = new Map<Lane, ProxiedLine[]>()
  async function via(lane: Lane): Promise<string> {
    const proxy = await openProxy(Number(new URL(url).port))
    const lines: ProxiedLine[] = []
    proxy.meet((line) => void lines.push(line))
    seen.set(lane, lines)
    return proxy.origin
  }
  await run(url, 'race=r&rate=50&bytes=100')
  const line = dial(await via('webSocket'), '/api/race/ws?race=r&lane=webSocket', { t: 'hello', v: 1 })
  const leaving = new AbortController()
  const stream = await fetch(`${await via('sse')}/api/race?race=r&lane=sse`, {
    headers: { accept: 'text/event-stream' },
    signal: leaving.signal,
  })
  const reading = readStream(stream, (items) => spoken(items).length === 40)
  const polled = await via('polling')
  let cursor = ''
  for (let count = 0; count < 40;) {
    const query = `race=r&lane=polling&wait=1${cursor && `&last_event_id=${cursor}`}`
    const items = spoken(await envelopeIn(await fetch(`${polled}/api/race?${query}`)))
    cursor = items.at(-1)?.id ?? cursor
    count += items.length
  }
  await run(url, 'race=r&rate=0')
  const { made } = await reportOf(url)
  await expect.poll(() => spoken(line.items).length, soon).toBe(made)
  await reading
  line.socket.close()
  await line.closed

  const counted = (lane: Lane): { up: number; down: number } => {
    const lines = seen.get(lane)!
    const sum = (way: 'up' | 'down'): number => lines.reduce((all, { moved }) => all + moved[way], 0)
    return { up: sum('up'), down: sum('down') }
  }
  const said = async (): Promise<unknown> => {
    const { lanes } = await reportOf(url)
    return { sse: total(lanes.sse), webSocket: total(lanes.webSocket), polling: total(lanes.polling) }
  }
  await expect
    .poll(said, soon)
    .toEqual({ sse: counted('sse'), webSocket: counted('webSocket'), polling: counted('polling') })

  const { lanes } = await reportOf(url)
  const contents = line.frames.reduce((all, frame) => all + Buffer.byteLength(frame), 0)
  expect(lanes.webSocket.down.payload).toBe(contents)
  expect(lanes.webSocket.up.payload).toBe('{"t":"hello","v":1}'.length)
  expect(lanes.webSocket).toMatchObject({ requests: 1, connections: 1, open: 0 })
  expect(lanes.polling.requests).toBeGreaterThan(5)
})

test('messages have the size that was ordered, are numbered, and stop when the race does', async () => {
  const { url } = await start()
  await run(url, 'race=r&rate=100&bytes=1000')
  await expect.poll(async () => (await reportOf(url)).made, soon).toBeGreaterThan(20)
  await run(url, 'race=r&rate=0')
  const { made } = await reportOf(url)
  const items = spoken(await envelopeIn(await fetch(`${url}/api/race?race=r&lane=polling`)))
  expect(items).toHaveLength(made)
  for (const { data } of items) expect(data).toHaveLength(1_000)
  expect(items.map(({ data }) => (JSON.parse(data!) as { n: number }).n)).toEqual(items.map((_, index) => index + 1))
  expect(await envelopeIn(await fetch(`${url}/api/race?race=other&lane=polling`))).toEqual([])
})

test('orders that make no sense are refused', async () => {
  const { url } = await start()
  for (const query of ['race=r', 'race=r&rate=101', 'race=r&rate=-1', 'race=r&rate=1&bytes=1000000', 'rate=1'])
    expect((await run(url, query)).status).toBe(400)
  expect((await fetch(`${url}/api/race?lane=sse`)).status).toBe(400)
  expect((await fetch(`${url}/api/race/report`)).status).toBe(400)
  const line = dial(url, '/api/race/ws?lane=webSocket', { t: 'hello', v: 1 })
  expect(await line.closed).toMatchObject({ code: 4400 })
})

test('the time on a CPU is that of the process', async () => {
  const { url } = await start()
  const before = await reportOf(url)
  const then = process.cpuUsage()
  while (process.cpuUsage(then).user < 60_000);
  const after = await reportOf(url)
  expect(after.cpuMs - before.cpuMs).toBeGreaterThan(60)
  expect(after.now - before.now).toBeGreaterThan(20)
})
