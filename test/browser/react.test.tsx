import { Activity, memo, StrictMode, useEffect, useState } from 'react'
import { hydrateRoot } from 'react-dom/client'
import { describe, expect, test, vi } from 'vitest'
import { render, renderHook } from 'vitest-browser-react'
import { createConnection, type Frame, type Transport } from 'holdline'
import { type Chat, type ChatOptions, createChat, storageStore, textOf } from 'holdline/chat'
import {
  ChatProvider,
  useChat,
  useConnection,
  useConnectionState,
  useFold,
  useMessage,
  useMessages,
  useReadable,
  useSharedChat,
} from 'holdline/react'
import { type ChatScript, manualClock, scriptedChat, scriptedTransport } from 'holdline/testing'
import { press } from '../support/press.ts'
import { memory } from './chatKept.ts'

const patient = { timeout: 5_000 }

/** Only a React that has `Activity` can put a part of a page away. */
const cannotPutAway = Activity === undefined

function setUp() {
  const clock = manualClock()
  const transport = scriptedTransport()
  return { clock, transport, options: { transports: transport, env: { clock, random: () => 1 } } }
}

/** A transport as an application writes it: made anew with each render, around what that render knows. */
const around = (transport: Transport, value: string, asked: string[]): Transport => ({
  ...transport,
  dial(attempt, sink) {
    asked.push(value)
    return transport.dial(attempt, sink)
  },
})

describe('useConnection', () => {
  test('keeps the line when its options are written anew, and calls the functions of the latest render', async () => {
    const { clock, transport, options } = setUp()
    const asked: string[] = []
    const hook = (token: string = '') =>
      useConnection({
        ...options,
        transports: around(transport, token, asked),
        decode: ({ data }: Frame) => `${token}:${data}`,
      })
    const { result, rerender } = await renderHook(hook, { initialProps: 'old' })
    const heard: string[] = []
    result.current.onMessage(({ data }) => heard.push(data))
    const { connection, send, onMessage } = result.current
    transport.last().message('1')
    await rerender('new')
    expect(result.current).toMatchObject({ connection, send, onMessage })
    transport.last().message('2')
    expect(heard).toEqual(['old:1', 'new:2'])
    expect(asked).toEqual(['old'])
    transport.last().drop()
    await clock.pass(5_000)
    expect(asked).toEqual(['old', 'new'])
  })

  test('makes another connection when one of its deps changes', async () => {
    const { clock, transport, options } = setUp()
    const { result, rerender } = await renderHook((room: number = 0) => useConnection(options, [room]), {
      initialProps: 1,
    })
    const first = result.current.connection
    await rerender(1)
    expect(result.current.connection).toBe(first)
    await rerender(2)
    expect(result.current.connection).not.toBe(first)
    expect(transport.calls).toHaveLength(2)
    await clock.pass(1_000)
    expect(transport.calls.map(({ over }) => over)).toEqual([true, false])
  })

  test('sends, hangs up and dials again', async () => {
    const { transport, options } = setUp()
    const { result } = await renderHook(() => useConnection(options))
    transport.last().open()
    await result.current.send('hello')
    expect(transport.last().sent).toEqual(['hello'])
    result.current.close()
    await expect.poll(() => result.current.state.status, patient).toBe('closed')
    result.current.reconnect()
    await expect.poll(() => result.current.state.status, patient).toBe('connecting')
    expect(transport.calls).toHaveLength(2)
  })

  test('misses no message with a listener that is new in every render', async () => {
    const { transport, options } = setUp()
    const heard: string[] = []
    const Room = () => {
      const { onMessage } = useConnection(options)
      const [last, setLast] = useState('')
      useEffect(() =>
        onMessage(({ data }) => {
          heard.push(data)
          setLast(data)
        }),
      )
      return last
    }
    await render(<Room />, { wrapper: StrictMode })
    const sent = Array.from({ length: 60 }, (_, at) => `m${at}`)
    for (const [at, text] of sent.entries()) {
      transport.last().message(text)
      // Some in a burst, some a macrotask apart, so that renders fall in between.
      if (at % 3 === 0) await new Promise((resume) => setTimeout(resume))
    }
    await expect.poll(() => heard, patient).toEqual(sent)
  })

  test.skipIf(cannotPutAway)(
    'a part of the page that is put away lets go, and takes hold again when it comes back',
    async () => {
      const { clock, transport, options } = setUp()
      const Room = () => <i data-testid="status">{useConnection(options).state.status}</i>
      const page = (mode: 'visible' | 'hidden') => (
        <Activity mode={mode}>
          <Room />
        </Activity>
      )
      const { rerender } = await render(page('visible'), { wrapper: StrictMode })
      transport.last().open()
      await rerender(page('hidden'))
      await clock.pass(1_000)
      expect(transport.last().over).toBe(true)
      await rerender(page('visible'))
      await expect.poll(() => transport.calls.length, patient).toBe(2)
    },
  )
})

test('useConnectionState only looks: it neither opens nor holds', async () => {
  const { clock, transport, options } = setUp()
  const connection = createConnection(options)
  const { result } = await renderHook(() => useConnectionState(connection))
  expect(result.current.status).toBe('idle')
  expect(transport.calls).toHaveLength(0)
  const leave = connection.subscribe(() => {})
  transport.last().open()
  await expect.poll(() => result.current.status, patient).toBe('open')
  leave()
  await clock.pass(1_000)
  await expect.poll(() => result.current.status, patient).toBe('closed')
})

test('useMessages keeps the last ones, and begins anew with another limit', async () => {
  const { transport, options } = setUp()
  const connection = createConnection(options)
  const { result, rerender } = await renderHook((limit: number = 2) => ({
    messages: useMessages(connection, { limit }),
    count: useFold(connection, (sum) => sum + 1, 0),
  }))
  const texts = () => result.current.messages.map(({ data }) => data)
  for (const text of ['a', 'b', 'c']) transport.last().message(text)
  await expect.poll(texts, patient).toEqual(['b', 'c'])
  const before = result.current.messages
  await rerender()
  expect(result.current.messages).toBe(before)
  await rerender(0)
  transport.last().message('d')
  await expect.poll(() => result.current.count, patient).toBe(4)
  expect(texts()).toEqual([])
  await rerender(1)
  expect(texts()).toEqual([])
  transport.last().message('e')
  await expect.poll(texts, patient).toEqual(['e'])
})

test('useFold reduces with the function of the latest render', async () => {
  const { transport, options } = setUp()
  const connection = createConnection(options)
  const { result, rerender } = await renderHook((step: number = 1) => useFold(connection, (sum) => sum + step, 0))
  transport.last().message('')
  await expect.poll(() => result.current, patient).toBe(1)
  await rerender(10)
  transport.last().message('')
  await expect.poll(() => result.current, patient).toBe(11)
})

test('useReadable calls its store as it stands', async () => {
  class Counter {
    count = 0
    readonly tell = new Set<() => void>()
    get(): number {
      return this.count
    }
    subscribe(listener: () => void): () => void {
      this.tell.add(listener)
      return () => void this.tell.delete(listener)
    }
  }
  const counter = new Counter()
  const { result, unmount } = await renderHook(() => useReadable(counter))
  counter.count = 1
  counter.tell.forEach((tell) => tell())
  await expect.poll(() => result.current, patient).toBe(1)
  await unmount()
  expect(counter.tell.size).toBe(0)
})

describe('useChat', () => {
  test('a row renders alone: what does not change is not rendered again', async () => {
    const { options, run, clock } = scriptedChat()
    const renders = new Map<string, number>()
    const Row = memo(({ chat, id }: { chat: Chat; id: string }) => {
      const message = useMessage(chat, id)
      // Counted where it happens; a test may.
      renders.set(id, (renders.get(id) ?? 0) + 1)
      return <li>{message && textOf(message)}</li>
    })
    const Box = () => {
      const { chat, messages, sendMessage } = useChat(options)
      return (
        <>
          <button onClick={() => void sendMessage({ text: 'hi' })}>send</button>
          <ul>
            {messages.map(({ id }) => (
              <Row key={id} chat={chat} id={id} />
            ))}
          </ul>
        </>
      )
    }
    const screen = await render(<Box />)
    for (const answer of ['one', 'two']) {
      await press(screen.getByRole('button'))
      await clock.pass(0)
      for (const piece of answer) {
        run.text(piece)
        await new Promise((resume) => setTimeout(resume))
      }
      run.finish()
      await expect.poll(() => screen.container.querySelector('ul')?.innerText, patient).toContain(answer)
    }
    const counts = [...renders.values()]
    expect(counts).toHaveLength(4)
    expect(counts[0]).toBe(1)
    expect(counts[2]).toBe(1)
    // Three pieces and an end; the first answer was not rendered for the sake of the second.
    expect(counts[1]).toBeLessThanOrEqual(5)
    expect(counts[1]).toBe(counts[3])
  })

  test('its functions stay the same from render to render', async () => {
    const { options } = scriptedChat()
    const { result, rerender } = await renderHook(() => useChat({ ...options }))
    const { chat, sendMessage, stop } = result.current
    await rerender()
    expect(result.current).toMatchObject({ chat, sendMessage, stop })
  })

  test.skipIf(cannotPutAway)('a part of the page that was put away can go on with its conversation', async () => {
    const { options, run, transport, clock } = scriptedChat({ id: 'c' })
    const Box = () => {
      const { messages, sendMessage } = useChat(options)
      return (
        <>
          <button onClick={() => void sendMessage({ text: 'hi' })}>send</button>
          <i data-testid="texts">{messages.map(textOf).join()}</i>
        </>
      )
    }
    const page = (mode: 'visible' | 'hidden') => (
      <Activity mode={mode}>
        <Box />
      </Activity>
    )
    const screen = await render(page('visible'), { wrapper: StrictMode })
    const ask = async (answer: string): Promise<void> => {
      await press(screen.getByRole('button'))
      await clock.pass(0)
      run.text(answer)
      run.finish()
    }
    await ask('one')
    await expect.element(screen.getByTestId('texts')).toHaveTextContent('hi,one')
    await screen.rerender(page('hidden'))
    await screen.rerender(page('visible'))
    await ask('two')
    await expect.element(screen.getByTestId('texts')).toHaveTextContent('hi,one,hi,two')
    expect(transport.last().attempt.request?.query).toMatchObject({ chat: 'c' })
  })

  test.skipIf(cannotPutAway)(
    'a part of the page that was put away in mid-answer takes it up again, where it is kept',
    async () => {
      const persist = storageStore(memory())
      const before = scriptedChat({ id: 'c', persist })
      // The same server, which tells the run from its start.
      const after = scriptedChat({ id: 'c', persist })
      const Box = ({ options }: { options: ChatOptions }) => {
        const { messages, sendMessage } = useChat(options)
        return <button onClick={() => void sendMessage({ text: 'hi' })}>{messages.map(textOf).join()}</button>
      }
      const page = (mode: 'visible' | 'hidden', { options }: ChatScript) => (
        <Activity mode={mode}>
          <Box options={options} />
        </Activity>
      )
      const screen = await render(page('visible', before), { wrapper: StrictMode })
      const text = () => screen.container.textContent
      await press(screen.getByRole('button'))
      await before.clock.pass(0)
      before.run.text('Hel')
      await expect.poll(text, patient).toBe('hi,Hel')
      await screen.rerender(page('hidden', before))
      await before.clock.pass(0)
      expect(before.transport.last().over).toBe(true)
      await screen.rerender(page('visible', after))
      await expect.poll(() => after.transport.calls.length, patient).toBe(1)
      expect(after.transport.last().attempt.request?.method).toBe('GET')
      after.run.text('Hel')
      after.run.text('lo')
      after.run.finish()
      await expect.poll(text, patient).toBe('hi,Hello')
      expect(before.transport.calls).toHaveLength(1)
      await screen.unmount()
    },
  )

  test('a provider does not render while an answer arrives', async () => {
    const { options, run, clock } = scriptedChat()
    const renders = { beside: 0, below: 0 }
    // Counted where it happens; a test may.
    const Beside = () => <i>{++renders.beside}</i>
    const Below = () => {
      const { messages, sendMessage } = useSharedChat()
      renders.below++
      return <button onClick={() => void sendMessage({ text: 'hi' })}>{messages.map(textOf).join()}</button>
    }
    const screen = await render(
      <ChatProvider chat={options}>
        <Beside />
        <Below />
      </ChatProvider>,
    )
    await press(screen.getByRole('button'))
    await clock.pass(0)
    for (const piece of 'Hello') run.text(piece)
    run.finish()
    await expect.element(screen.getByRole('button')).toHaveTextContent('hi,Hello')
    expect(renders.beside).toBe(1)
    expect(renders.below).toBeGreaterThan(1)
    await screen.unmount()
  })

  test('a chat may follow another one that was passed in', async () => {
    const first = createChat(scriptedChat({ id: 'first' }).options)
    const second = createChat(scriptedChat({ id: 'second' }).options)
    const { result, rerender } = await renderHook((chat: Chat = first) => useChat(chat))
    await rerender(second)
    expect(result.current.id).toBe('second')
    await rerender(first)
    expect(result.current.id).toBe('first')
  })
})

test('hydrates what a server has rendered, without a warning', async () => {
  const { transport, options } = setUp()
  const { options: chatOptions } = scriptedChat({ id: 'c' })
  const Page = () => {
    const { connection, state } = useConnection(options)
    const messages = useMessages(connection)
    const { id, status } = useChat(chatOptions)
    return <p>{`${state.status} ${messages.length} ${id} ${status}`}</p>
  }
  const complain = vi.spyOn(console, 'error')
  const host = document.createElement('div')
  host.innerHTML = '<p>idle 0 c ready</p>'
  const was = host.firstChild
  const root = hydrateRoot(host, <Page />)
  await expect.poll(() => host.innerText, patient).toBe('connecting 0 c ready')
  expect(host.firstChild).toBe(was)
  expect(complain).not.toHaveBeenCalled()
  expect(transport.calls).toHaveLength(1)
  root.unmount()
  complain.mockRestore()
})
