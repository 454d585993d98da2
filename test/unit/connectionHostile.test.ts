import { expect, test } from 'vitest'
import { createServer, type RequestListener } from 'node:http'
import {
  createConnection,
  createJournal,
  envelope,
  longPolling,
  observable,
  sse,
  type Ending,
} from '../../src/index.js'
import { manualClock, scriptedTransport } from '../../src/testing/index.js'
import { setUp } from './setUp.js'

const serve = async (listener: RequestListener): Promise<{ url: string; close(): void }> => {
  const server = createServer(listener)
  await new Promise<void>((r) => server.listen(0, r))
  return {
    url: `http://127.0.0.1:${(server.address() as { port: number }).port}/`,
    close: () => {
      server.closeAllConnections()
      server.close()
    },
  }
}
const wait = (ms: number): Promise<void> => new Promise((r) => setTimeout(r, ms))

test('what waits on an idle connection is rejected by close', async () => {
  const { connection, clock } = setUp()
  let out = 'pending'
  connection.send('x').then(
    () => (out = 'ok'),
    (e: { code: string }) => (out = e.code),
  )
  connection.close()
  await clock.pass(60_000)
  expect(out).toBe('closed')
})

test('401 with a Location asks for new credentials', async () => {
  const asked: boolean[] = []
  const s = await serve((q, r) => {
    if (q.headers.authorization !== 'new') return r.writeHead(401, { location: '/login' }).end()
    r.writeHead(200, { 'content-type': 'text/event-stream' }).write('data: hi\n\n')
  })
  const c = createConnection({
    transports: sse(s.url, { headers: ({ renew }) => (asked.push(renew), { authorization: renew ? 'new' : 'old' }) }),
  })
  const heard: string[] = []
  c.subscribe(({ data }) => heard.push(data))
  await wait(1600)
  const st = c.state.get()
  c.close()
  s.close()
  expect([heard, st.status, 'error' in st ? st.error?.code : '']).toEqual([['hi'], 'open', ''])
})

test('a body that takes longer than ten seconds to go up is sent once', async () => {
  const clock = manualClock(1_000_000)
  let posts = 0
  const fetch = ((_u: string, init: RequestInit) => {
    if (init.method !== 'POST')
      return Promise.resolve(
        new Response(
          new ReadableStream({
            start(c) {
              c.enqueue(new TextEncoder().encode(':\n\n'))
            },
          }),
          { headers: { 'content-type': 'text/event-stream' } },
        ),
      )
    posts++
    return new Promise<Response>((ok, no) => {
      const forget = clock.after(15_000, () => ok(new Response(null, { status: 204 })))
      init.signal?.addEventListener('abort', () => {
        forget()
        no(new DOMException('aborted', 'AbortError'))
      })
    })
  }) as typeof globalThis.fetch
  const c = createConnection({
    transports: sse('http://x.test/', { sendUrl: 'http://x.test/' }),
    env: { clock, fetch, random: () => 0.5 },
  })
  c.subscribe(() => {})
  await clock.pass(0)
  await wait(5)
  await clock.pass(0)
  let out = 'pending'
  c.send(new Blob([new Uint8Array(4_000_000)])).then(
    () => (out = 'ok'),
    () => (out = 'no'),
  )
  for (let n = 0; n < 300; n++) {
    await clock.pass(1000)
  }
  c.close()
  expect([out, posts]).toEqual(['ok', 1])
})

test('an old snapshot does not turn back a line that has gone on', async () => {
  let done = (_cursor: string): void => {}
  const { connection, last, clock } = setUp({ snapshot: () => new Promise((r) => (done = r)) })
  const heard: string[] = []
  const leave = connection.subscribe(({ id }) => heard.push(id!))
  last().message('m', { id: '1' })
  last().sink.welcome({ resumed: false })
  await clock.pass(0)
  expect(connection.state.get()).toMatchObject({ status: 'paused' })
  // a remount
  leave()
  connection.close()
  connection.subscribe(({ id }) => heard.push(id!))
  last().message('m', { id: '6' })
  last().message('m', { id: '7' })
  done('5')
  await clock.pass(0)
  // the server answers the cursor with what is behind it
  if (last().attempt.cursor === '5') for (const id of ['6', '7']) last().message('m', { id })
  last().message('m', { id: '8' })
  expect(heard).toEqual(['1', '6', '7', '8'])
})

test('a server that resets again and again is not asked without a wait, with a snapshot', async () => {
  const { connection, last, clock, transport } = setUp({ snapshot: async () => 'c' })
  connection.subscribe(() => {})
  for (let n = 0; n < 50; n++) {
    if (last().over) {
      await clock.pass(0)
      continue
    }
    last().message('m', { id: `m${n}` })
    last().end({ kind: 'reset' })
    await clock.pass(0)
  }
  expect(transport.calls.length).toBeLessThan(8)
})

test('a store that is an object with methods keeps the cursor', async () => {
  class Store {
    kept: string | undefined
    load() {
      return this.kept
    }
    save(c: string | undefined) {
      this.kept = c
    }
  }
  const seen: unknown[] = []
  const on = (e: unknown): void => void seen.push(e)
  process.on('uncaughtException', on)
  const persist = new Store()
  const { connection, last } = setUp({ persist })
  connection.subscribe(() => {})
  last().message('m', { id: '1' })
  await wait(10)
  process.off('uncaughtException', on)
  expect([persist.kept, seen.length]).toEqual(['1', 0])
})

test('upgradeAfterMs: 0 does not flood', async () => {
  const clock = manualClock(1_000_000)
  let dials = 0
  const a = { name: 'a', label: 'a', dial: async (): Promise<Ending> => (dials++, { kind: 'refused', status: 404 }) }
  const b = scriptedTransport('b')
  const c = createConnection({ transports: [a, b], env: { clock, random: () => 1 }, upgradeAfterMs: 0 })
  c.subscribe(() => {})
  await clock.pass(0)
  b.last().open()
  let guard = 0
  const { after } = clock
  void after
  // a real clock for one second
  c.close()
  dials = 0
  const b2 = scriptedTransport('b')
  const d = createConnection({ transports: [a, b2], upgradeAfterMs: 0 })
  d.subscribe(() => {})
  await wait(50)
  b2.last().open()
  await wait(1000)
  d.close()
  void guard
  expect(dials).toBeLessThan(10)
})

test('long polling: a cache that answers with the same messages is not asked without end', async () => {
  let asked = 0
  const s = await serve((_q, r) => {
    asked++
    r.writeHead(200, { 'content-type': 'application/json' }).end('[{"id":"1","data":"a"},{"id":"2","data":"b"}]')
  })
  const c = createConnection({ transports: longPolling(s.url, { dialect: envelope() }) })
  const heard: string[] = []
  c.subscribe(({ data }) => heard.push(data))
  await wait(2000)
  const st = c.state.get().status
  c.close()
  s.close()
  expect([heard, asked < 20, asked, st]).toEqual([['a', 'b'], true, asked, st])
})

test('a journal can be written whatever was thrown, and tells no header', async () => {
  const journal = createJournal()
  const cause = Object.assign(new Error('x'), {
    request: { headers: { authorization: 'Bearer secret' } },
    self: {} as unknown,
  })
  const { connection, last, clock } = setUp({ journal })
  connection.subscribe(() => {})
  last().drop(cause)
  await clock.pass(0)
  expect(JSON.stringify(journal)).not.toContain('secret')
  cause.self = cause
  expect(() => JSON.stringify(journal)).not.toThrow()
})

test('after close no timer is left, also when its listeners leave then', () => {
  const { connection, clock, last } = setUp()
  observable(connection).subscribe(() => {})
  last().open()
  connection.close()
  expect(clock.pending).toBe(0)
})

test('failed stays failed when the listener that heard of it leaves', async () => {
  const { connection, clock, last } = setUp()
  const leave = connection.subscribe(() => {})
  last().refuse(403)
  await clock.pass(0)
  leave()
  await clock.pass(5000)
  expect(connection.state.get().status).toBe('failed')
})

test('numbers that JSON cannot hold are not the same id', () => {
  const frames: unknown[] = []
  const sink = new Proxy({} as never, {
    get: (_t, n) => (v: unknown) => void (n === 'frame' && frames.push((v as { id: string }).id)),
  })
  envelope().read('[{"id":9007199254740992,"data":"a"},{"id":9007199254740993,"data":"b"}]', sink)
  expect(frames).not.toContain('9007199254740992')
})

test('a message in flight is not overtaken when it is given up', async () => {
  const { connection, last, clock } = setUp()
  connection.subscribe(() => {})
  let most = 0,
    now = 0
  const done: (() => void)[] = []
  last().open({
    serial: true,
    send: () => {
      most = Math.max(most, ++now)
      return new Promise((r) =>
        done.push(() => {
          now--
          r(undefined)
        }),
      )
    },
  })
  const a = new AbortController()
  void connection.send('a', { signal: a.signal }).catch(() => {})
  await clock.pass(0)
  a.abort()
  void connection.send('b')
  await clock.pass(0)
  expect(most).toBe(1)
  for (const d of done) d()
})
