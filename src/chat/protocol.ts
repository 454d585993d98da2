import type { Frame } from '../frames/frame.js'
import type { ChatMessage, ChatPart, Usage } from './message.js'

/** What can happen in an answer, whoever sends it. */
export type ChatOperation =
  | { readonly type: 'text' | 'reasoning'; readonly delta: string }
  /** A tool call's input, piece by piece; `key` tells the calls of one answer apart. The first piece names the tool. */
  | {
      readonly type: 'tool-input'
      readonly key: string
      readonly id?: string | undefined
      readonly name?: string | undefined
      readonly delta: string
    }
  /** A part that comes whole. One with the same type and id takes the place of the one before. */
  | { readonly type: 'part'; readonly part: ChatPart }
  | { readonly type: 'usage'; readonly usage: Usage }
  | { readonly type: 'metadata'; readonly metadata: unknown }
  /** The server's mark that the answer is whole. */
  | { readonly type: 'finish'; readonly reason: string; readonly raw?: string | undefined }
  /** Nothing more will come. */
  | { readonly type: 'done' }
  | { readonly type: 'error'; readonly message: string; readonly code?: string | undefined; readonly cause?: unknown }

/** What a protocol makes its request of. */
export interface ChatRequestContext {
  readonly chatId: string
  readonly runId: string
  /** The conversation up to and including what is to be answered. */
  readonly messages: readonly ChatMessage[]
  readonly trigger: 'send' | 'regenerate'
}

/**
 * How one kind of server wants to be asked, and how it answers. Pure: it does nothing but translate.
 *
 * @see {@link custom} to make one of your own
 */
export interface ChatProtocol {
  readonly name: string
  /** The request's body; sent as JSON. */
  request(context: ChatRequestContext): unknown
  /** A reader per answer. It may remember earlier frames; what it does not know it passes over. */
  reader(): (frame: Frame) => readonly ChatOperation[]
  /** Whether the envelope's `end` control says that the answer is whole. If not, only `finish` or `done` does. */
  readonly endsWithLine?: boolean
}
