import os from 'node:os'
import { fetchEventSource } from '@microsoft/fetch-event-source'
import ReconnectingWebSocket from 'reconnecting-websocket'
import { expect, onTestFinished, test, vi } from 'vitest'
import WS from 'ws'
import { createPlaygroundServer } from '../../playground/server/app.js'
import type { Sample } from '../../playground/server/live.js'
import { dial, envelopeIn, type Item, readStream, spoken, start } from './rig.js'

const often = { live: { everyMs: 10 } }
const asStream = { headers: { accept: 'text/event-stream' } }

test('a sample tells the real machine: load, CPUs, memory and the event loop', async () => {
  const { url } = await start(often)
  const [item] = spoken(await envelopeIn(await fetch(`${url}/api/live?wait=5`)))
  const sample = JSON.parse(item!.data!) as Sample
  expect(sample.at).toBeGreaterThan(Date.now() - 60_000)
  expect(sample.load).toHaveLength(3)
  expect(sample.cpus.length).toBeGreaterThan(0)
  for (const busy of [...sample.cpus, sample.cpu]) expect(busy).toBeGreaterThanOrEqual(0)
  for (const busy of [...sample.cpus, sample.cpu]) expect(busy).toBeLessThanOrEqual(100)
  expect(sample.memory.used).toBeLessThan(sample.memory.total)
  expect(sample.memory.rss).toBeGreaterThan(1_000_000)
  expect(sample.lag.p99).toBeGreaterThanOrEqual(sample.lag.p50)
})

test('a loop that is held up shows in the lag', async () => {
  const { url } = await start({ live: { everyMs: 50 } })
  await fetch(`${url}/api/live?wait=5`)
  const until = performance.now() + 120
  while (performance.now() < until);
  const worst = async (): Promise<number> => {
    const items = spoken(await envelopeIn(await fetch(`${url}/api/live`)))
    return Math.max(...items.map(({ data }) => (JSON.parse(data!) as Sample).lag.p99))
  }
  await expect.poll(worst, { timeout: 5_000 }).toBeGreaterThan(50)
})

test('every transport reads the same feed', async () => {
  const { url } = await start(often)
  const line = dial(url, '/api/live/ws', { t: 'hello', v: 1 })
  const stream = await readStream(await fetch(`${url}/api/live`, asStream), (items) => items.length > 5)
  await expect.poll(() => spoken(line.items).length, { timeout: 5_000 }).toBeGreaterThan(5)
  const polled = await envelopeIn(await fetch(`${url}/api/live`))
  expect(stream[0]).toEqual({ t: 'welcome', resumed: true, heartbeatMs: 15_000 })
  expect(line.items[0]).toEqual(stream[0])
  for (const item of [...spoken(stream), ...spoken(line.items).slice(0, 3)]) expect(polled).toContainEqual(item)
  const cursor = polled.at(-3)!.id!
  const rest = await envelopeIn(await fetch(`${url}/api/live`, { headers: { 'last-event-id': cursor } }))
  expect(rest.slice(0, 2)).toEqual(polled.slice(-2))
  const asked = await envelopeIn(await fetch(`${url}/api/live?last_event_id=${cursor}`))
  expect(asked.slice(0, 2)).toEqual(polled.slice(-2))
})

test('only so many samples are kept, and a cursor that fell out of them is unknown', async () => {
  const { url } = await start({ live: { everyMs: 5, keep: 5 } })
  const first = spoken(await envelopeIn(await fetch(`${url}/api/live?wait=5`)))[0]!.id!
  const back = async (): Promise<Item[]> => envelopeIn(await fetch(`${url}/api/live?last_event_id=${first}`))
  await expect.poll(async () => (await back())[0], { timeout: 5_000 }).toEqual({ t: 'welcome', resumed: false })
  expect(spoken(await back())).toHaveLength(5)
})

test('after a restart the old ids are unknown: the server says so on every transport', async () => {
  const old = createPlaygroundServer(often)
  const oldUrl = await old.listen()
  const cursor = (await envelopeIn(await fetch(`${oldUrl}/api/live?wait=5`)))[0]!.id!
  await old.close()
  const { url } = await start(often)
  const line = dial(url, '/api/live/ws', { t: 'hello', v: 1, cursor })
  const headers = { ...asStream.headers, 'last-event-id': cursor }
  const stream = await readStream(await fetch(`${url}/api/live`, { headers }), (items) => items.length > 1)
  const polled = await envelopeIn(await fetch(`${url}/api/live?wait=5&last_event_id=${cursor}`))
  await expect.poll(() => line.items.length, { timeout: 5_000 }).toBeGreaterThan(1)
  for (const items of [stream, polled, line.items]) expect(items[0]).toMatchObject({ t: 'welcome', resumed: false })
  expect(spoken(stream)[0]!.id!.split('-')[0]).not.toBe(cursor.split('-')[0])
})

test('nothing is measured any more once the server is closed', async () => {
  const measured = vi.spyOn(os, 'loadavg')
  onTestFinished(() => measured.mockRestore())
  const playground = createPlaygroundServer({ live: { everyMs: 5 } })
  await playground.listen()
  await expect.poll(() => measured.mock.calls.length, { timeout: 5_000 }).toBeGreaterThan(2)
  await playground.close()
  const before = measured.mock.calls.length
  await new Promise((settle) => setTimeout(settle, 50))
  expect(measured.mock.calls.length).toBe(before)
})

test('a long poll with nothing new is held, and then empty', async () => {
  const { url } = await start({ live: { everyMs: 60_000 } })
  const since = performance.now()
  expect(await envelopeIn(await fetch(`${url}/api/live?wait=0.2`))).toEqual([])
  expect(performance.now() - since).toBeGreaterThan(190)
  expect(await envelopeIn(await fetch(`${url}/api/live?wait=nonsense`))).toEqual([])
})

test('@microsoft/fetch-event-source reads the feed', async () => {
  const { url } = await start(often)
  const leaving = new AbortController()
  const got: { id: string; event: string; data: string }[] = []
  // The package reaches for the page's window even where it is told not to look at it.
  Object.assign(globalThis, { window: globalThis, document: { addEventListener() {}, removeEventListener() {} } })
  onTestFinished(() => {
    Reflect.deleteProperty(globalThis, 'window')
    Reflect.deleteProperty(globalThis, 'document')
  })
  const reading = fetchEventSource(`${url}/api/live`, {
    signal: leaving.signal,
    openWhenHidden: true,
    onmessage: (message) => void got.push(message),
    onerror(error) {
      throw error
    },
  })
  await expect.poll(() => got.length, { timeout: 5_000 }).toBeGreaterThan(5)
  leaving.abort()
  await reading
  expect(got[0]).toMatchObject({ event: 'holdline', data: expect.stringContaining('welcome') as string })
  const samples = got.slice(1).filter(({ data }) => data)
  expect(samples.length).toBeGreaterThan(3)
  for (const { id, data } of samples)
    expect([id, JSON.parse(data)]).toEqual([expect.stringContaining('-'), expect.any(Object)])
})

test('reconnecting-websocket reads the feed once it has said hello, and again after a cut', async () => {
  const { url } = await start(often)
  const socket = new ReconnectingWebSocket(`${url.replace('http', 'ws')}/api/live/ws`, [], {
    WebSocket: WS,
    minReconnectionDelay: 10,
    maxReconnectionDelay: 20,
  })
  onTestFinished(() => socket.close())
  const items: Item[] = []
  let opened = 0
  socket.addEventListener('open', () => {
    opened += 1
    const cursor = spoken(items).at(-1)?.id
    socket.send(JSON.stringify({ t: 'hello', v: 1, cursor }))
  })
  socket.addEventListener('message', ({ data }) => void items.push(...(JSON.parse(String(data)) as Item[])))
  await expect.poll(() => items.length, { timeout: 5_000 }).toBeGreaterThan(3)
  await fetch(`${url}/api/faults/cut`, { method: 'POST' })
  await expect.poll(() => opened, { timeout: 5_000 }).toBe(2)
  const before = items.length
  await expect.poll(() => items.length, { timeout: 5_000 }).toBeGreaterThan(before + 3)
  const numbers = spoken(items).map(({ id }) => Number(id!.split('-')[1]))
  expect(numbers).toEqual(numbers.map((_, index) => numbers[0]! + index))
})
