import { expect, test } from 'vitest'
import { createServer as net } from 'node:net'
import { createConnection, createJournal, longPolling, replay, shared, type Recording, sse } from '../../src/index.js'
import { createChat, custom, plain, type ChatOperation } from '../../src/chat/index.js'
import { manualClock, scriptedTransport } from '../../src/testing/index.js'
import { setUpChat, chunk } from './chatSetUp.js'

const wait = (ms: number): Promise<void> => new Promise((r) => setTimeout(r, ms))

test('a torn answer to a long poll does not end a chat', async () => {
  let n = 0
  const methods: string[] = []
  const server = net((socket) => {
    socket.on('error', () => {})
    socket.on('data', (d) => {
      methods.push(String(d).split(' ')[0]!)
      const whole = JSON.stringify([
        { t: 'welcome' },
        { id: '1', data: 'hello' },
        { id: '2', event: 'done', data: '' },
        { t: 'end' },
      ])
      const body = n++ === 0 ? whole.slice(0, 40) : whole
      socket.end(`HTTP/1.0 200 OK\r\ncontent-type: application/json\r\n\r\n${body}`)
    })
  })
  await new Promise<void>((r) => server.listen(0, r))
  const url = `http://127.0.0.1:${(server.address() as { port: number }).port}/c`
  const chat = createChat({ transports: longPolling(url), protocol: plain(), backoff: { firstMs: 10 } })
  await Promise.race([chat.sendMessage({ text: 'q' }), wait(3000)])
  const m = chat.get().messages.at(-1)
  server.close()
  expect([m?.end?.state, chat.get().error?.code, methods]).toEqual(['complete', undefined, ['POST', 'GET']])
})

test('a journal of a chat is played again as it was', async () => {
  const journal = createJournal()
  const { chat, answer, clock } = setUpChat({ journal })
  for (const q of ['a', 'b']) {
    void chat.sendMessage({ text: q })
    await clock.pass(0)
    await answer('x')
  }
  const rec = JSON.parse(JSON.stringify(journal)) as Recording
  expect(replay(rec).map((s) => s.status)).toEqual(rec.entries.map(({ state }) => state.status))
})

test('a provider that hangs once does not hang every attempt after it', async () => {
  const clock = manualClock(1_000_000)
  let asked = 0
  const token = shared(() => (++asked === 1 ? new Promise<string>(() => {}) : 't'))
  let fetched = 0
  const fetch = (async () => {
    fetched++
    return new Response(new ReadableStream({ start() {} }), { headers: { 'content-type': 'text/event-stream' } })
  }) as typeof globalThis.fetch
  const c = createConnection({
    transports: sse('http://x.test/', { headers: async (a) => ({ authorization: await token(a) }) }),
    env: { clock, fetch, random: () => 1 },
  })
  c.subscribe(() => {})
  await clock.pass(300_000)
  c.close()
  expect([asked > 1, fetched > 0]).toEqual([true, true])
})

test('one connection that leaves does not fail the others that wait for the same token', async () => {
  const clock = manualClock(1_000_000)
  const token = shared(
    ({ signal }) =>
      new Promise<string>((ok, no) => {
        clock.after(1000, () => ok('t'))
        signal.addEventListener('abort', () => no(new DOMException('aborted', 'AbortError')))
      }),
  )
  const fetch = (async () =>
    new Response(new ReadableStream({ start() {} }), {
      headers: { 'content-type': 'text/event-stream' },
    })) as typeof globalThis.fetch
  const make = () =>
    createConnection({
      transports: sse('http://x.test/', { headers: async (a) => ({ authorization: await token(a) }) }),
      env: { clock, fetch, random: () => 1 },
    })
  const [a, b] = [make(), make()]
  a.subscribe(() => {})
  b.subscribe(() => {})
  await clock.pass(100)
  a.close()
  await clock.pass(1100)
  const s = b.state.get()
  b.close()
  expect([s.status, s.failures]).toEqual(['open', 0])
})

test('a header that cannot be sent is told at once, not tried for ever', async () => {
  const clock = manualClock(1_000_000)
  const c = createConnection({
    transports: sse('http://x.test/', { headers: { authorization: 'Bearer a\nb' } }),
    env: { clock, random: () => 1 },
  })
  c.subscribe(() => {})
  await clock.pass(600_000)
  const s = c.state.get()
  c.close()
  expect([s.status, s.attempt]).toEqual(['failed', 1])
})

test('metadata from the server sets no prototype', async () => {
  const ops = custom({
    name: 'ops',
    request: () => ({}),
    reader:
      () =>
      ({ data }) => [JSON.parse(data) as ChatOperation],
  })
  const { chat, say, clock, lastMessage } = setUpChat({ protocol: ops })
  void chat.sendMessage({ text: 'q' })
  await clock.pass(0)
  say({ type: 'metadata', metadata: { a: 1 } })
  chat.get()
  const call = JSON.parse('{"type":"metadata","metadata":{"__proto__":{"admin":true}}}') as object
  say(call)
  expect((lastMessage()?.metadata as { admin?: boolean } | undefined)?.admin).toBeUndefined()
})
void scriptedTransport
void chunk
