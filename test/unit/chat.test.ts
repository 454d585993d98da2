import { describe, expect, test, vi } from 'vitest'
import { type ChatMessage, type ChatOptions, createChat, openAi, plain, textOf } from '../../src/chat/index.js'
import { manualClock, type ScriptedCall, scriptedTransport } from '../../src/testing/index.js'

const chunk = (delta: object, finish: string | null = null) => ({
  choices: [{ index: 0, delta, finish_reason: finish }],
})

function setUp(options: Partial<ChatOptions> = {}) {
  const clock = manualClock(1_000_000)
  const transport = scriptedTransport()
  const frames: (() => void)[] = []
  let next = 0
  const chat = createChat({
    transports: transport,
    protocol: openAi(),
    generateId: () => `id-${++next}`,
    ...options,
    env: {
      clock,
      random: () => 1,
      frame(task) {
        frames.push(task)
        return () => void frames.splice(frames.indexOf(task), 1)
      },
      ...options.env,
    },
  })
  /** The server says something on the line that is open now, with the ids 1, 2, 3 … over all lines. */
  let id = 0
  const say = (data: unknown): void => transport.last().message(data, { id: String(++id) })
  const paint = (): void => frames.splice(0).forEach((frame) => frame())
  const answer = (): ChatMessage => chat.get().messages.at(-1)!
  const posts = (): ScriptedCall[] => transport.calls.filter(({ attempt }) => attempt.request?.method === 'POST')
  const stops = (): ScriptedCall[] => transport.calls.filter(({ attempt }) => attempt.request?.method === 'DELETE')
  return { clock, transport, chat, say, paint, answer, posts, stops, last: transport.last, frames }
}

test('an answer streams: submitted, streaming, ready', async () => {
  const { chat, say, answer, last } = setUp()
  const statuses: string[] = []
  chat.subscribe(() => statuses.at(-1) !== chat.get().status && statuses.push(chat.get().status))
  const done = chat.sendMessage({ text: 'hi' })
  expect(chat.get().messages).toMatchObject([{ role: 'user', parts: [{ type: 'text', text: 'hi' }] }])
  expect(last().attempt.request).toMatchObject({
    method: 'POST',
    query: { chat: chat.id },
    body: { stream: true, messages: [{ role: 'user', content: 'hi' }] },
  })
  say(chunk({ role: 'assistant', content: '' }))
  say(chunk({ reasoning_content: 'Hm.' }))
  say(chunk({ content: 'Hel' }))
  say(chunk({ content: 'lo' }))
  say(chunk({}, 'stop'))
  say({ choices: [], usage: { prompt_tokens: 3, completion_tokens: 2, total_tokens: 5 } })
  say('[DONE]')
  await done
  expect(answer()).toMatchObject({
    role: 'assistant',
    parts: [
      { type: 'reasoning', text: 'Hm.', state: 'done' },
      { type: 'text', text: 'Hello', state: 'done' },
    ],
    end: { state: 'complete', reason: 'stop', raw: 'stop' },
    usage: { inputTokens: 3, outputTokens: 2, totalTokens: 5 },
  })
  expect(statuses).toEqual(['submitted', 'streaming', 'ready'])
  expect(last().over).toBe(true)
})

describe('a cut', () => {
  test('in mid-answer is gone on from with GET and the cursor, never with a second POST', async () => {
    const { clock, chat, say, answer, posts, last } = setUp()
    const done = chat.sendMessage({ text: 'hi' })
    for (let i = 0; i < 10; i++) {
      say(chunk({ content: `${i} ` }))
      last().drop()
      await clock.pass(0)
      expect(chat.get()).toMatchObject({ status: 'reconnecting', connection: { status: 'waiting' } })
      await clock.pass(30_000)
      expect(last().attempt).toMatchObject({ cursor: String(i + 1), request: { method: 'GET' } })
      expect(last().attempt.request?.body).toBeUndefined()
    }
    say(chunk({}, 'stop'))
    say('[DONE]')
    await done
    expect(textOf(answer())).toBe('0 1 2 3 4 5 6 7 8 9 ')
    expect(posts()).toHaveLength(1)
  })

  test('before anything has come asks by GET whether the run is known, and says so if it is not', async () => {
    const { clock, chat, answer, posts, last } = setUp()
    const done = chat.sendMessage({ text: 'hi' })
    last().drop()
    await clock.pass(1000)
    expect(last().attempt.request?.method).toBe('GET')
    last().refuse(404)
    await done
    expect(answer()).toMatchObject({ parts: [], end: { state: 'error', error: { kind: 'missing', status: 404 } } })
    expect(chat.get()).toMatchObject({ status: 'error', error: { status: 404 } })
    expect(posts()).toHaveLength(1)
  })

  test('of an answer without ids cannot be gone on from: it is truncated, and its text is kept', async () => {
    const { clock, chat, answer, transport, last } = setUp()
    const done = chat.sendMessage({ text: 'hi' })
    last().message(chunk({ content: 'Half an ans' }))
    last().drop()
    await clock.pass(60_000)
    await done
    expect(textOf(answer())).toBe('Half an ans')
    expect(answer().end).toMatchObject({ state: 'truncated', error: { kind: 'network' } })
    expect(transport.calls).toHaveLength(1)
  })

  test('after the mark is no cut', async () => {
    const { chat, answer, last } = setUp()
    const done = chat.sendMessage({ text: 'hi' })
    last().message(chunk({ content: 'All.' }))
    last().message(chunk({}, 'length'))
    last().drop()
    await done
    expect(answer().end).toEqual({ state: 'complete', reason: 'length', raw: 'length' })
    expect(chat.get().status).toBe('ready')
  })

  test('that the server calls an end, without the mark, is truncated, never complete', async () => {
    const { chat, say, answer, last } = setUp()
    const done = chat.sendMessage({ text: 'hi' })
    say(chunk({ content: 'Half' }))
    last().finish('complete')
    await done
    expect(answer().end).toMatchObject({ state: 'truncated', error: { code: 'truncated' } })
    expect(chat.get().status).toBe('error')
  })

  test('by a server that starts anew leaves the text standing until the new one has caught up', async () => {
    const { clock, chat, say, answer, last, paint } = setUp()
    const done = chat.sendMessage({ text: 'hi' })
    say(chunk({ content: 'one ' }))
    say(chunk({ content: 'two ' }))
    last().drop()
    await clock.pass(1000)
    last().refuse(409)
    await clock.pass(0)
    expect(last().attempt.cursor).toBeUndefined()
    last().message(chunk({ content: 'ONE ' }), { id: '1' })
    paint()
    expect(textOf(answer())).toBe('one two ')
    last().message(chunk({ content: 'TWO THREE' }), { id: '2' })
    await clock.pass(20)
    paint()
    expect(textOf(answer())).toBe('ONE TWO THREE')
    last().message(chunk({}, 'stop'), { id: '3' })
    last().message('[DONE]', { id: '4' })
    await done
    expect(textOf(answer())).toBe('ONE TWO THREE')
  })

  test('that loses a message is asked for again once, and is truncated if it stays lost', async () => {
    const { chat, last, answer, transport } = setUp()
    const done = chat.sendMessage({ text: 'hi' })
    last().message(chunk({ content: 'one ' }), { id: '1' })
    last().message(chunk({ content: 'three ' }), { id: '3' })
    expect(transport.calls).toHaveLength(2)
    expect(last().attempt.cursor).toBe('1')
    last().message(chunk({ content: 'three ' }), { id: '3' })
    last().message(chunk({}, 'stop'), { id: '4' })
    last().message('[DONE]', { id: '5' })
    await done
    expect(textOf(answer())).toBe('one three ')
    expect(answer().end).toMatchObject({ state: 'truncated', raw: 'stop' })
  })
})

test('a request that was refused before it began may be sent again; nothing was begun twice', async () => {
  const { clock, chat, posts, last } = setUp()
  void chat.sendMessage({ text: 'hi' })
  last().refuse(429)
  await clock.pass(5000)
  expect(last().attempt.request?.method).toBe('POST')
  last().refuse(502)
  await clock.pass(5000)
  expect(last().attempt.request?.method).toBe('GET')
  expect(posts()).toHaveLength(2)
  chat.dispose()
})

describe('stop', () => {
  test('ends the answer here at once, and tells the server with a message of its own', async () => {
    const { chat, say, answer, stops, last } = setUp()
    const done = chat.sendMessage({ text: 'hi' })
    say(chunk({ content: 'Some' }))
    const line = last()
    const stopped = chat.stop()
    expect(chat.get().status).toBe('ready')
    expect(answer()).toMatchObject({ parts: [{ text: 'Some', state: 'done' }], end: { state: 'stopped' } })
    await Promise.all([stopped, done])
    expect(line.over).toBe(true)
    expect(stops()).toHaveLength(1)
    expect(stops()[0]?.attempt.request?.query).toEqual(line.attempt.request?.query)
  })

  test('of an answer that ends with its line sends nothing', async () => {
    const { chat, stops, last } = setUp({ resume: 'off' })
    void chat.sendMessage({ text: 'hi' })
    expect(last().attempt.request?.query).toEqual({})
    last().message(chunk({ content: 'Some' }))
    await chat.stop()
    expect(stops()).toHaveLength(0)
  })

  test('without an answer on its way does nothing', async () => {
    const { chat, transport } = setUp()
    await chat.stop()
    expect(transport.calls).toHaveLength(0)
  })
})

describe('one thing at a time', () => {
  test('a second message while an answer arrives is refused, and sends nothing', async () => {
    const { chat, posts } = setUp()
    void chat.sendMessage({ text: 'one' })
    await expect(chat.sendMessage({ text: 'two' })).rejects.toMatchObject({ kind: 'request', code: 'busy' })
    await expect(chat.regenerate()).rejects.toMatchObject({ code: 'busy' })
    expect(posts()).toHaveLength(1)
    chat.dispose()
  })

  test('regenerate takes the answer away and asks again; with an id, from there on', async () => {
    const { chat, say, last } = setUp({
      messages: [
        { id: 'q1', role: 'user', parts: [{ type: 'text', text: 'one' }] },
        { id: 'a1', role: 'assistant', parts: [{ type: 'text', text: 'first' }] },
        { id: 'q2', role: 'user', parts: [{ type: 'text', text: 'two' }] },
        { id: 'a2', role: 'assistant', parts: [{ type: 'text', text: 'second' }] },
      ],
    })
    void chat.regenerate({ messageId: 'a1' })
    expect(last().attempt.request?.body).toMatchObject({ messages: [{ content: 'one' }] })
    say(chunk({ content: 'again' }, 'stop'))
    say('[DONE]')
    expect(chat.get().messages.map(textOf)).toEqual(['one', 'again'])
    await expect(chat.regenerate({ messageId: 'nobody' })).rejects.toMatchObject({ code: 'nothing-to-regenerate' })
  })

  test('a disposed chat says so, and its line is hung up without a stop', async () => {
    const { chat, stops, last } = setUp()
    const done = chat.sendMessage({ text: 'hi' })
    chat.dispose()
    await done
    expect(last().over).toBe(true)
    expect(stops()).toHaveLength(0)
    await expect(chat.sendMessage({ text: 'more' })).rejects.toMatchObject({ code: 'disposed' })
  })
})

describe('publication', () => {
  test('shows the first token at once, then what has come with a frame, then the end at once', async () => {
    const { clock, chat, say, paint, answer } = setUp()
    void chat.sendMessage({ text: 'hi' })
    const shown = vi.fn()
    chat.subscribe(shown)
    say(chunk({ content: 'a' }))
    expect(textOf(answer())).toBe('a')
    shown.mockClear()
    for (let i = 0; i < 100; i++) say(chunk({ content: 'b' }))
    await clock.pass(20)
    expect(shown).not.toHaveBeenCalled()
    paint()
    expect(shown).toHaveBeenCalledTimes(1)
    expect(textOf(answer())).toBe(`a${'b'.repeat(100)}`)
    say(chunk({}, 'stop'))
    say('[DONE]')
    expect(chat.get().status).toBe('ready')
  })

  test('goes on where no frame is painted, four times a second', async () => {
    const { clock, chat, say, answer } = setUp()
    void chat.sendMessage({ text: 'hi' })
    say(chunk({ content: 'a' }))
    say(chunk({ content: 'b' }))
    await clock.pass(250)
    expect(textOf(answer())).toBe('ab')
    chat.dispose()
    expect(clock.pending).toBe(0)
  })

  test('leaves what did not change as it was', async () => {
    const { clock, chat, say, paint, answer } = setUp({
      messages: [{ id: 'old', role: 'assistant', parts: [{ type: 'text', text: 'old' }] }],
    })
    void chat.sendMessage({ text: 'hi' })
    say(chunk({ reasoning_content: 'Hm.' }))
    say(chunk({ content: 'a' }))
    await clock.pass(20)
    paint()
    const before = chat.get()
    const [reasoning] = answer().parts
    say(chunk({ content: 'b' }))
    expect(chat.get()).toBe(before)
    await clock.pass(20)
    paint()
    const after = chat.get()
    expect(after).not.toBe(before)
    expect(after.messages[0]).toBe(before.messages[0])
    expect(after.messages[1]).toBe(before.messages[1])
    expect(answer().parts[0]).toBe(reasoning)
    expect(answer()).not.toBe(before.messages[2])
    chat.dispose()
  })
})

describe('errors', () => {
  test('a model’s error in the stream ends the answer, keeps its text and calls onError and onFinish once', async () => {
    const [onError, onFinish] = [vi.fn(), vi.fn()]
    const { chat, say, answer } = setUp({ onError, onFinish })
    const done = chat.sendMessage({ text: 'hi' })
    say(chunk({ content: 'Some' }))
    say({ error: { message: 'Overloaded', type: 'server_error', code: 'overloaded' } })
    await done
    expect(answer()).toMatchObject({ parts: [{ text: 'Some' }], end: { state: 'error' } })
    expect(chat.get().error).toMatchObject({ message: 'Overloaded', code: 'overloaded' })
    expect([onError.mock.calls.length, onFinish.mock.calls.length]).toEqual([1, 1])
    chat.clearError()
    expect(chat.get()).toMatchObject({ status: 'ready', error: undefined })
  })

  test('what is not JSON ends the answer with a typed error', async () => {
    const { chat, say, answer } = setUp()
    const done = chat.sendMessage({ text: 'hi' })
    say('{"choices":')
    await done
    expect(answer().end).toMatchObject({ state: 'error', error: { kind: 'protocol', code: 'not-json' } })
  })

  test('options that cannot work are told in the state', async () => {
    const { chat } = setUp({ transports: [] })
    await chat.sendMessage({ text: 'hi' })
    expect(chat.get()).toMatchObject({ status: 'error', error: { code: 'bad-option' } })
  })
})

test('headers are asked for on every attempt, and the body can be added to', async () => {
  const headers = vi.fn(async () => ({ authorization: 'Bearer 1' }))
  const { chat, last } = setUp({ headers, body: ({ chatId }) => ({ chat_id: chatId, stream: 'mine' }) })
  void chat.sendMessage({ text: 'hi' }, { headers: { 'x-one': '1' }, body: { seed: 7 } })
  const { request } = last().attempt
  expect(request?.body).toMatchObject({ chat_id: chat.id, stream: 'mine', seed: 7 })
  const given = request?.headers as () => Promise<object>
  expect(await given()).toEqual({ authorization: 'Bearer 1', 'x-one': '1' })
  await given()
  expect(headers).toHaveBeenCalledTimes(2)
  chat.dispose()
})

test('the plain envelope: pieces of text, and the end that the line tells', async () => {
  const { chat, say, answer, last } = setUp({ protocol: plain() })
  const done = chat.sendMessage({ text: 'hi' })
  say('Hel')
  say('lo')
  last().finish('complete')
  await done
  expect(answer()).toMatchObject({ parts: [{ text: 'Hello' }], end: { state: 'complete', raw: 'complete' } })
})

test.each([
  ['stopped', 'stopped'],
  ['truncated', 'truncated'],
  ['error', 'error'],
] as const)('the line’s end %s makes the answer %s', async (word, state) => {
  const { chat, say, answer, last } = setUp({ protocol: plain() })
  const done = chat.sendMessage({ text: 'hi' })
  say('Hel')
  last().finish(word)
  await done
  expect(answer().end?.state).toBe(state)
})

test('a line that the server closes without saying that this is the end is no end: the page comes back', async () => {
  const { clock, chat, say, answer, last } = setUp({ protocol: plain() })
  const done = chat.sendMessage({ text: 'hi' })
  say('Hel')
  last().end({ kind: 'finished' })
  await clock.pass(1000)
  expect(last().attempt).toMatchObject({ cursor: '1', request: { method: 'GET' } })
  say('lo')
  last().finish('complete')
  await done
  expect(answer()).toMatchObject({ parts: [{ text: 'Hello' }], end: { state: 'complete' } })
})

test('a run that the server no longer knows is truncated at once, not after five tries', async () => {
  const { clock, chat, say, answer, transport, last } = setUp()
  const done = chat.sendMessage({ text: 'hi' })
  say(chunk({ content: 'Half' }))
  last().drop()
  await clock.pass(1000)
  last().refuse(404)
  await done
  expect(answer().end).toMatchObject({ state: 'truncated', error: { status: 404 } })
  expect(transport.calls).toHaveLength(2)
})

test('the next question can be asked from onFinish, and a callback that throws leaves nobody waiting', async () => {
  const before = process.listeners('uncaughtException')
  const thrown: unknown[] = []
  process.removeAllListeners('uncaughtException').on('uncaughtException', (error) => thrown.push(error))
  let asked = 0
  const { chat, last, posts } = setUp({
    onFinish() {
      if (asked++ === 0) void chat.sendMessage({ text: 'two' })
      throw new Error('mine')
    },
  })
  const done = chat.sendMessage({ text: 'one' })
  last().message(chunk({ content: 'a' }, 'stop'), { id: '1' })
  last().message('[DONE]', { id: '2' })
  await done
  expect(posts()).toHaveLength(2)
  expect(chat.get()).toMatchObject({ status: 'submitted', messages: [{}, {}, { role: 'user' }] })
  await chat.stop()
  await new Promise((later) => setTimeout(later))
  process.removeAllListeners('uncaughtException')
  for (const listener of before) process.on('uncaughtException', listener)
  expect(thrown).toEqual([new Error('mine'), new Error('mine')])
})

test('a stop while the model is still thinking reaches the server', async () => {
  const { chat, stops } = setUp()
  void chat.sendMessage({ text: 'hi' })
  expect(chat.get().status).toBe('submitted')
  await chat.stop()
  expect(stops()).toHaveLength(1)
})

test('a GET that is refused after the POST was answered leads to no second POST', async () => {
  const { clock, chat, posts, last } = setUp()
  void chat.sendMessage({ text: 'hi' })
  last().open()
  last().refuse(503)
  await clock.pass(5000)
  expect(last().attempt.request?.method).toBe('GET')
  expect(posts()).toHaveLength(1)
  chat.dispose()
  expect(chat.get().status).toBe('ready')
})

test('an answer without ids is not doubled by a reconnect that could only begin it again', async () => {
  const { chat, answer, transport, last } = setUp()
  const done = chat.sendMessage({ text: 'hi' })
  last().message(chunk({ content: 'Half' }))
  chat.reconnect()
  expect(transport.calls).toHaveLength(1)
  last().message(chunk({ content: ' and more' }, 'stop'))
  last().message('[DONE]')
  await done
  expect(textOf(answer())).toBe('Half and more')
})

test('a new answer after a new start is the answer, even where it is shorter than the old one', async () => {
  const { clock, chat, say, answer, last } = setUp()
  const done = chat.sendMessage({ text: 'hi' })
  say(chunk({ content: 'a long first answer' }))
  last().drop()
  await clock.pass(1000)
  last().refuse(409)
  await clock.pass(0)
  last().message(chunk({ content: 'short' }, 'stop'), { id: '1' })
  last().message('[DONE]', { id: '2' })
  await done
  expect(textOf(answer())).toBe('short')
})

test('a request that cannot be made leaves no question behind', async () => {
  let bad = true
  const { chat } = setUp({
    body() {
      if (bad) throw new Error('not yet')
      return {}
    },
  })
  await expect(chat.sendMessage({ text: 'hi' })).rejects.toThrow('not yet')
  expect(chat.get()).toMatchObject({ status: 'ready', messages: [] })
  bad = false
  void chat.sendMessage({ text: 'hi' })
  expect(chat.get().messages).toHaveLength(1)
  chat.dispose()
})

test.each([
  ['the plain envelope', plain()],
  ['Chat Completions', openAi()],
])('a line’s end `error` is an error over %s', async (_name, protocol) => {
  const { chat, last, answer } = setUp({ protocol })
  const done = chat.sendMessage({ text: 'hi' })
  last().finish('error')
  await done
  expect(answer().end?.state).toBe('error')
})
