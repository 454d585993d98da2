// The same two components in both frameworks, so that what is promised for both is said once.
import { StrictMode, useEffect } from 'react'
import { render as renderReact } from 'vitest-browser-react'
import { render as renderVue } from 'vitest-browser-vue'
import { defineComponent, h, shallowRef } from 'vue'
import type { Connection, ConnectionOptions } from 'holdline'
import { type Chat, type ChatOptions, type ChatSnapshot, textOf } from 'holdline/chat'
import * as react from 'holdline/react'
import * as vue from 'holdline/vue'

/** What a test sees and does. */
export interface Screen {
  /** The text in the element with this test id. */
  text(testId: string): string
  /** Gives the component something else. */
  change(source: unknown): Promise<void>
  unmount(): Promise<void>
  /** How often the component has rendered so far. */
  readonly renders: number
  /** What `onMessage` heard. */
  readonly heard: readonly unknown[]
}

type RoomSource = ConnectionOptions<string> | Connection<string>
type ChatSource = ChatOptions | Chat

/** What a mounted chat can be told. */
export interface ChatScreen extends Screen {
  readonly chat: Pick<Chat, 'sendMessage' | 'regenerate' | 'stop' | 'setMessages' | 'clearError'> & {
    readonly chat: Chat
  }
}

export interface Framework {
  readonly name: string
  /** `useConnection`, `useMessages`, `useFold`, `useConnectionState` and `onMessage` in one component. */
  mountRoom(source: RoomSource): Promise<Screen>
  mountChat(source: ChatSource): Promise<ChatScreen>
}

const within = (container: HTMLElement) => (testId: string) =>
  container.querySelector(`[data-testid="${testId}"]`)?.textContent ?? ''

const transcript = (messages: ChatSnapshot['messages']): string =>
  messages
    .map((message) => `${message.role}: ${textOf(message)}${message.end ? ` (${message.end.state})` : ''}`)
    .join(' | ')

export const inReact: Framework = {
  name: 'React',
  async mountRoom(first) {
    const heard: unknown[] = []
    let renders = 0
    const Room = ({ source }: { source: RoomSource }) => {
      const { connection, state, onMessage } = react.useConnection(source)
      const { status } = react.useConnectionState(connection)
      const messages = react.useMessages(connection, { limit: 3 })
      const count = react.useFold(connection, (sum) => sum + 1, 0)
      useEffect(() => onMessage(({ data }) => heard.push(data)), [onMessage])
      // Not a hook's business: counts commits, which is what a reader pays for.
      useEffect(() => void renders++)
      return (
        <>
          <i data-testid="status">{state.status}</i>
          <i data-testid="seen">{status}</i>
          <i data-testid="messages">{messages.map(({ data }) => data).join()}</i>
          <i data-testid="count">{count}</i>
        </>
      )
    }
    const { container, rerender, unmount } = await renderReact(<Room source={first} />, { wrapper: StrictMode })
    return {
      heard,
      text: within(container),
      change: (source) => rerender(<Room source={source as RoomSource} />),
      unmount,
      get renders() {
        return renders
      },
    }
  },
  async mountChat(first) {
    let renders = 0
    const used: { current?: react.UsedChat } = {}
    const Box = ({ source }: { source: ChatSource }) => {
      const chat = react.useChat(source)
      useEffect(() => {
        used.current = chat
        renders++
      })
      return (
        <>
          <i data-testid="id">{chat.id}</i>
          <i data-testid="status">{chat.status}</i>
          <i data-testid="line">{chat.connection.status}</i>
          <i data-testid="error">{chat.error?.message}</i>
          <i data-testid="messages">{transcript(chat.messages)}</i>
        </>
      )
    }
    const { container, rerender, unmount } = await renderReact(<Box source={first} />, { wrapper: StrictMode })
    return {
      heard: [],
      text: within(container),
      change: (source) => rerender(<Box source={source as ChatSource} />),
      unmount,
      get chat() {
        return used.current!
      },
      get renders() {
        return renders
      },
    }
  },
}

export const inVue: Framework = {
  name: 'Vue',
  async mountRoom(first) {
    const heard: unknown[] = []
    let renders = 0
    const source = shallowRef(first)
    const Room = defineComponent(() => {
      const { connection, state, onMessage } = vue.useConnection(source)
      const seen = vue.useConnectionState(connection)
      const messages = vue.useMessages(connection, { limit: 3 })
      const count = vue.useFold(connection, (sum: number) => sum + 1, 0)
      onMessage(({ data }) => heard.push(data))
      return () => {
        renders++
        return [
          h('i', { 'data-testid': 'status' }, state.value.status),
          h('i', { 'data-testid': 'seen' }, seen.value.status),
          h('i', { 'data-testid': 'messages' }, messages.value.map(({ data }) => data).join()),
          h('i', { 'data-testid': 'count' }, count.value),
        ]
      }
    })
    const { container, unmount } = await renderVue(Room)
    return {
      heard,
      text: within(container),
      change: async (next) => void (source.value = next as RoomSource),
      unmount,
      get renders() {
        return renders
      },
    }
  },
  async mountChat(first) {
    let renders = 0
    let chat: vue.UsedChat
    const source = shallowRef(first)
    const Box = defineComponent(() => {
      chat = vue.useChat(source)
      const { id, status, connection, error, messages } = chat
      return () => {
        renders++
        return [
          h('i', { 'data-testid': 'id' }, id.value),
          h('i', { 'data-testid': 'status' }, status.value),
          h('i', { 'data-testid': 'line' }, connection.value.status),
          h('i', { 'data-testid': 'error' }, error.value?.message),
          h('i', { 'data-testid': 'messages' }, transcript(messages.value)),
        ]
      }
    })
    const { container, unmount } = await renderVue(Box)
    return {
      heard: [],
      text: within(container),
      change: async (next) => void (source.value = next as ChatSource),
      unmount,
      get chat() {
        return { ...chat, chat: chat.chat.value }
      },
      get renders() {
        return renders
      },
    }
  },
}

export const frameworks = [inReact, inVue]
