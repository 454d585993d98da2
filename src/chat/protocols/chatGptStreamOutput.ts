import type { ChatMessage } from '../message.js'
import { textOf } from '../message.js'
import type { ChatOperation, ChatProtocol } from '../protocol.js'
import type { Transport } from '../../transports/transport.js'
import { overEvents, overSocket } from './askedBeside.js'
import { type Loose, ofJson } from './reading.js'

/** What {@link chatGptStreamOutput} takes. */
export interface ChatGptStreamOutputOptions {
  /** Where the server is. @defaultValue the page's own */
  readonly url?: string | undefined
  /** Names the user: the server remembers the questions of each, and answers one at a time. */
  readonly uid: string
  /** Preferred first. @defaultValue ['sse', 'webSocket'] */
  readonly over?: readonly ('sse' | 'webSocket')[] | undefined
}

type Delta = Loose<{ content: string }>

/**
 * The servers of the `chatgpt-steam-output` family: an event stream is opened for a user (`/createSse`), and the question
 * is posted beside it (`/chat`); or the question is the first frame of a WebSocket (`/websocket/{uid}`).
 *
 * Such a server numbers nothing, so an answer that is cut is kept and marked `truncated`, and `stop()` just hangs up.
 * What it counts as tokens are its events. When its model fails it says nothing at all: that shows as `stalled`.
 *
 * @example
 * const chat = createChat(chatGptStreamOutput({ url: 'http://localhost:8000', uid: crypto.randomUUID() }))
 *
 * @see https://github.com/Grt1228/chatgpt-steam-output
 */
export function chatGptStreamOutput({ url = '', uid, over = ['sse', 'webSocket'] }: ChatGptStreamOutputOptions): {
  readonly transports: readonly Transport[]
  readonly protocol: ChatProtocol
  readonly resume: 'off'
} {
  const below = (path: string): string => `${url.replace(/\/$/, '')}/${path}`
  const ways = {
    sse: () => overEvents({ events: below('createSse'), ask: below('chat'), headers: { uid } }),
    webSocket: () => overSocket(below(`websocket/${encodeURIComponent(uid)}`), questionIn),
  }
  return { transports: over.map((way) => ways[way]()), protocol, resume: 'off' }
}

const questionIn = (body: unknown): string => (body as { readonly msg: string }).msg

const protocol: ChatProtocol = {
  name: 'chatgpt-stream-output',
  request: ({ messages }) => ({ msg: textOf(messages[messages.length - 1] as ChatMessage) }),
  reader: () => (frame) => {
    const { event, data, id } = frame
    if (data === '[DONE]') return [{ type: 'finish', reason: 'stop', raw: data }, { type: 'done' }]
    // Text for the page, not JSON.
    if (id === '[TOKENS]') return [{ type: 'unknown', value: data }]
    return ofDelta(frame).map((operation) => (event === 'message' ? operation : asError(operation)))
  },
}

const ofDelta = ofJson<Delta>(/./, ({ content }) => (content ? [{ type: 'text', delta: content }] : []))

/** An event with a name of its own is how this server says that something has gone wrong. */
const asError = (operation: ChatOperation): ChatOperation =>
  operation.type === 'text' ? { type: 'error', message: operation.delta } : operation
