import { describe, expect, test, vi } from 'vitest'
import { type ChatRecord, type ChatStore, storageStore, type ToolPart } from '../../src/chat/index.js'
import { chunk, setUpChat } from './chatSetUp.js'

const call = (id: string, name: string, text: string) =>
  chunk({ tool_calls: [{ index: 0, id, function: { name, arguments: text } }] })

describe('branches', () => {
  test('an edited question and what came after the old one are both kept, and can be shown again', async () => {
    const { chat, answer, texts } = setUpChat()
    void chat.sendMessage({ text: 'one' })
    await answer('first')
    void chat.sendMessage({ text: 'two' })
    await answer('second')
    const question = chat.get().messages[2]!.id
    void chat.edit(question, { text: 'two, better' })
    await answer('second, better')
    expect(texts()).toEqual(['one', 'first', 'two, better', 'second, better'])
    const edited = chat.get().messages[2]!.id
    expect(chat.branches(edited)).toEqual({ ids: [question, edited], index: 1 })
    chat.selectBranch(question)
    expect(texts()).toEqual(['one', 'first', 'two', 'second'])
    expect(chat.branches(question).index).toBe(0)
    // The first message of all has versions too.
    void chat.edit(chat.get().messages[0]!.id, { text: 'zero' })
    await answer('nothing')
    expect(texts()).toEqual(['zero', 'nothing'])
  })

  test('an edited question is asked with what stands before it, and no more', async () => {
    const { chat, answer, last } = setUpChat()
    void chat.sendMessage({ text: 'one' })
    await answer('first')
    void chat.sendMessage({ text: 'two' })
    await answer('second')
    void chat.edit(chat.get().messages[2]!.id, { text: 'two, better' })
    const { messages } = last().attempt.request!.body as { messages: { content: string }[] }
    expect(messages.map(({ content }) => content)).toEqual(['one', 'first', 'two, better'])
  })

  test('answers that were made anew are versions of one another', async () => {
    const { chat, answer, texts, lastMessage } = setUpChat()
    void chat.sendMessage({ text: 'one' })
    await answer('first')
    const old = lastMessage().id
    void chat.regenerate()
    expect(texts()).toEqual(['one'])
    await answer('first, again')
    expect(chat.branches(lastMessage().id)).toEqual({ ids: [old, lastMessage().id], index: 1 })
    chat.selectBranch(old)
    expect(texts()).toEqual(['one', 'first'])
  })

  test('a message that is not shown cannot be edited', async () => {
    const { chat, posts } = setUpChat()
    await expect(chat.edit('nobody', { text: 'x' })).rejects.toMatchObject({ code: 'no-such-message' })
    expect(chat.branches('nobody')).toEqual({ ids: [], index: -1 })
    expect(posts()).toHaveLength(0)
  })
})

describe('while an answer arrives', () => {
  test('the next message waits for its turn where that is asked for, in order', async () => {
    const { chat, answer, texts, posts } = setUpChat({ whileBusy: 'queue' })
    const done: string[] = []
    for (const text of ['one', 'two', 'three']) void chat.sendMessage({ text }).then(() => done.push(text))
    await Promise.resolve()
    expect(texts()).toEqual(['one'])
    expect(chat.get().queued.map(({ parts }) => parts)).toMatchObject([[{ text: 'two' }], [{ text: 'three' }]])
    await answer('first')
    expect(posts()).toHaveLength(2)
    await answer('second')
    await answer('third')
    expect(texts()).toEqual(['one', 'first', 'two', 'second', 'three', 'third'])
    expect(done).toEqual(['one', 'two', 'three'])
    expect(chat.get().queued).toEqual([])
  })

  test('what waits can be taken out of the queue, and is handed back', async () => {
    const { chat, answer, texts, posts } = setUpChat({ whileBusy: 'queue' })
    void chat.sendMessage({ text: 'one' })
    const two = chat.sendMessage({ text: 'two' })
    const three = chat.sendMessage({ text: 'three' })
    await Promise.resolve()
    const [waiting] = chat.get().queued
    expect(chat.cancelQueued(waiting!.id)).toBe(waiting)
    await expect(two).rejects.toMatchObject({ kind: 'aborted', code: 'cancelled' })
    expect(chat.get().queued).toHaveLength(1)
    expect(chat.cancelQueued(waiting!.id)).toBeUndefined()
    await answer('first')
    await answer('second')
    await three
    expect(texts()).toEqual(['one', 'first', 'three', 'second'])
    expect(posts()).toHaveLength(2)
  })

  test('the list of what waits is the same one as long as nothing joins or leaves it', async () => {
    const { chat, answer } = setUpChat({ whileBusy: 'queue' })
    const { queued } = chat.get()
    void chat.sendMessage({ text: 'one' })
    await answer('first')
    chat.cancelQueued('nobody')
    expect(chat.get().messages).toHaveLength(2)
    expect(chat.get().queued).toBe(queued)
  })

  test('what waits is rejected when the chat is disposed of', async () => {
    const { chat } = setUpChat({ whileBusy: 'queue' })
    void chat.sendMessage({ text: 'one' })
    const waiting = chat.sendMessage({ text: 'two' })
    chat.dispose()
    await expect(waiting).rejects.toMatchObject({ code: 'disposed' })
  })

  test('the next message stops the answer where that is asked for', async () => {
    const { chat, say, answer, texts } = setUpChat({ whileBusy: 'replace' })
    void chat.sendMessage({ text: 'one' })
    say(chunk({ content: 'fir' }))
    void chat.sendMessage({ text: 'two' })
    await answer('second')
    expect(texts()).toEqual(['one', 'fir', 'two', 'second'])
    expect(chat.get().messages[1]?.end).toMatchObject({ state: 'stopped' })
  })
})

describe('tools', () => {
  test('are run as soon as their input is whole, and the model is asked again with what they found', async () => {
    const calls: ToolPart[] = []
    const { chat, clock, say, answer, last, posts, lastMessage } = setUpChat({
      onToolCall(part) {
        calls.push(part)
        return { degrees: 21 }
      },
    })
    void chat.sendMessage({ text: 'weather?' })
    say(call('c1', 'weather', '{"city":"Par'))
    expect(lastMessage().parts).toMatchObject([{ state: 'input-streaming', input: { city: 'Par' } }])
    say(chunk({ tool_calls: [{ index: 0, function: { arguments: 'is"}' } }] }))
    say(chunk({}, 'tool_calls'))
    say('[DONE]')
    await clock.pass(0)
    expect(calls).toMatchObject([{ type: 'tool-weather', toolCallId: 'c1', input: { city: 'Paris' } }])
    expect(posts()).toHaveLength(2)
    expect(last().attempt.request?.method).toBe('POST')
    await answer('It is warm.')
    const { messages } = chat.get()
    expect(messages).toHaveLength(2)
    expect(lastMessage()).toMatchObject({
      parts: [
        { type: 'tool-weather', state: 'output-available', input: { city: 'Paris' }, output: { degrees: 21 } },
        { type: 'step-start' },
        { type: 'text', text: 'It is warm.' },
      ],
      end: { state: 'complete' },
    })
    // Once, whatever is told of it again.
    expect(calls).toHaveLength(1)
  })

  test('that throw are told to the model as errors', async () => {
    const { chat, clock, say, lastMessage, posts } = setUpChat({
      onToolCall: () => Promise.reject(new Error('no network')),
    })
    const told = vi.fn()
    process.once('uncaughtException', told)
    void chat.sendMessage({ text: 'weather?' })
    say(call('c1', 'weather', '{}'))
    say(chunk({}, 'tool_calls'))
    say('[DONE]')
    await clock.pass(0)
    expect(lastMessage().parts).toMatchObject([{ state: 'output-error', errorText: 'Error: no network' }])
    expect(posts()).toHaveLength(2)
  })

  test('may be answered from outside, and the model is asked when it is told to be', async () => {
    const { chat, clock, say, answer, posts, lastMessage } = setUpChat()
    void chat.sendMessage({ text: 'weather?' })
    say(call('c1', 'weather', '{}'))
    say(chunk({}, 'tool_calls'))
    say('[DONE]')
    await clock.pass(0)
    chat.addToolOutput({ toolCallId: 'c1', output: 'sun' })
    expect(lastMessage().parts).toMatchObject([{ state: 'output-available', output: 'sun' }])
    expect(posts()).toHaveLength(1)
    void chat.continue()
    await answer('Sunny.')
    expect(lastMessage().parts).toMatchObject([
      { state: 'output-available' },
      { type: 'step-start' },
      { text: 'Sunny.' },
    ])
  })

  test('show what they have found at once, also while the answer still arrives', async () => {
    const { chat, say, lastMessage } = setUpChat({
      protocol: { name: 'played', request: () => ({}), reader: () => (frame) => [JSON.parse(frame.data)] },
    })
    void chat.sendMessage({ text: 'weather?' })
    say({ type: 'tool', key: 'c', id: 'c', name: 'weather', change: { state: 'input-available', input: {} } })
    chat.addToolOutput({ toolCallId: 'c', output: 'sun' })
    expect(lastMessage().parts).toMatchObject([{ state: 'output-available', output: 'sun' }])
    say({ type: 'text', delta: 'Sunny' })
    expect(lastMessage().parts).toMatchObject([{ state: 'output-available', output: 'sun' }, { text: 'Sunny' }])
    const shown = lastMessage()
    expect(lastMessage()).toBe(shown)
    chat.dispose()
    expect(lastMessage().parts).toMatchObject([{ state: 'output-available' }, { text: 'Sunny' }])
  })

  test('that need approval wait for the user, and go on with the answer', async () => {
    const { chat, say, lastMessage, posts, clock } = setUpChat({
      protocol: {
        name: 'played',
        request: () => ({}),
        reader: () => (frame) => [JSON.parse(frame.data)],
      },
      sendAutomaticallyWhen: (messages) =>
        messages.at(-1)?.parts.every((part) => 'state' in part && part.state === 'approval-responded') ?? false,
    })
    void chat.sendMessage({ text: 'delete all?' })
    say({
      type: 'tool',
      key: 'c1',
      id: 'c1',
      name: 'delete',
      change: { state: 'input-available', input: { all: true } },
    })
    say({ type: 'tool', key: 'c1', change: { state: 'approval-requested', approval: { id: 'a1' } } })
    say({ type: 'finish', reason: 'tool-calls' })
    say({ type: 'done' })
    await clock.pass(0)
    expect(lastMessage().parts).toMatchObject([
      { state: 'approval-requested', input: { all: true }, approval: { id: 'a1' } },
    ])
    chat.addToolApprovalResponse({ id: 'a1', approved: false, reason: 'no' })
    expect(lastMessage().parts).toMatchObject([
      { state: 'approval-responded', approval: { id: 'a1', approved: false, reason: 'no' } },
    ])
    expect(posts()).toHaveLength(2)
  })
})

describe('an answer that was cut', () => {
  test('can be gone on with where it cannot be asked for', async () => {
    const { chat, clock, answer, last, lastMessage, transport } = setUpChat()
    void chat.sendMessage({ text: 'long?' })
    transport.last().message(chunk({ content: 'Once upon' }))
    transport.last().drop()
    await clock.pass(5_000)
    expect(lastMessage()).toMatchObject({ end: { state: 'truncated' } })
    void chat.continue()
    const { messages } = last().attempt.request!.body as { messages: { role: string; content: string }[] }
    expect(messages.map(({ role, content }) => `${role}: ${content}`)).toEqual(['user: long?', 'assistant: Once upon'])
    await answer(' a time')
    expect(chat.get().messages).toHaveLength(2)
    expect(
      lastMessage()
        .parts.map((part) => ('text' in part ? part.text : ''))
        .join(''),
    ).toBe('Once upon a time')
    expect(lastMessage().end?.state).toBe('complete')
  })
})

describe('an answer that stalls', () => {
  test('is asked for over a new line first, and then it is said; what comes after all makes up for it', async () => {
    const { chat, clock, say, transport, texts } = setUpChat({ heartbeat: false, stallAfterMs: 30_000 })
    void chat.sendMessage({ text: 'slow?' })
    say(chunk({ content: 'Well' }))
    await clock.pass(29_999)
    expect(transport.calls).toHaveLength(1)
    await clock.pass(1)
    expect(transport.calls.map(({ attempt }) => attempt.request?.method)).toEqual(['POST', 'GET'])
    transport.last().open()
    expect(chat.get().stalled).toBe(false)
    await clock.pass(30_000)
    expect(chat.get()).toMatchObject({ stalled: true, status: 'streaming', error: undefined })
    say(chunk({ content: ', here' }))
    expect(chat.get().stalled).toBe(false)
    expect(texts()).toEqual(['slow?', 'Well, here'])
    await clock.pass(30_000)
    expect(transport.calls).toHaveLength(3)
  })

  test('is not asked for where the server could only begin it again', async () => {
    const { chat, clock, transport } = setUpChat({ heartbeat: false })
    void chat.sendMessage({ text: 'slow?' })
    transport.last().message(chunk({ content: 'Well' }))
    await clock.pass(30_000)
    expect(transport.calls).toHaveLength(1)
    expect(chat.get()).toMatchObject({ stalled: true, status: 'streaming' })
  })

  test('leaves no timer behind', async () => {
    const { chat, clock, answer } = setUpChat()
    void chat.sendMessage({ text: 'quick?' })
    await answer('Yes.')
    expect([chat.get().stalled, clock.pending]).toEqual([false, 0])
  })
})

describe('a conversation that is kept', () => {
  function memory() {
    const kept = new Map<string, string>()
    const storage = {
      getItem: (key: string) => kept.get(key) ?? null,
      setItem: (key: string, value: string) => void kept.set(key, value),
    }
    return { kept, store: storageStore(storage) }
  }

  test('is there again after a reload, with its branches', async () => {
    const { store } = memory()
    const before = setUpChat({ id: 'c', persist: store })
    await before.clock.pass(0)
    void before.chat.sendMessage({ text: 'one' })
    await before.clock.pass(0)
    await before.answer('first')
    void before.chat.regenerate()
    await before.answer('first, again')
    await before.clock.pass(1_000)

    const after = setUpChat({ id: 'c', persist: store })
    await after.clock.pass(0)
    expect(after.texts()).toEqual(['one', 'first, again'])
    expect(after.chat.branches(after.lastMessage().id).ids).toHaveLength(2)
    expect(after.transport.calls).toHaveLength(0)
  })

  test('goes on with the answer that was arriving, by GET, and shows what had come until it has caught up', async () => {
    const { store } = memory()
    const before = setUpChat({ id: 'c', persist: store })
    await before.clock.pass(0)
    void before.chat.sendMessage({ text: 'one' })
    await before.clock.pass(0)
    before.say(chunk({ content: 'Once upon ' }))
    before.say(chunk({ content: 'a ti' }))
    before.surroundings.tell('hidden')
    await before.clock.pass(0)
    const { run } = before.last().attempt.request!.query

    const after = setUpChat({ id: 'c', persist: store })
    await after.clock.pass(0)
    expect(after.texts()).toEqual(['one', 'Once upon a ti'])
    expect(after.chat.get().status).toBe('reconnecting')
    expect(after.last().attempt).toMatchObject({
      cursor: undefined,
      request: { method: 'GET', query: { chat: 'c', run } },
    })
    after.say(chunk({ content: 'Once upon ' }))
    expect(after.texts()).toEqual(['one', 'Once upon a ti'])
    after.say(chunk({ content: 'a ti' }))
    after.say(chunk({ content: 'me' }))
    expect(after.texts()).toEqual(['one', 'Once upon a time'])
    await after.answer('.')
    expect(after.lastMessage().end?.state).toBe('complete')
    expect(after.posts()).toHaveLength(0)
  })

  test('says of an answer that cannot be gone on with that it was cut', async () => {
    const { store } = memory()
    const before = setUpChat({ id: 'c', persist: store })
    await before.clock.pass(0)
    void before.chat.sendMessage({ text: 'one' })
    await before.clock.pass(0)
    before.last().message(chunk({ content: 'Once upon' }))
    await before.clock.pass(1_000)

    const after = setUpChat({ id: 'c', persist: store })
    await after.clock.pass(0)
    expect(after.texts()).toEqual(['one', 'Once upon'])
    expect(after.lastMessage().end).toMatchObject({ state: 'truncated' })
    expect(after.chat.get().status).toBe('ready')
  })

  test('is not lost on the screen by a store that fails', async () => {
    const fail = (): never => {
      throw new Error('full')
    }
    const errors: unknown[] = []
    const keep = (error: unknown): void => void errors.push(error)
    const before = process.rawListeners('uncaughtException')
    process.removeAllListeners('uncaughtException').on('uncaughtException', keep)
    const { chat, clock, answer, texts } = setUpChat({ persist: { load: fail, save: fail } })
    await clock.pass(0)
    void chat.sendMessage({ text: 'one' })
    await clock.pass(0)
    await answer('first')
    await clock.pass(1_000)
    await new Promise((resolve) => setTimeout(resolve, 0))
    process.removeAllListeners('uncaughtException')
    for (const listener of before) process.on('uncaughtException', listener as () => void)
    expect(texts()).toEqual(['one', 'first'])
    expect(errors.length).toBeGreaterThan(0)
  })

  test('is not emptied by whoever leaves before it could be loaded, and nobody is left listening', async () => {
    const saved: ChatRecord[] = []
    const store: ChatStore = { load: () => new Promise(() => {}), save: (_, record) => void saved.push(record) }
    const { chat, clock, surroundings } = setUpChat({ persist: store })
    expect(surroundings.size()).toBe(0)
    chat.dispose()
    await clock.pass(1_000)
    expect(saved).toEqual([])
  })

  test('is loaded before the first message goes out, however slow the store is', async () => {
    let deliver = (_record: ChatRecord | undefined): void => {}
    const store: ChatStore = { load: () => new Promise((resolve) => (deliver = resolve)), save: () => {} }
    const { chat, clock, posts, texts } = setUpChat({ persist: store })
    void chat.sendMessage({ text: 'two' })
    await clock.pass(0)
    expect(posts()).toHaveLength(0)
    const parts = [{ type: 'text' as const, text: 'one' }]
    deliver({ tree: { messages: [{ id: 'old', role: 'user', parts }], after: { old: null }, shown: { '': 'old' } } })
    await clock.pass(0)
    expect(texts()).toEqual(['one', 'two'])
    expect(posts()).toHaveLength(1)
  })
})
