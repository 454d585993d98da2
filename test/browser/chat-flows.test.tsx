import { describe, expect, test, vi } from 'vitest'
import type { HoldlineError } from 'holdline'
import { type ChatRecord, createChat, storageStore, textOf, type ToolPart } from 'holdline/chat'
import { scriptedChat } from 'holdline/testing'
import { createCensus } from '../tools/census.ts'
import { memory } from './chatKept.ts'
import { stages } from './chatStage.tsx'

const patient = { timeout: 5_000 }

describe.each(stages)('a conversation in $name', ({ mountChat }) => {
  test('is edited and asked again, and every version can be shown', async () => {
    const { options, run, clock } = scriptedChat()
    const screen = await mountChat(options)
    const texts = () => screen.now.messages.map(textOf)
    const answer = async (text: string): Promise<void> => {
      await clock.pass(0)
      run.text(text)
      run.finish()
    }
    void screen.now.sendMessage({ text: 'one' })
    await answer('first')
    await expect.poll(texts, patient).toEqual(['one', 'first'])
    void screen.now.edit(screen.now.messages[0]!.id, { text: 'two' })
    await answer('second')
    await expect.poll(texts, patient).toEqual(['two', 'second'])
    void screen.now.regenerate()
    await answer('second, again')
    await expect.poll(texts, patient).toEqual(['two', 'second, again'])

    const versions = (at: number) => screen.now.branches(screen.now.messages[at]!.id)
    expect(versions(0)).toMatchObject({ index: 1 })
    expect(versions(1)).toMatchObject({ index: 1 })
    screen.now.selectBranch(versions(1).ids[0]!)
    await expect.poll(texts, patient).toEqual(['two', 'second'])
    screen.now.selectBranch(versions(0).ids[0]!)
    await expect.poll(texts, patient).toEqual(['one', 'first'])
    screen.now.selectBranch(versions(0).ids[1]!)
    await expect.poll(texts, patient).toEqual(['two', 'second'])
    await screen.unmount()
  })

  test('shows what waits for its turn', async () => {
    const { options, run, transport, clock } = scriptedChat({ whileBusy: 'queue' })
    const screen = await mountChat(options)
    void screen.now.sendMessage({ text: 'one' })
    await clock.pass(0)
    run.text('1')
    void screen.now.sendMessage({ text: 'two' })
    const dropped = screen.now.sendMessage({ text: 'three' }).then(
      () => 'answered',
      ({ code }: HoldlineError) => code,
    )
    await expect.poll(() => screen.now.queued.map(textOf), patient).toEqual(['two', 'three'])
    expect(transport.calls).toHaveLength(1)
    run.finish()
    await expect.poll(() => screen.now.queued.map(textOf), patient).toEqual(['three'])
    await expect.poll(() => screen.now.messages.map(textOf), patient).toEqual(['one', '1', 'two'])
    await screen.unmount()
    expect(await dropped).toBe('disposed')
    await clock.pass(60_000)
    expect(transport.calls).toHaveLength(2)
    expect(clock.pending).toBe(0)
  })

  test('lets a newer question take the place of the one that is being answered', async () => {
    const { options, run, clock } = scriptedChat({ whileBusy: 'replace' })
    const screen = await mountChat(options)
    void screen.now.sendMessage({ text: 'one' })
    await clock.pass(0)
    run.text('1')
    void screen.now.sendMessage({ text: 'two' })
    await clock.pass(0)
    await expect.poll(() => screen.now.messages.map(textOf), patient).toEqual(['one', '1', 'two'])
    expect(screen.now.messages[1]!.end?.state).toBe('stopped')
    await screen.unmount()
  })

  test('runs tools, asks the user where that is due, and goes on with what was found', async () => {
    const onToolCall = vi.fn(({ type }: ToolPart) => (type === 'tool-clock' ? { time: '12:00' } : undefined))
    const { options, run, transport, clock } = scriptedChat({ onToolCall })
    const screen = await mountChat(options)
    void screen.now.sendMessage({ text: 'Delete it at noon' })
    await clock.pass(0)
    run.play({ type: 'tool-input', key: 'a', id: 'call-a', name: 'clock', delta: '{"zone":' })
    const states = () => screen.now.messages[1]?.parts.map((part) => ('state' in part ? part.state : part.type))
    await expect.poll(states, patient).toEqual(['input-streaming'])
    run.play({ type: 'tool-input', key: 'a', delta: '"utc"}' })
    run.play({ type: 'tool', key: 'a', change: { state: 'input-available' } })
    run.play({ type: 'tool', key: 'b', id: 'call-b', name: 'delete', change: { state: 'input-available', input: {} } })
    run.play({ type: 'tool', key: 'b', change: { state: 'approval-requested', approval: { id: 'may-i' } } })
    await expect.poll(states, patient).toEqual([expect.stringMatching('put-available'), 'approval-requested'])
    run.finish('tool-calls')
    await expect.poll(states, patient).toEqual(['output-available', 'approval-requested'])
    expect(transport.calls).toHaveLength(1)
    expect(onToolCall).toHaveBeenCalledWith(expect.objectContaining({ toolCallId: 'call-a', input: { zone: 'utc' } }))

    screen.now.addToolApprovalResponse({ id: 'may-i', approved: true })
    await expect.poll(() => transport.calls.length, patient).toBe(2)
    await clock.pass(0)
    run.text('Done')
    run.finish()
    await expect.poll(() => screen.now.messages.map(textOf), patient).toEqual(['Delete it at noon', 'Done'])
    expect(screen.now.status).toBe('ready')
    await screen.unmount()
  })

  test('takes the output of a tool from a component', async () => {
    const { options, run, transport, clock } = scriptedChat()
    const screen = await mountChat(options)
    void screen.now.sendMessage({ text: 'Where am I?' })
    await clock.pass(0)
    run.play({ type: 'tool', key: 'a', id: 'place', name: 'place', change: { state: 'input-available', input: {} } })
    run.finish('tool-calls')
    await expect.poll(() => screen.now.status, patient).toBe('ready')
    screen.now.addToolOutput({ toolCallId: 'place', output: 'here' })
    await expect
      .poll(() => screen.now.messages[1]!.parts, patient)
      .toMatchObject([{ state: 'output-available', output: 'here' }])
    void screen.now.continue()
    await clock.pass(0)
    run.text('Here.')
    run.finish()
    await expect.poll(() => textOf(screen.now.messages[1]!), patient).toBe('Here.')
    expect(transport.calls).toHaveLength(2)
    await screen.unmount()
  })

  test('says that an answer has stalled, and takes it back when it gets on', async () => {
    const { options, run, clock } = scriptedChat({ stallAfterMs: 5_000, resume: 'off' })
    const screen = await mountChat(options)
    void screen.now.sendMessage({ text: 'hi' })
    await clock.pass(0)
    run.text('a')
    await clock.pass(5_000)
    await expect.poll(() => screen.now.stalled, patient).toBe(true)
    run.text('b')
    await expect.poll(() => screen.now.stalled, patient).toBe(false)
    await screen.unmount()
  })

  test('asks with the options of the moment: another address, other headers, another body', async () => {
    const first = scriptedChat({ id: 'c', headers: { who: 'ann' }, body: { model: 'small' } })
    const second = scriptedChat({ id: 'c', headers: { who: 'bob' }, body: { model: 'large' } })
    const { body: _body, headers: _headers, ...bare } = first.options
    // What is left out at first may come later.
    const screen = await mountChat(bare)
    await screen.change(second.options)
    void screen.now.sendMessage({ text: 'hi' })
    await second.clock.pass(0)
    const { request } = second.transport.last().attempt
    expect(request?.body).toMatchObject({ model: 'large' })
    expect(request?.headers && (await (request.headers as () => unknown)())).toEqual({ who: 'bob' })
    expect(first.transport.calls).toHaveLength(0)
    await screen.unmount()
  })

  test('asks in the protocol of the moment, and runs the tools of the moment', async () => {
    const { options, run, transport, clock } = scriptedChat()
    const { protocol } = options
    const given = (model: string) => ({
      ...options,
      protocol: { ...protocol, request: () => ({ model }) },
      onToolCall: () => `found by ${model}`,
    })
    const screen = await mountChat(given('small'))
    await screen.change(given('large'))
    void screen.now.sendMessage({ text: 'hi' })
    await clock.pass(0)
    expect(transport.last().attempt.request?.body).toEqual({ model: 'large' })
    run.play({ type: 'tool', key: 'a', id: 'a', name: 'a', change: { state: 'input-available', input: {} } })
    run.finish('tool-calls')
    await expect.poll(() => screen.now.messages[1]?.parts[0], patient).toMatchObject({ output: 'found by large' })
    await screen.unmount()
  })

  test('asks once, and leaves nothing behind, however often it comes and goes', async () => {
    const script = scriptedChat()
    const census = createCensus(script.clock)
    const { surroundings, clock } = census.env
    const options = { ...script.options, env: { surroundings, clock } }
    for (let nth = 1; nth <= 100; nth++) {
      const screen = await mountChat(options)
      void screen.now.sendMessage({ text: `${nth}` })
      await script.clock.pass(0)
      script.run.text('Half an ans')
      expect(script.transport.calls).toHaveLength(nth)
      await screen.unmount()
      await script.clock.pass(0)
      expect(script.transport.last().over).toBe(true)
    }
    expect([census.timers, census.watchers, script.clock.pending]).toEqual([0, 0, 0])
  })
})

describe.each(stages)('a conversation that is kept, in $name', ({ mountChat }) => {
  test('is there again for the next component, and the answer that was arriving goes on by GET', async () => {
    const persist = storageStore(memory())
    const before = scriptedChat({ id: 'c', persist })
    const first = await mountChat(before.options)
    void first.now.sendMessage({ text: 'hi' })
    await expect.poll(() => before.transport.calls.length, patient).toBe(1)
    before.run.text('Hel')
    await first.unmount()
    await before.clock.pass(0)
    expect(before.transport.last().over).toBe(true)

    const after = scriptedChat({ id: 'c', persist })
    const second = await mountChat(after.options)
    await expect.poll(() => second.now.messages.map(textOf), patient).toEqual(['hi', 'Hel'])
    // In StrictMode too: of two chats that were made, one is used.
    expect(after.transport.calls.map(({ attempt }) => attempt.request?.method)).toEqual(['GET'])
    expect(second.now.status).toBe('reconnecting')
    after.run.text('Hel')
    after.run.text('lo')
    after.run.finish()
    await expect.poll(() => second.now.messages.map(textOf), patient).toEqual(['hi', 'Hello'])
    expect(second.now.messages[1]!.end?.state).toBe('complete')
    await second.unmount()
  })

  test('is found again when the component comes back to its id', async () => {
    const persist = storageStore(memory())
    const scripts = { a: scriptedChat({ id: 'a', persist }), b: scriptedChat({ id: 'b', persist }) }
    const screen = await mountChat(scripts.a.options)
    void screen.now.sendMessage({ text: 'in a' })
    await expect.poll(() => scripts.a.transport.calls.length, patient).toBe(1)
    scripts.a.run.text('Half')
    await screen.change(scripts.b.options)
    await expect.poll(() => screen.now.id, patient).toBe('b')
    expect(screen.now.messages).toEqual([])
    void screen.now.sendMessage({ text: 'in b' })
    await expect.poll(() => scripts.b.transport.calls.length, patient).toBe(1)
    scripts.b.run.text('b')
    scripts.b.run.finish()
    await expect.poll(() => screen.now.messages.map(textOf), patient).toEqual(['in b', 'b'])

    await screen.change(scripts.a.options)
    await expect.poll(() => screen.now.messages.map(textOf), patient).toEqual(['in a', 'Half'])
    expect(scripts.a.transport.calls.map(({ attempt }) => attempt.request?.method)).toEqual(['POST', 'GET'])
    await screen.change(scripts.b.options)
    await expect.poll(() => screen.now.messages.map(textOf), patient).toEqual(['in b', 'b'])
    await screen.unmount()
  })

  test('is not lost by a component that leaves before a slow store has answered', async () => {
    const record: ChatRecord = {
      tree: {
        messages: [{ id: 'old', role: 'user', parts: [{ type: 'text', text: 'old' }] }],
        after: { old: null },
        shown: { '': 'old' },
      },
    }
    let kept = record
    const persist = {
      load: () => new Promise<never>(() => {}),
      save: (_: string, next: ChatRecord) => void (kept = next),
    }
    const { options, clock } = scriptedChat({ id: 'c', persist })
    const screen = await mountChat(options)
    await screen.unmount()
    await clock.pass(2_000)
    expect(kept).toBe(record)
  })
})

describe.each(stages)('a chat that is shared, in $name', ({ mountShared }) => {
  test('belongs to all below where it was made of options, and hangs up with the one that shares it', async () => {
    const { options, run, transport, clock } = scriptedChat()
    const screen = await mountShared(options)
    const [one, other] = screen.now
    expect(one.chat).toBe(other.chat)
    void one.sendMessage({ text: 'hi' })
    await clock.pass(0)
    run.text('Hel')
    await expect
      .poll(() => screen.now.map(({ messages }) => messages.map(textOf)), patient)
      .toEqual([
        ['hi', 'Hel'],
        ['hi', 'Hel'],
      ])
    expect(transport.calls).toHaveLength(1)
    await screen.unmount()
    await clock.pass(0)
    expect(transport.last().over).toBe(true)
    expect(clock.pending).toBe(0)
  })

  test('goes on without the one that shares it where it was made elsewhere', async () => {
    const { options, run, transport, clock } = scriptedChat()
    const chat = createChat(options)
    const screen = await mountShared(chat)
    void screen.now[1].sendMessage({ text: 'hi' })
    await clock.pass(0)
    run.text('Hel')
    await screen.unmount()
    await clock.pass(0)
    expect(transport.last().over).toBe(false)
    chat.dispose()
  })
})
