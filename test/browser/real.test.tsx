import { describe, expect, test } from 'vitest'
import { render as renderReact } from 'vitest-browser-react'
import { render as renderVue } from 'vitest-browser-vue'
import { defineComponent, h, ref } from 'vue'
import { envelope, eventSource, json, longPolling, polling, sse, type Transport, webSocket } from 'holdline'
import { plain } from 'holdline/chat'
import * as react from 'holdline/react'
import * as vue from 'holdline/vue'
import { frameworks } from './frameworks.tsx'
import { chatUrl, newRoom } from './server.ts'

const patient = { timeout: 10_000 }
type Room = ReturnType<typeof newRoom>

const dialect = envelope()
const lines: readonly { name: string; to: (room: Room) => Transport }[] = [
  { name: 'webSocket', to: (room) => webSocket(room.url('/ws'), { dialect }) },
  { name: 'sse', to: (room) => sse(room.url('/sse'), { dialect }) },
  { name: 'eventSource', to: (room) => eventSource(room.url('/sse'), { dialect }) },
  { name: 'longPolling', to: (room) => longPolling(room.url('/poll'), { dialect }) },
  { name: 'polling', to: (room) => polling(room.url('/poll'), { dialect, everyMs: 50 }) },
]

describe.each(frameworks)('with a real server, $name', ({ mountRoom, mountChat }) => {
  test.each(lines)('shows what comes over $name, comes back after a cut, and hangs up when unmounted', async (line) => {
    const room = newRoom()
    const screen = await mountRoom({ transports: line.to(room), lingerMs: 50, backoff: { firstMs: 20 } })
    await expect.poll(() => screen.text('status'), patient).toBe('open')
    await room.say('one')
    await expect.poll(() => screen.text('messages'), patient).toBe('one')
    await room.cut()
    await room.say('two')
    await room.say('three')
    await expect.poll(() => screen.text('messages'), patient).toBe('one,two,three')
    expect(screen.heard).toEqual(['one', 'two', 'three'])

    await screen.unmount()
    // Quiet for several times what a poll, a linger or a retry would take.
    const openedMeanwhile = async (): Promise<number> => {
      const { opened } = await room.seen()
      await new Promise((resume) => setTimeout(resume, 300))
      return (await room.seen()).opened - opened
    }
    await expect.poll(openedMeanwhile, patient).toBe(0)
    await expect.poll(async () => (await room.seen()).live, patient).toBe(0)
  })

  const chats = [
    { name: 'webSocket', transport: webSocket, path: '/ws' },
    { name: 'sse', transport: sse, path: '' },
    { name: 'longPolling', transport: longPolling, path: '' },
    { name: 'polling', transport: polling, path: '' },
  ]
  test.each(chats)('finishes an answer over $name that was cut in the middle, with one POST', async (line) => {
    const room = newRoom()
    const screen = await mountChat({
      id: room.name,
      transports: line.transport(chatUrl() + line.path),
      protocol: plain(),
      body: { cutAfter: 3 },
      backoff: { firstMs: 20 },
    })
    await screen.chat.sendMessage({ text: 'the quick brown fox jumps' })
    await expect
      .poll(() => screen.text('messages'), patient)
      .toBe('user: the quick brown fox jumps | assistant: You said: the quick brown fox jumps (complete)')
    const question = { role: 'user', content: 'the quick brown fox jumps' }
    await expect.poll(room.seen, patient).toMatchObject({ posts: 1, live: 0, body: { messages: [question] } })
    await screen.unmount()
  })
})

/** What the shortcuts have in common: given a URL, they show the last message. */
const shortcuts: readonly {
  name: string
  inReact: typeof react.useEventSource
  inVue: typeof vue.useEventSource
  path: string
  more?: string
  options?: object
}[] = [
  { name: 'useWebSocket', inReact: react.useWebSocket, inVue: vue.useWebSocket, path: '/ws', more: '&native' },
  { name: 'useEventSource', inReact: react.useEventSource, inVue: vue.useEventSource, path: '/sse' },
  {
    name: 'useEventSource, native',
    inReact: react.useEventSource,
    inVue: vue.useEventSource,
    path: '/sse',
    options: { native: true },
  },
  {
    name: 'useLongPolling',
    inReact: react.useLongPolling,
    inVue: vue.useLongPolling,
    path: '/poll',
    more: '&hold=5000',
  },
  { name: 'usePolling', inReact: react.usePolling, inVue: vue.usePolling, path: '/poll', options: { everyMs: 50 } },
]

describe.each(shortcuts)('$name', ({ inReact, inVue, path, more, options }) => {
  const given = { lingerMs: 50, ...options, decode: json<{ n: number }>() }
  const shown = (status: string, data: { n: number } | undefined) => `${status} ${data?.n ?? 'nothing'}`
  const url = (room: Room) => room.url(path, more)

  /** The same for both: it shows the last message, and goes elsewhere with its URL. */
  async function follow(text: () => string, rooms: [Room, Room], change: () => Promise<void>, leave: () => unknown) {
    const [first, second] = rooms
    await expect.poll(async () => (await first.seen()).opened, patient).toBeGreaterThan(0)
    await first.say('{"n":1}')
    await expect.poll(text, patient).toBe('open 1')
    await first.say('{"n":2}')
    await expect.poll(text, patient).toBe('open 2')
    await change()
    await expect.poll(async () => (await second.seen()).opened, patient).toBeGreaterThan(0)
    await expect.poll(text, patient).toMatch(/ nothing$/)
    await second.say('{"n":3}')
    await expect.poll(text, patient).toBe('open 3')
    await leave()
    await expect.poll(async () => (await first.seen()).live + (await second.seen()).live, patient).toBe(0)
  }

  test('in React: the last message, and another line with another URL', async () => {
    const rooms: [Room, Room] = [newRoom(), newRoom()]
    const Last = ({ room }: { room: Room }) => {
      const { status, data } = inReact(url(room), given)
      return <p>{shown(status, data)}</p>
    }
    const { container, rerender, unmount } = await renderReact(<Last room={rooms[0]} />)
    await follow(
      () => container.innerText,
      rooms,
      () => rerender(<Last room={rooms[1]} />),
      unmount,
    )
  })

  test('in Vue: the last message, and another line with another URL', async () => {
    const rooms: [Room, Room] = [newRoom(), newRoom()]
    const at = ref(0)
    const { container, unmount } = await renderVue(
      defineComponent(() => {
        const { status, data } = inVue(() => url(rooms[at.value]!), given)
        return () => h('p', shown(status.value, data.value))
      }),
    )
    await follow(
      () => container.innerText,
      rooms,
      async () => void at.value++,
      unmount,
    )
  })
})

test('useWebSocket sends, and tells each field of the last message', async () => {
  const room = newRoom()
  let socket: react.Shortcut<string> | undefined
  const Last = () => {
    const used = react.useWebSocket(room.url('/ws'), { dialect: envelope() })
    return <button onClick={() => void (socket = used)}>{`${used.data} ${used.event} ${used.id} ${used.error}`}</button>
  }
  const { container, getByRole } = await renderReact(<Last />)
  ;(getByRole('button').element() as HTMLElement).click()
  await socket!.send('hello')
  await expect.poll(() => container.innerText, patient).toBe('hello message 1 undefined')
})

test('a refusal is told in the error of a shortcut', async () => {
  const { container } = await renderVue(
    defineComponent(() => {
      const { status, error } = vue.usePolling(newRoom().url('/nowhere'))
      return () => h('p', `${status.value} ${error.value?.code}`)
    }),
  )
  await expect.poll(() => container.innerText, patient).toBe('failed http-404')
})
