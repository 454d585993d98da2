import { afterEach, describe, expect, test, vi } from 'vitest'
import { render } from 'vitest-browser-vue'
import {
  computed,
  createSSRApp,
  defineComponent,
  effectScope,
  h,
  isReadonly,
  KeepAlive,
  nextTick,
  reactive,
  ref,
  shallowRef,
  watch,
  watchEffect,
} from 'vue'
import { createConnection } from 'holdline'
import { type Chat, textOf } from 'holdline/chat'
import { manualClock, scriptedChat, scriptedTransport } from 'holdline/testing'
import {
  useChat,
  useCompletion,
  useConnection,
  useConnectionState,
  useFold,
  useMessage,
  useMessages,
  useReadable,
  useSmoothText,
  useWebSocket,
} from 'holdline/vue'
import { press } from '../support/press.ts'
import { keptInMidAnswer } from './chatKept.ts'

const patient = { timeout: 5_000 }

function setUp(name?: string) {
  const clock = manualClock()
  const transport = scriptedTransport(name)
  return { clock, transport, options: { transports: transport, env: { clock } } }
}

/** Runs setup in a component of its own, as an application does. */
async function mount<T>(setup: () => T) {
  let result!: T
  const screen = await render(
    defineComponent(() => {
      result = setup()
      return () => h('i')
    }),
  )
  return { result, unmount: screen.unmount }
}

describe('useConnection', () => {
  test('opens only once it is mounted', async () => {
    const { transport, options } = setUp()
    let dialled = -1
    const { result } = await mount(() => {
      const used = useConnection(options)
      dialled = transport.calls.length
      return used
    })
    expect(dialled).toBe(0)
    expect(transport.calls).toHaveLength(1)
    expect(result.state.value.status).toBe('connecting')
    expect(isReadonly(result.state)).toBe(true)
  })

  test('with a getter: what changes in it makes another connection, and onMessage hears that one too', async () => {
    const rooms = [setUp('zero'), setUp('one')]
    const room = ref(0)
    const heard: string[] = []
    const { result } = await mount(() => {
      const used = useConnection(() => rooms[room.value]!.options)
      used.onMessage(({ data }) => heard.push(data))
      return used
    })
    rooms[0]!.transport.last().message('a')
    room.value = 1
    await nextTick()
    rooms[0]!.transport.last().message('from the old room')
    rooms[1]!.transport.last().message('b')
    expect(heard).toEqual(['a', 'b'])
    expect(result.state.value).toMatchObject({ status: 'open', transport: 'one' })
    await result.send('hello')
    expect(rooms[1]!.transport.last().sent).toEqual(['hello'])
    await rooms[0]!.clock.pass(1_000)
    expect(rooms[0]!.transport.last().over).toBe(true)
  })

  test('sends, hangs up and dials again', async () => {
    const { transport, options } = setUp()
    const { result } = await mount(() => useConnection(options))
    transport.last().open()
    await result.send('hello')
    expect(transport.last().sent).toEqual(['hello'])
    result.close()
    expect(result.state.value.status).toBe('closed')
    result.reconnect()
    expect(result.state.value.status).toBe('connecting')
  })

  test('works in an effect scope without a component, and goes with it', async () => {
    const { clock, transport, options } = setUp()
    const heard: string[] = []
    const scope = effectScope()
    const used = scope.run(() => {
      const connection = useConnection(options)
      connection.onMessage(({ data }) => heard.push(data))
      return { ...connection, messages: useMessages(connection.connection) }
    })!
    transport.last().message('a')
    await expect.poll(() => used.messages.value.length, patient).toBe(1)
    scope.stop()
    await clock.pass(1_000)
    expect(transport.last().over).toBe(true)
    expect(transport.calls).toHaveLength(1)
    expect(heard).toEqual(['a'])
  })

  test('a listener that throws harms nobody else, and one that has left hears nothing', async () => {
    const { transport, options } = setUp()
    const { result } = await mount(() => useConnection(options))
    const heard: string[] = []
    result.onMessage(() => {
      throw new Error('a bad listener')
    })
    const leave = result.onMessage(({ data }) => heard.push(data))
    const told = vi.fn<(message: string) => void>()
    const listen = (event: ErrorEvent): void => {
      event.stopImmediatePropagation()
      event.preventDefault()
      told(event.message)
    }
    window.addEventListener('error', listen, { capture: true })
    transport.last().message('a')
    leave()
    transport.last().message('b')
    await expect.poll(() => told.mock.calls.length, patient).toBe(2)
    window.removeEventListener('error', listen, { capture: true })
    expect(heard).toEqual(['a'])
  })
})

describe('KeepAlive', () => {
  const Other = defineComponent(() => () => h('i', 'other'))

  /** A page with a view that can be put away. */
  async function kept(setup: () => () => unknown) {
    const shown = ref(true)
    const View = defineComponent(() => setup() as () => ReturnType<typeof h>)
    const screen = await render(
      defineComponent(() => () => h(KeepAlive, null, { default: () => h(shown.value ? View : Other) })),
    )
    return {
      text: () => screen.container.textContent,
      unmount: screen.unmount,
      async show(yes: boolean): Promise<void> {
        shown.value = yes
        await nextTick()
      },
    }
  }

  test('a view that is put away lets go of its connection, and takes hold of it again', async () => {
    const { clock, transport, options } = setUp()
    const page = await kept(() => {
      const { state, connection } = useConnection(options)
      const count = useFold(connection, (sum: number) => sum + 1, 0)
      return () => h('i', `${state.value.status} ${count.value}`)
    })
    transport.last().message('a')
    await expect.poll(page.text, patient).toBe('open 1')
    await page.show(false)
    expect(page.text()).toBe('other')
    await clock.pass(1_000)
    expect(transport.last().over).toBe(true)

    await page.show(true)
    expect(transport.calls).toHaveLength(2)
    await expect.poll(page.text, patient).toBe('connecting 1')
    transport.last().message('b')
    await expect.poll(page.text, patient).toBe('open 2')
    await page.unmount()
    await clock.pass(1_000)
    expect(transport.last().over).toBe(true)
    expect(clock.pending).toBe(0)
  })

  test('an answer goes on arriving while its view is put away', async () => {
    const { options, run, transport, clock } = scriptedChat()
    let chat!: Chat
    const page = await kept(() => {
      const used = useChat(options)
      chat = used.chat.value
      return () => h('i', used.messages.value.map(textOf).join())
    })
    void chat.sendMessage({ text: 'hi' })
    await clock.pass(0)
    run.text('Hel')
    await expect.poll(page.text, patient).toBe('hi,Hel')
    await page.show(false)
    run.text('lo')
    await page.show(true)
    await expect.poll(page.text, patient).toBe('hi,Hello')
    expect(transport.calls).toHaveLength(1)
    await page.show(false)
    await page.unmount()
    await clock.pass(0)
    expect(transport.last().over).toBe(true)
  })

  test('a text that is put away is written no further, and is there as a whole when it comes back', async () => {
    const text = ref('')
    const page = await kept(() => {
      const smooth = useSmoothText(text)
      return () => h('i', smooth.value)
    })
    text.value = 'A text that goes on. '.repeat(20)
    await nextTick()
    await expect.poll(page.text, patient).toMatch(/^A/)
    await page.show(false)
    text.value += 'And on.'
    await page.show(true)
    expect(page.text()).toBe(text.value)
    await page.unmount()
  })

  test('a completion goes on arriving while its view is put away', async () => {
    const { options, run, clock } = scriptedChat()
    let complete!: (prompt: string) => Promise<string>
    const page = await kept(() => {
      const used = useCompletion(options)
      complete = used.complete
      return () => h('i', used.completion.value)
    })
    const whole = complete('hi')
    await clock.pass(0)
    run.text('Hel')
    await expect.poll(page.text, patient).toBe('Hel')
    await page.show(false)
    run.text('lo')
    run.finish()
    expect(await whole).toBe('Hello')
    await page.show(true)
    expect(page.text()).toBe('Hello')
    await page.unmount()
    expect(clock.pending).toBe(0)
  })

  test('a scope of its own, such as a shared store, is not put away with the view that asked first', async () => {
    const { clock, transport, options } = setUp()
    const scope = effectScope(true)
    const page = await kept(() => {
      const { state } = scope.run(() => useConnection(options))!
      return () => h('i', state.value.status)
    })
    transport.last().open()
    await page.show(false)
    await page.unmount()
    await clock.pass(5_000)
    expect(transport.last().over).toBe(false)
    scope.stop()
    await clock.pass(1_000)
    expect(transport.last().over).toBe(true)
  })
})

test('useConnectionState only looks: it neither opens nor holds', async () => {
  const { clock, transport, options } = setUp()
  const connection = createConnection(options)
  const { result } = await mount(() => useConnectionState(connection))
  expect(result.value.status).toBe('idle')
  expect(transport.calls).toHaveLength(0)
  const leave = connection.subscribe(() => {})
  transport.last().open()
  expect(result.value.status).toBe('open')
  leave()
  await clock.pass(1_000)
  expect(result.value.status).toBe('closed')
})

test('useMessages keeps the last ones, and begins anew with another limit or another connection', async () => {
  const one = setUp()
  const other = setUp()
  const connection = shallowRef(createConnection(one.options))
  const options = reactive({ limit: 2 })
  const { result } = await mount(() => useMessages(connection, options))
  const texts = () => result.value.map(({ data }) => data)
  for (const text of ['a', 'b', 'c']) one.transport.last().message(text)
  await expect.poll(texts, patient).toEqual(['b', 'c'])
  options.limit = 1
  await nextTick()
  expect(texts()).toEqual([])
  one.transport.last().message('d')
  await expect.poll(texts, patient).toEqual(['d'])
  connection.value = createConnection(other.options)
  await nextTick()
  expect(texts()).toEqual([])
  other.transport.last().message('e')
  await expect.poll(texts, patient).toEqual(['e'])
})

test('useReadable follows a ref to another store, and leaves the one before', async () => {
  const store = (value: string) => {
    const listeners = new Set<() => void>()
    const leave = (listener: () => void) => () => void listeners.delete(listener)
    return { listeners, get: () => value, subscribe: (tell: () => void) => (listeners.add(tell), leave(tell)) }
  }
  const a = store('a')
  const b = store('b')
  const source = shallowRef(a)
  const { result, unmount } = await mount(() => useReadable(source))
  expect(result.value).toBe('a')
  source.value = b
  expect(result.value).toBe('b')
  await nextTick()
  expect([a.listeners.size, b.listeners.size]).toEqual([0, 1])
  await unmount()
  expect(b.listeners.size).toBe(0)
})

describe('useChat', () => {
  test('a row renders alone: what does not change is not rendered again', async () => {
    const { options, run, clock } = scriptedChat()
    const renders = new Map<string, number>()
    const Row = defineComponent({
      props: { chat: { type: Object as () => Chat, required: true }, id: { type: String, required: true } },
      setup(props) {
        const message = useMessage(
          () => props.chat,
          () => props.id,
        )
        return () => {
          renders.set(props.id, (renders.get(props.id) ?? 0) + 1)
          return h('li', message.value && textOf(message.value))
        }
      },
    })
    const screen = await render(
      defineComponent(() => {
        const { chat, messages, sendMessage } = useChat(options)
        return () => [
          h('button', { onClick: () => sendMessage({ text: 'hi' }) }, 'send'),
          h(
            'ul',
            messages.value.map(({ id }) => h(Row, { key: id, id, chat: chat.value })),
          ),
        ]
      }),
    )
    for (const answer of ['one', 'two']) {
      await press(screen.getByRole('button'))
      await clock.pass(0)
      for (const piece of answer) {
        run.text(piece)
        await nextTick()
      }
      run.finish()
      await expect.poll(() => screen.container.querySelector('ul')?.innerText, patient).toContain(answer)
    }
    const counts = [...renders.values()]
    expect(counts).toHaveLength(4)
    expect([counts[0], counts[2]]).toEqual([1, 1])
    expect(counts[1]).toBeLessThanOrEqual(5)
    expect(counts[1]).toBe(counts[3])
  })

  test('with a getter: asks with the options of the moment, at once', async () => {
    const { options, run, transport, clock } = scriptedChat()
    const model = ref('small')
    const { result } = await mount(() => useChat(() => ({ ...options, body: { model: model.value } })))
    const { chat } = result
    const before = chat.value
    model.value = 'large'
    const sent = result.sendMessage({ text: 'hi' })
    expect(transport.last().attempt.request?.body).toMatchObject({ model: 'large' })
    run.finish()
    await clock.pass(0)
    await sent
    expect(chat.value).toBe(before)
  })

  test('sending in an effect makes nothing a dependency: one question stays one', async () => {
    const { options, transport, clock } = scriptedChat()
    const model = ref('small')
    const ready = ref(false)
    await mount(() => {
      const { sendMessage } = useChat(() => ({ ...options, body: { model: model.value } }))
      watch(ready, () => void sendMessage({ text: 'hi' }))
    })
    ready.value = true
    await nextTick()
    model.value = 'large'
    await nextTick()
    await clock.pass(0)
    expect(transport.calls).toHaveLength(1)
  })

  test('an id and its messages may change one after the other', async () => {
    const { options } = scriptedChat()
    const id = ref('a')
    const messages = ref([{ id: '1', role: 'user' as const, parts: [{ type: 'text' as const, text: 'in a' }] }])
    const { result } = await mount(() => useChat(() => ({ ...options, id: id.value, messages: messages.value })))
    id.value = 'b'
    messages.value = [{ id: '2', role: 'user', parts: [{ type: 'text', text: 'in b' }] }]
    await nextTick()
    expect(result.id.value).toBe('b')
    expect(result.messages.value.map(textOf)).toEqual(['in b'])
  })

  test('tells watchers of a field only when that field has changed', async () => {
    const { options, run, clock } = scriptedChat()
    const statuses: string[] = []
    const { result } = await mount(() => {
      const chat = useChat(options)
      watch(chat.status, (status) => statuses.push(status), { flush: 'sync' })
      return chat
    })
    void result.sendMessage({ text: 'hi' })
    await clock.pass(0)
    for (const piece of ['a', 'b', 'c']) run.text(piece)
    run.finish()
    await clock.pass(0)
    expect(statuses).toEqual(['submitted', 'streaming', 'ready'])
  })

  test('in an effect scope it takes up what is kept at once, and asking in an effect makes nothing a dependency', async () => {
    const persist = await keptInMidAnswer('c')
    const { options, transport, clock } = scriptedChat({ id: 'c', persist })
    const scope = effectScope()
    const used = scope.run(() => useChat(options))!
    await clock.pass(0)
    expect(used.messages.value.map(textOf)).toEqual(['hi', 'Hel'])
    expect(transport.calls).toHaveLength(1)
    scope.stop()

    const model = ref('small')
    const other = scriptedChat()
    const { unmount } = await mount(() => {
      const { complete } = useCompletion(() => ({ ...other.options, id: model.value }))
      watchEffect(() => void complete('hi'))
    })
    await nextTick()
    model.value = 'large'
    await nextTick()
    await other.clock.pass(0)
    expect(other.transport.calls).toHaveLength(1)
    await unmount()
  })

  test('is disposed of with an effect scope', async () => {
    const { options, run, transport, clock } = scriptedChat()
    const scope = effectScope()
    const used = scope.run(() => useChat(options))!
    void used.sendMessage({ text: 'hi' })
    await clock.pass(0)
    run.text('a')
    expect(used.messages.value).toHaveLength(2)
    scope.stop()
    expect(transport.last().over).toBe(true)
  })
})

describe('on a page that a server has rendered', () => {
  afterEach(() => vi.restoreAllMocks())

  test('hydrates without a warning', async () => {
    const { transport, options } = setUp()
    const { options: chatOptions } = scriptedChat({ id: 'c' })
    const warn = vi.spyOn(console, 'warn')
    const complain = vi.spyOn(console, 'error')
    const host = document.createElement('div')
    host.innerHTML = '<p>idle 0 c ready idle</p>'
    const was = host.firstChild
    const app = createSSRApp(() => h(Page))
    const Page = defineComponent(() => {
      const { connection, state } = useConnection(options)
      const messages = useMessages(connection)
      const { id, status } = useChat(chatOptions)
      const socket = useWebSocket('ws://127.0.0.1:9', { env: { WebSocket: undefined } })
      const line = computed(() => (socket.status.value === 'failed' ? 'idle' : socket.status.value))
      return () => h('p', `${state.value.status} ${messages.value.length} ${id.value} ${status.value} ${line.value}`)
    })
    app.mount(host)
    expect(host.firstChild).toBe(was)
    await expect.poll(() => host.innerText, patient).toMatch(/^connecting 0 c ready/)
    expect(warn).not.toHaveBeenCalled()
    expect(complain).not.toHaveBeenCalled()
    expect(transport.calls).toHaveLength(1)
    app.unmount()
  })
})
