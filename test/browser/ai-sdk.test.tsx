// The AI SDK's own hooks, as they are, over a line of ours.
import { useChat } from '@ai-sdk/react'
import { Chat } from '@ai-sdk/vue'
import type { UIMessage } from 'ai'
import { StrictMode } from 'react'
import { expect, test } from 'vitest'
import { render as renderReact } from 'vitest-browser-react'
import { render as renderVue } from 'vitest-browser-vue'
import { computed, defineComponent, h } from 'vue'
import { longPolling, sse, type Transport, webSocket } from 'holdline'
import { holdlineChatTransport } from 'holdline/ai-sdk'
import { newRoom } from './server'

const WHOLE = 'user: hi | assistant: You said: something (ready)'
const patient = { timeout: 10_000 }

const transcript = (messages: readonly UIMessage[], status: string): string => {
  const text = ({ role, parts }: UIMessage): string =>
    `${role}: ${parts.map((part) => (part.type === 'text' ? part.text : '')).join('')}`
  return `${messages.map(text).join(' | ')} (${status})`
}

const setUp = (id: string, transports: Transport) => ({
  id,
  transport: holdlineChatTransport({ transports, body: { cutAfter: 3 }, backoff: { firstMs: 20, maxMs: 50 } }),
})

const frameworks: Record<string, (init: ReturnType<typeof setUp>) => Promise<HTMLElement>> = {
  async React(init) {
    const Talk = () => {
      const { messages, status, sendMessage } = useChat(init)
      return <button onClick={() => void sendMessage({ text: 'hi' })}>{transcript(messages, status)}</button>
    }
    return (await renderReact(<Talk />, { wrapper: StrictMode })).container
  },
  async Vue(init) {
    const Talk = defineComponent(() => {
      const chat = new Chat<UIMessage>(init)
      const shown = computed(() => transcript(chat.messages, chat.status))
      return () => h('button', { onClick: () => void chat.sendMessage({ text: 'hi' }) }, shown.value)
    })
    return (await renderVue(Talk)).container as HTMLElement
  },
}

const url = (path: string): string => new URL(newRoom().url(path)).origin + path
const lines: Record<string, () => Transport> = {
  sse: () => sse(url('/ui-chat')),
  longPolling: () => longPolling(url('/ui-chat')),
  webSocket: () => webSocket(`${url('/ui-chat')}?ui`),
}
const cases = Object.keys(frameworks).flatMap((framework) =>
  Object.keys(lines).map((line) => [framework, line] as const),
)

test.each(cases)('the AI SDK’s own chat in %s goes on after a cut over %s, with one POST', async (framework, line) => {
  const { name, seen } = newRoom()
  const page = await frameworks[framework]!(setUp(name, lines[line]!()))
  const button = page.querySelector('button')!
  button.click()
  await expect.poll(() => button.textContent, patient).toBe(WHOLE)
  const { posts, opened } = await seen()
  expect(posts).toBe(1)
  expect(opened).toBeGreaterThan(1)
})
