import { expect, test } from 'vitest'
import { sse } from 'holdline'
import { mercure } from 'holdline/dialects'
import { eventually, hold } from '../contract/listen.ts'
import { serve } from '../contract/server.ts'

/** A hub by the specification, with a history of so many updates. `before1` speaks as hubs before version 1 do. */
async function openHub({ history = 100, before1 = false } = {}) {
  const log: { id: string; data: string }[] = []
  let count = 0
  const readers = new Set<() => void>()
  const { origin, asked, wires } = await serve({
    http({ headers, query, path }, response) {
      if (path !== '/.well-known/mercure') return void response.writeHead(404).end()
      const cursor = headers['last-event-id'] ?? query.get(before1 ? 'lastEventID' : 'last_event_id') ?? undefined
      const known = log.findIndex(({ id }) => id === cursor)
      const fromEarliest = cursor !== undefined && known < 0
      // [spec] The update behind which it goes on; where there is none, or it is not known any more, "earliest".
      const from =
        cursor === undefined
          ? {}
          : { [before1 ? 'last-event-id' : 'mercure-last-event-id']: fromEarliest ? 'earliest' : cursor }
      let next = cursor === undefined ? log.length : known + 1
      response.writeHead(200, { 'content-type': 'text/event-stream', ...from }).write(':\n')
      const look = (): void => {
        for (const { id, data } of log.slice(next)) response.write(`id: ${id}\ndata: ${data}\n\n`)
        next = log.length
      }
      readers.add(look)
      response.on('close', () => readers.delete(look))
      look()
    },
  })
  return {
    url: `${origin}/.well-known/mercure?match=a`,
    asked,
    publish(...updates: readonly string[]) {
      for (const data of updates) log.push({ id: `urn:uuid:${++count}`, data })
      for (const look of readers) look()
      // Forgets the oldest, as a hub with a bounded history does.
      log.splice(0, log.length - history)
    },
    get readers() {
      return readers.size
    },
    cut() {
      for (const wire of wires) wire.destroy()
    },
  }
}

const dialect = mercure()

for (const before1 of [false, true]) {
  const hubs = before1 ? 'hubs before version 1' : 'hubs'

  test(`goes on behind the last update after a cut, with ${hubs}`, async () => {
    const hub = await openHub({ before1 })
    const { data, gaps } = hold({ transports: sse(hub.url, { dialect }) })
    await eventually(() => expect(hub.readers).toBe(1))
    hub.publish('one')
    await eventually(() => expect(data).toEqual(['one']))
    hub.cut()
    hub.publish('two')
    await eventually(() => expect(data).toEqual(['one', 'two']))
    expect(hub.asked.map(({ headers }) => headers['last-event-id'])).toEqual([undefined, 'urn:uuid:1'])
    expect(gaps).toEqual([])
  })

  test(`says the cursor in the query to another origin, with ${hubs}`, async () => {
    const hub = await openHub({ before1 })
    hub.publish('one', 'two')
    const env = { baseUrl: 'https://elsewhere.example/' }
    const { data, gaps } = hold({ transports: sse(hub.url, { dialect }), resumeFrom: 'urn:uuid:1', env })
    await eventually(() => expect(data).toEqual(['two']))
    expect(hub.asked[0]?.headers['last-event-id']).toBe(undefined)
    expect(gaps).toEqual([])
  })

  test(`tells of a gap where the history has lost the update, with ${hubs}`, async () => {
    const hub = await openHub({ before1, history: 2 })
    const { data, gaps, reach } = hold({ transports: sse(hub.url, { dialect }) })
    await eventually(() => expect(hub.readers).toBe(1))
    hub.publish('one')
    await eventually(() => expect(data).toEqual(['one']))
    hub.cut()
    hub.publish('two', 'three', 'four')
    await eventually(() => expect(data).toEqual(['one', 'three', 'four']))
    expect(gaps).toMatchObject([{ after: 'urn:uuid:1', before: undefined, reason: 'lost' }])
    await reach('open')
  })
}
