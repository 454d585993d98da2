import { renderToString as renderReact } from 'react-dom/server'
import { describe, expect, test, vi } from 'vitest'
import { createSSRApp, defineComponent, effectScope, h } from 'vue'
import { renderToString as renderVue } from 'vue/server-renderer'
import { createConnection } from 'holdline'
import { type ChatMessage, textOf } from 'holdline/chat'
import * as react from 'holdline/react'
import { manualClock, scriptedChat, scriptedTransport } from 'holdline/testing'
import * as vue from 'holdline/vue'
import { keptInMidAnswer } from '../browser/chatKept.ts'
import { html as chatHtml, ReactPage, vuePage } from '../browser/hydrationPage.tsx'

const messages: ChatMessage[] = [{ id: '1', role: 'user', parts: [{ type: 'text', text: 'hi' }] }]
const forbidden = (): never => {
  throw new Error('A server must not reach out')
}
/** An environment in which nothing can be reached. */
const sealed = { fetch: forbidden, WebSocket: forbidden as never, EventSource: forbidden as never }

function setUp() {
  const clock = manualClock()
  const transport = scriptedTransport()
  const options = { transports: transport, env: { clock } }
  const chat = scriptedChat({ id: 'c', messages })
  return { clock, transport, options, shared: createConnection(options), chat }
}

const html = '<p>idle idle 0 7 c ready hi hi | idle idle idle idle idle undefined</p>'

test('React on a server: every hook shows its first value, and nothing is opened', () => {
  const { clock, transport, options, shared, chat } = setUp()
  const complain = vi.spyOn(console, 'error')
  const Page = () => {
    const { state } = react.useConnection(options)
    const { status } = react.useConnectionState(shared)
    const list = react.useMessages(shared)
    const sum = react.useFold(shared, (value) => value + 1, 7)
    const used = react.useChat(chat.options)
    const row = react.useMessage(used.chat, '1')
    const lines = [
      react.useWebSocket('http://127.0.0.1:9', { env: sealed }),
      react.useEventSource('http://127.0.0.1:9', { env: sealed }),
      react.useEventSource('http://127.0.0.1:9', { env: sealed, native: true }),
      react.usePolling('http://127.0.0.1:9', { env: sealed }),
      react.useLongPolling('http://127.0.0.1:9', { env: sealed }),
    ]
    return (
      <p>
        {`${state.status} ${status} ${list.length} ${sum} ${used.id} ${used.status} ${used.messages.map(textOf).join()} ` +
          `${row && textOf(row)} | ${lines.map((line) => line.status).join(' ')} ${lines[0]?.data}`}
      </p>
    )
  }
  expect(renderReact(<Page />)).toBe(html)
  expect(transport.calls).toHaveLength(0)
  expect(chat.transport.calls).toHaveLength(0)
  expect(clock.pending).toBe(0)
  expect(complain).not.toHaveBeenCalled()
  complain.mockRestore()
})

test('Vue on a server: every composable shows its first value, and nothing is opened', async () => {
  const { clock, transport, options, shared, chat } = setUp()
  const complain = vi.spyOn(console, 'warn')
  let ids = 0
  const Page = defineComponent(() => {
    const { state } = vue.useConnection(() => options)
    const seen = vue.useConnectionState(shared)
    const list = vue.useMessages(() => shared)
    const sum = vue.useFold(shared, (value: number) => value + 1, 7)
    const used = vue.useChat(() => ({ ...chat.options, generateId: () => `made-${ids++}` }))
    const row = vue.useMessage(used.chat, '1')
    // A store that is made in a component has a scope of its own, and opens nothing either.
    const store = effectScope(true).run(() => vue.useConnection(options))!
    const lines = [
      vue.useWebSocket('http://127.0.0.1:9', { env: sealed }),
      vue.useEventSource('http://127.0.0.1:9', { env: sealed }),
      vue.useEventSource('http://127.0.0.1:9', { env: sealed, native: true }),
      vue.usePolling(() => 'http://127.0.0.1:9', { env: sealed }),
      vue.useLongPolling('http://127.0.0.1:9', { env: sealed }),
    ]
    return () =>
      h(
        'p',
        `${state.value.status} ${store.state.value.status && seen.value.status} ${list.value.length} ${sum.value} ` +
          `${used.id.value} ${used.status.value} ${used.messages.value.map(textOf).join()} ` +
          `${row.value && textOf(row.value)} | ${lines.map((line) => line.status.value).join(' ')} ${lines[0]?.data.value}`,
      )
  })
  expect(await renderVue(createSSRApp(Page))).toBe(html)
  expect(transport.calls).toHaveLength(0)
  expect(chat.transport.calls).toHaveLength(0)
  expect(clock.pending).toBe(0)
  expect(complain).not.toHaveBeenCalled()
  complain.mockRestore()
})

describe("what is kept in the browser is none of the server's business", () => {
  async function setUpKept() {
    const persist = await keptInMidAnswer('c')
    const load = vi.spyOn(persist, 'load')
    const save = vi.spyOn(persist, 'save')
    const { options, transport, clock } = scriptedChat({ id: 'c', persist })
    return {
      options,
      async untouched() {
        await clock.pass(60_000)
        expect([load.mock.calls, save.mock.calls, transport.calls, clock.pending]).toEqual([[], [], [], 0])
      },
    }
  }

  test('in React', async () => {
    const { options, untouched } = await setUpKept()
    expect(renderReact(<ReactPage options={options} />)).toBe(chatHtml)
    await untouched()
  })

  test('in Vue', async () => {
    const { options, untouched } = await setUpKept()
    expect(await renderVue(createSSRApp(vuePage(options)))).toBe(chatHtml)
    await untouched()
  })
})

test('a chat without an id has one id while a server renders it', async () => {
  const { options } = scriptedChat()
  const seen = new Set<string>()
  const Page = defineComponent(() => {
    const { id, chat } = vue.useChat({ ...options })
    for (let look = 0; look < 3; look++) {
      seen.add(id.value)
      seen.add(chat.value.id)
    }
    return () => h('p', id.value)
  })
  await renderVue(createSSRApp(Page))
  expect(seen.size).toBe(1)
})

test('importing any door looks at nothing in the world outside', async () => {
  const touched: string[] = []
  const names = ['fetch', 'WebSocket', 'EventSource', 'localStorage', 'sessionStorage', 'addEventListener', 'document']
  const before = names.map((name) => [name, Object.getOwnPropertyDescriptor(globalThis, name)] as const)
  // The frameworks are loaded already: what they look at is their own affair.
  vi.resetModules()
  for (const name of names) {
    Object.defineProperty(globalThis, name, { configurable: true, get: () => void touched.push(name) })
  }
  try {
    await import('../../src/index.ts')
    await import('../../src/chat/index.ts')
    await import('../../src/testing/index.ts')
    await import('../../bindings/shared/paced.ts')
    await import('../../bindings/shared/row.ts')
    await import('../../bindings/shared/current.ts')
    await import('../../bindings/shared/alone.ts')
    await import('../../bindings/shared/objects.ts')
    await import('../../bindings/shared/ownChat.ts')
    await import('../../bindings/shared/smooth.ts')
  } finally {
    for (const [name, descriptor] of before) {
      if (descriptor) Object.defineProperty(globalThis, name, descriptor)
      else delete (globalThis as Record<string, unknown>)[name]
    }
  }
  expect(touched).toEqual([])
})
