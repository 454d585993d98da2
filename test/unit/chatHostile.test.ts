import { expect, test, vi } from 'vitest'
import {
  createChat,
  custom,
  openAi,
  type ChatOptions,
  type ChatRecord,
  type ChatOperation,
} from '../../src/chat/index.js'
import { sse } from '../../src/index.js'
import { manualClock, scriptedTransport } from '../../src/testing/index.js'
import { createServer } from 'node:http'
import { setUpChat, chunk } from './chatSetUp.js'

const ops = custom({
  name: 'ops',
  request: ({ messages }) => ({ messages }),
  reader:
    () =>
    ({ data }) => [JSON.parse(data) as ChatOperation],
})

test('a sixth stream does not kill the answer', async () => {
  const server = createServer((_q, r) => {
    r.writeHead(200, { 'content-type': 'text/event-stream' })
    r.write('id: 1\ndata: {"choices":[{"index":0,"delta":{"content":"hello"}}]}\n\n')
    setTimeout(
      () =>
        r.end('id: 2\ndata: {"choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}\n\nid: 3\ndata: [DONE]\n\n'),
      50,
    )
  })
  await new Promise<void>((r) => server.listen(0, r))
  const url = `http://127.0.0.1:${(server.address() as { port: number }).port}/c`
  const spy = vi.spyOn(performance, 'getEntries').mockReturnValue([{ name: url, nextHopProtocol: 'http/1.1' } as never])
  const chats = Array.from({ length: 6 }, () => createChat({ transports: sse(url), protocol: openAi() }))
  await Promise.all(chats.map((c) => c.sendMessage({ text: 'q' })))
  spy.mockRestore()
  server.close()
  expect(chats.map((c) => c.get().messages.at(-1)?.end?.state)).toEqual(Array(6).fill('complete'))
})

test('a chat that is disposed of before it was loaded does not wipe what is kept', async () => {
  const record: ChatRecord = {
    tree: {
      messages: [{ id: 'a', role: 'user', parts: [{ type: 'text', text: 'precious' }] }],
      after: { a: null },
      shown: { '': 'a' },
    },
  }
  let kept: ChatRecord | undefined = record
  const persist = {
    load: async () => {
      await new Promise((r) => setTimeout(r, 5))
      return kept
    },
    save: (_: string, r: ChatRecord) => void (kept = r),
  }
  const chat = createChat({ id: 'x', transports: scriptedTransport(), protocol: ops, persist })
  chat.dispose()
  await new Promise((r) => setTimeout(r, 20))
  expect(kept).toBe(record)
})

test('a disposed chat asks nothing any more', async () => {
  let done = (_output: unknown): void => {}
  const { chat, say, posts, clock } = setUpChat({ onToolCall: () => new Promise((r) => (done = r)) })
  void chat.sendMessage({ text: 'q' })
  await clock.pass(0)
  say(chunk({ tool_calls: [{ index: 0, id: 'c1', function: { name: 'f', arguments: '{}' } }] }))
  say(chunk({}, 'tool_calls'))
  say('[DONE]')
  await clock.pass(0)
  chat.dispose()
  done('42')
  await clock.pass(0)
  expect(posts().length).toBe(1)
})

test('a queued question that cannot be asked is rejected, and the next has its turn', async () => {
  let bad = true
  const { chat, answer, posts, clock } = setUpChat({
    whileBusy: 'queue',
    body: ({ messages }) => {
      if (bad && messages.length > 1) {
        bad = false
        throw new Error('body')
      }
      return {}
    },
  })
  process.once('uncaughtException', () => {})
  void chat.sendMessage({ text: 'one' })
  await clock.pass(0)
  const out: string[] = []
  void chat.sendMessage({ text: 'two' }).then(
    () => out.push('ok'),
    () => out.push('no'),
  )
  void chat.sendMessage({ text: 'three' })
  await clock.pass(0)
  await answer('x')
  await clock.pass(100_000)
  expect([out, posts().length, chat.get().queued.length]).toEqual([['no'], 2, 0])
})

test('sendAutomaticallyWhen that throws is not hushed up and stops no queue', async () => {
  const seen: unknown[] = []
  const on = (e: unknown): void => void seen.push(e)
  process.on('uncaughtException', on)
  const errors: unknown[] = []
  const { chat, answer, posts, clock } = setUpChat({
    whileBusy: 'queue',
    onError: (e) => errors.push(e),
    sendAutomaticallyWhen: () => {
      throw new Error('user')
    },
  })
  void chat.sendMessage({ text: 'one' })
  await clock.pass(0)
  void chat.sendMessage({ text: 'two' })
  await clock.pass(0)
  await answer('x')
  await clock.pass(1000)
  await new Promise((r) => setTimeout(r, 10))
  process.off('uncaughtException', on)
  expect([seen.length + errors.length, posts().length]).toEqual([1, 2])
})

const two = async (options: Partial<ChatOptions>, id: string): Promise<string[]> => {
  const { chat, say, texts, clock } = setUpChat({ protocol: ops, ...options })
  for (const text of ['first', 'second']) {
    void chat.sendMessage({ text: `q ${text}` })
    await clock.pass(0)
    say({ type: 'message', id })
    say({ type: 'text', delta: text })
    say({ type: 'finish', reason: 'stop' })
    say({ type: 'done' })
    await clock.pass(0)
  }
  return texts()
}
test('a server that names every answer alike overwrites none', async () => {
  expect(await two({}, 'msg')).toEqual(['q first', 'first', 'q second', 'second'])
})

test('tool calls whose ids begin anew in each answer are run, and leave older ones alone', async () => {
  const ran: unknown[] = []
  const { chat, say, clock } = setUpChat({
    onToolCall: (c) => {
      ran.push(c.input)
      return ran.length
    },
    sendAutomaticallyWhen: () => false,
  })
  for (const q of [1, 2]) {
    void chat.sendMessage({ text: 'q' })
    await clock.pass(0)
    say(chunk({ tool_calls: [{ index: 0, id: 'call_0', function: { name: 'f', arguments: `{"q":${q}}` } }] }))
    say(chunk({}, 'tool_calls'))
    say('[DONE]')
    await clock.pass(0)
  }
  const outs = chat
    .get()
    .messages.flatMap((m) => m.parts)
    .filter((p) => p.type.startsWith('tool-'))
    .map((p) => (p as { output?: unknown }).output)
  expect([ran, outs]).toEqual([
    [{ q: 1 }, { q: 2 }],
    [1, 2],
  ])
})

test('ids that are numbers with holes: no storm of requests', async () => {
  const { chat, transport, clock } = setUpChat()
  void chat.sendMessage({ text: 'q' })
  await clock.pass(0)
  const log = Array.from({ length: 200 }, (_, n) => ({ id: String(1000 + n * 7), data: chunk({ content: `${n} ` }) }))
  // a server that knows the run, and tells what is behind the cursor
  let served = 0
  for (let guard = 0; guard < 1000 && served < transport.calls.length;) {
    const call = transport.calls[served++]!
    const at = log.findIndex(({ id }) => id === call.attempt.cursor)
    for (const { id, data } of log.slice(at + 1)) {
      if (call.over || call.attempt.signal.aborted) break
      call.message(data, { id })
    }
    await clock.pass(0)
    guard++
  }
  expect(transport.calls.length).toBeLessThan(5)
})

test('a stalled answer does not override Retry-After', async () => {
  const { chat, say, transport, clock, last } = setUpChat()
  void chat.sendMessage({ text: 'q' })
  await clock.pass(0)
  say(chunk({ content: 'a' }))
  last().end({ kind: 'refused', status: 503, retryAfterMs: 120_000 })
  await clock.pass(0)
  await clock.pass(100_000)
  expect(transport.calls.length).toBe(1)
})
test('a stall does not wake a line that rests in a hidden page', async () => {
  const { chat, say, transport, clock, surroundings } = setUpChat({ pauseAfterMs: 1000 })
  void chat.sendMessage({ text: 'q' })
  await clock.pass(0)
  say(chunk({ content: 'a' }))
  surroundings.tell('hidden')
  await clock.pass(100_000)
  expect([transport.calls.length, chat.get().connection.status]).toEqual([1, 'paused'])
})

test('a probe does not tear an answer that is told again', async () => {
  const clock = manualClock(1_000_000)
  const a = scriptedTransport('a')
  const b = scriptedTransport('b')
  const chat = createChat({
    transports: [a, b],
    publish: 'sync',
    env: { clock, random: () => 1 },
    upgradeAfterMs: 5000,
    protocol: { ...ops, resume: () => ({ replay: true }) },
  })
  void chat.sendMessage({ text: 'q' })
  await clock.pass(0)
  a.last().end({ kind: 'unusable', code: 'x', message: 'x' })
  await clock.pass(0)
  const say = (t: typeof a, d: unknown): void => t.last().message(d)
  say(b, { type: 'text', delta: 'Hello ' })
  await clock.pass(5000)
  say(b, { type: 'text', delta: 'wonderful ' })
  const probed = a.calls.length > 1
  if (probed) a.last().open()
  await clock.pass(0)
  for (const d of probed ? ['Hello ', 'wonderful ', 'world'] : ['world'])
    say(probed ? a : b, { type: 'text', delta: d })
  say(probed ? a : b, { type: 'finish', reason: 'stop' })
  say(probed ? a : b, { type: 'done' })
  await clock.pass(0)
  const m = chat.get().messages.at(-1)!
  expect([m.parts.map((p) => (p as { text: string }).text).join(''), m.end?.state]).toEqual([
    'Hello wonderful world',
    'complete',
  ])
})

test('an answer that the server has named is found again after a reload', async () => {
  let kept: ChatRecord | undefined
  const persist = {
    load: () => kept,
    save: (_: string, r: ChatRecord) => void (kept = JSON.parse(JSON.stringify(r)) as ChatRecord),
  }
  const one = setUpChat({ protocol: ops, persist, id: 'c', resume: 'off' })
  void one.chat.sendMessage({ text: 'q' })
  await one.clock.pass(0)
  one.say({ type: 'message', id: 'server-1' })
  one.say({ type: 'text', delta: 'half' })
  one.chat.dispose()
  const next = setUpChat({ protocol: ops, persist, id: 'c', resume: 'off' })
  await next.clock.pass(0)
  expect(next.lastMessage()).toMatchObject({ id: 'server-1', end: { state: 'truncated' } })
})

test('ids that are empty do not hang the page', async () => {
  // run in a child below
  expect(true).toBe(true)
})
