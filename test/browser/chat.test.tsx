import { describe, expect, test, vi } from 'vitest'
import { createChat, type ChatFinish, type ChatMessage } from 'holdline/chat'
import { scriptedChat } from 'holdline/testing'
import { frameworks } from './frameworks.tsx'

const patient = { timeout: 5_000 }
const message = (id: string, role: ChatMessage['role'], text: string): ChatMessage => ({
  id,
  role,
  parts: [{ type: 'text', text }],
})

describe.each(frameworks)('a chat in $name', ({ mountChat }) => {
  test('asks once, shows the answer as it comes, and its end', async () => {
    const { options, run, transport } = scriptedChat({ id: 'c1' })
    const screen = await mountChat(options)
    expect(screen.text('id')).toBe('c1')
    expect(screen.text('status')).toBe('ready')
    const sent = screen.chat.sendMessage({ text: 'hi' })
    await expect.poll(() => screen.text('status'), patient).toBe('submitted')
    run.text('Hel')
    await expect.poll(() => screen.text('messages'), patient).toBe('user: hi | assistant: Hel')
    expect(screen.text('status')).toBe('streaming')
    run.text('lo')
    run.finish()
    await sent
    await expect.poll(() => screen.text('messages'), patient).toBe('user: hi | assistant: Hello (complete)')
    expect(screen.text('status')).toBe('ready')
    expect(transport.calls.map(({ attempt }) => attempt.request?.method)).toEqual(['POST'])
    await screen.unmount()
  })

  test('goes on where it was when the network breaks in mid-answer', async () => {
    const { options, run, transport, clock } = scriptedChat()
    const screen = await mountChat(options)
    const sent = screen.chat.sendMessage({ text: 'hi' })
    await clock.pass(0)
    run.text('Hel')
    run.drop()
    await expect.poll(() => screen.text('status'), patient).toBe('reconnecting')
    expect(screen.text('line')).toBe('waiting')
    await clock.pass(2_000)
    expect(transport.last().attempt).toMatchObject({ cursor: '1', request: { method: 'GET' } })
    run.text('lo')
    run.finish()
    await sent
    await expect.poll(() => screen.text('messages'), patient).toBe('user: hi | assistant: Hello (complete)')
    await screen.unmount()
  })

  test('of its own hangs up when the component has gone, and asks for nothing more', async () => {
    const { options, run, transport, clock } = scriptedChat()
    const screen = await mountChat(options)
    const sent = screen.chat.sendMessage({ text: 'hi' })
    await clock.pass(0)
    run.text('Hel')
    await screen.unmount()
    await sent
    await clock.pass(60_000)
    expect(transport.last().over).toBe(true)
    expect(transport.calls).toHaveLength(1)
    expect(clock.pending).toBe(0)
  })

  test('that is passed in is shared, and outlives the component', async () => {
    const { options, run, transport, clock } = scriptedChat()
    const chat = createChat(options)
    const one = await mountChat(chat)
    const other = await mountChat(chat)
    const sent = one.chat.sendMessage({ text: 'hi' })
    await clock.pass(0)
    run.text('Hel')
    await expect.poll(() => one.text('messages'), patient).toBe('user: hi | assistant: Hel')
    await expect.poll(() => other.text('messages'), patient).toBe('user: hi | assistant: Hel')
    await one.unmount()
    await other.unmount()
    await clock.pass(25_000)
    expect(transport.last().over).toBe(false)
    run.finish()
    await sent
    expect(chat.get()).toMatchObject({ status: 'ready', messages: [{}, { end: { state: 'complete' } }] })
    chat.dispose()
  })

  test('becomes another one with another id, and the old one hangs up', async () => {
    const a = scriptedChat({ id: 'a', messages: [message('1', 'user', 'in a')] })
    const b = scriptedChat({ id: 'b', messages: [message('2', 'user', 'in b')] })
    const screen = await mountChat(a.options)
    void screen.chat.sendMessage({ text: 'hi' })
    await a.clock.pass(0)
    a.run.text('never to be seen in b')

    await screen.change(b.options)
    await expect.poll(() => screen.text('messages'), patient).toBe('user: in b')
    expect(screen.text('id')).toBe('b')
    await a.clock.pass(0)
    expect(a.transport.last().over).toBe(true)
    void screen.chat.sendMessage({ text: 'there' })
    await b.clock.pass(0)
    b.run.text('yes')
    await expect.poll(() => screen.text('messages'), patient).toBe('user: in b | user: there | assistant: yes')
    await screen.unmount()
  })

  test('keeps the conversation when other options change, and asks with those of the moment', async () => {
    const first = scriptedChat({ body: { model: 'small' } })
    const early = vi.fn<(finish: ChatFinish) => void>()
    const late = vi.fn<(finish: ChatFinish) => void>()
    const screen = await mountChat({ ...first.options, onFinish: early })
    void screen.chat.sendMessage({ text: 'one' })
    await first.clock.pass(0)
    expect(first.transport.last().attempt.request?.body).toMatchObject({ model: 'small' })
    run(first, '1')
    await expect.poll(() => screen.text('messages'), patient).toBe('user: one | assistant: 1 (complete)')

    const second = scriptedChat()
    await screen.change({ ...second.options, body: () => ({ model: 'large' }), onFinish: late })
    expect(screen.text('messages')).toBe('user: one | assistant: 1 (complete)')
    void screen.chat.sendMessage({ text: 'two' })
    await first.clock.pass(0)
    expect(second.transport.last().attempt.request?.body).toMatchObject({ model: 'large' })
    run(second, '2')
    await expect
      .poll(() => screen.text('messages'), patient)
      .toBe('user: one | assistant: 1 (complete) | user: two | assistant: 2 (complete)')
    expect(early).toHaveBeenCalledTimes(1)
    expect(late).toHaveBeenCalledTimes(1)
    await screen.unmount()

    function run(script: typeof first, text: string): void {
      script.run.text(text)
      script.run.finish()
    }
  })

  test('can be stopped, asked again, told what to show, and forgiven', async () => {
    const { options, run, transport, clock } = scriptedChat()
    const screen = await mountChat(options)
    const sent = screen.chat.sendMessage({ text: 'hi' })
    await clock.pass(0)
    run.text('Hel')
    await screen.chat.stop()
    await sent
    await expect.poll(() => screen.text('messages'), patient).toBe('user: hi | assistant: Hel (stopped)')
    expect(transport.calls.map(({ attempt }) => attempt.request?.method)).toEqual(['POST', 'DELETE'])

    const again = screen.chat.regenerate()
    await clock.pass(0)
    run.fail('overloaded')
    await again
    await expect.poll(() => screen.text('error'), patient).toContain('overloaded')
    expect(screen.text('status')).toBe('error')
    screen.chat.clearError()
    await expect.poll(() => screen.text('status'), patient).toBe('ready')
    screen.chat.setMessages([message('1', 'user', 'anew')])
    await expect.poll(() => screen.text('messages'), patient).toBe('user: anew')
    await screen.unmount()
  })

  test('renders once per frame, however many pieces come', async () => {
    const { options, run, clock } = scriptedChat({ publish: 'frame' })
    const screen = await mountChat(options)
    void screen.chat.sendMessage({ text: 'hi' })
    await clock.pass(0)
    run.text('0')
    await expect.poll(() => screen.text('messages'), patient).toBe('user: hi | assistant: 0')
    const before = screen.renders
    for (let at = 1; at <= 200; at++) {
      run.text(` ${at}`)
      await Promise.resolve()
    }
    await clock.pass(20)
    await expect.poll(() => screen.text('messages'), patient).toContain(' 200')
    expect(screen.renders - before).toBe(1)
    await screen.unmount()
  })
})
