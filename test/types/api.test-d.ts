import type { UIMessage } from 'ai'
import { assertType, describe, expectTypeOf, test } from 'vitest'
import {
  type Connection,
  type ConnectionState,
  createConnection,
  envelope,
  type Env,
  json,
  longPolling,
  polling,
  type Schema,
  sse,
  webSocket,
} from 'holdline'
import { type ChatMessage, createChat, openAi } from 'holdline/chat'
import WS from 'ws'

describe('connections', () => {
  test('carry text by default, and what decode makes otherwise', () => {
    expectTypeOf(createConnection({ transports: sse('/a') })).toEqualTypeOf<Connection<string>>()
    const schema = {} as Schema<{ likes: number }>
    const likes = createConnection({ transports: [webSocket('/a', { dialect: envelope() })], decode: json(schema) })
    likes.subscribe(({ data }) => expectTypeOf(data).toEqualTypeOf<{ likes: number }>())
    expectTypeOf(createConnection({ transports: polling('/a'), decode: json<number[]>() })).toEqualTypeOf<
      Connection<number[]>
    >()
  })

  test('say why and until when, and only where there is a why', () => {
    const state = {} as ConnectionState
    if (state.status === 'waiting') expectTypeOf(state.retryAtMs).toEqualTypeOf<number>()
    // @ts-expect-error an open line has no time of retry
    if (state.status === 'open') expectTypeOf(state.retryAtMs)
  })

  test('take the ws package where there is no WebSocket', () => {
    assertType<Partial<Env>>({ WebSocket: WS })
    assertType<Partial<Env>>({ WebSocket: globalThis.WebSocket, EventSource: globalThis.EventSource })
  })

  test('refuse what is no transport', () => {
    // @ts-expect-error a URL is not a transport
    createConnection({ transports: '/a' })
    // @ts-expect-error no such option
    longPolling('/a', { everyMs: 5 })
  })
})

describe('chat messages', () => {
  test('render in components that were made for the AI SDK', () => {
    expectTypeOf<ChatMessage>().toExtend<UIMessage>()
  })

  test('need a protocol', () => {
    createChat({ transports: sse('/chat'), protocol: openAi() })
    // @ts-expect-error nobody knows how to read the answer
    createChat({ transports: sse('/chat') })
  })
})
