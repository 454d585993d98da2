import type { StreamFormat } from '../frames/format.js'
import type { Frame } from '../frames/frame.js'
import type { ChatMessage, ChatPart, DataPart, Noted, ToolPart, ToolState, Usage } from './message.js'

/** What becomes of a tool call, whole: the state, and what belongs to it. `input` stays as it is where it is left out. */
export type ToolChange = ToolState extends infer S
  ? S extends ToolState
    ? Omit<S, 'input'> & { readonly input?: unknown }
    : never
  : never

/** What a provider has noted, as fields that are laid on the part. */
export type Notes = Noted & Pick<ToolPart, 'callProviderMetadata' | 'resultProviderMetadata'>

/** What can happen in an answer, whoever sends it. */
export type ChatOperation =
  /**
   * A piece of text. Without a `key` it goes to the part that is being written, or to a new one after a part of another
   * kind; with one to the part of that key, for servers that write several at the same time. `choice` counts the answers
   * from 0, where a model was asked for several.
   */
  | {
      readonly type: 'text' | 'reasoning' | 'refusal'
      readonly delta: string
      readonly key?: string | undefined
      readonly choice?: number | undefined
      readonly notes?: Notes | undefined
    }
  /** The part of that key is whole. */
  | { readonly type: 'close'; readonly key: string; readonly notes?: Notes | undefined }
  /** A tool call's input, piece by piece; `key` tells the calls of one answer apart. The first piece names the tool. */
  | {
      readonly type: 'tool-input'
      readonly key: string
      readonly id?: string | undefined
      readonly name?: string | undefined
      readonly delta: string
      readonly choice?: number | undefined
      readonly notes?: Notes | undefined
    }
  /** A tool call gets on: its input is whole, it waits for approval, it has run. `key` as above. */
  | {
      readonly type: 'tool'
      readonly key: string
      readonly id?: string | undefined
      readonly name?: string | undefined
      readonly providerExecuted?: boolean | undefined
      readonly change: ToolChange
      readonly choice?: number | undefined
      readonly notes?: Notes | undefined
    }
  /** A part that comes whole. One with the same type and id takes the place of the one before. */
  | { readonly type: 'part'; readonly part: ChatPart }
  /** Data for whoever listens (`onData`), and for no message. */
  | { readonly type: 'data'; readonly part: DataPart }
  | { readonly type: 'usage'; readonly usage: Usage }
  /** Laid over what is there. */
  | { readonly type: 'metadata'; readonly metadata: unknown }
  /** The server's own name for this message. */
  | { readonly type: 'message'; readonly id: string }
  /**
   * The model is asked again, with what its tools have found. `end`: what the answer has ended with, if a server that is
   * asked for more has nothing more to tell.
   */
  | { readonly type: 'step'; readonly end?: { readonly reason: string; readonly raw?: string | undefined } }
  /** What has come since the last step is void: the model tries again. */
  | { readonly type: 'reset-step' }
  /** All that has come is void: the server tells the whole answer so far again. It is shown once it has caught up. */
  | { readonly type: 'reset' }
  /** How the rest of this answer is asked for after a drop, where the server is not one of ours: see {@link ResumeAt}. */
  | { readonly type: 'resume'; readonly at: ResumeAt }
  /** What is not understood is kept. */
  | { readonly type: 'unknown'; readonly value: unknown }
  /** The server's mark that the answer is whole. */
  | { readonly type: 'finish'; readonly reason: string; readonly raw?: string | undefined }
  /** Nothing more will come. */
  | { readonly type: 'done' }
  /** The server says that it was stopped. */
  | { readonly type: 'stopped' }
  | { readonly type: 'error'; readonly message: string; readonly code?: string | undefined; readonly cause?: unknown }

/** Where and how a server tells the rest of an answer. It is asked by GET; nothing is ever asked for twice by POST. */
export interface ResumeAt {
  /** Below the transport's URL, such as `42/stream`; over HTTP only. @defaultValue that URL itself */
  readonly path?: string | undefined
  /** @defaultValue none, where there is a path; else `chat` and `run` */
  readonly query?: Readonly<Record<string, string>> | undefined
  /**
   * Whether the server goes on behind the cursor (or behind what `query` says), or tells the whole answer again. A replay
   * is read in the shadow, and shown once it has caught up with what stands on the screen. @defaultValue false
   */
  readonly replay?: boolean | undefined
  /** The query instead, where nothing of the answer is known any more: after a reload. @defaultValue `query` */
  readonly whole?: Readonly<Record<string, string>> | undefined
  /** Where a POST, below the transport's URL, stops it; over HTTP only. @defaultValue a DELETE like those of PROTOCOL.md */
  readonly stop?: string | undefined
}

/** What a protocol makes its request of. */
export interface ChatRequestContext {
  readonly chatId: string
  readonly runId: string
  /** The conversation up to and including what is to be answered. */
  readonly messages: readonly ChatMessage[]
  /** `continue`: the last message is an answer that shall be gone on with. */
  readonly trigger: 'send' | 'regenerate' | 'continue'
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
  /** How the answer is framed over a streaming request. @defaultValue as an event stream */
  readonly format?: StreamFormat | undefined
  /**
   * Whether the frames' ids are a cursor whatever they look like, or only the numbers 1, 2, 3 …: some servers put one and
   * the same on every frame of an answer. @defaultValue 'counted'
   */
  readonly ids?: 'opaque' | 'counted' | undefined
  /** How the rest of an answer is asked for, where that is known from the start. */
  readonly resume?: ((context: ChatRequestContext) => ResumeAt) | undefined
  /** Whether the envelope's `end` control says that the answer is whole. If not, only `finish` or `done` does. */
  readonly endsWithLine?: boolean
  /** Whether `done` comes behind `finish`, and what it cost in between: then a cut between the two is made good too. */
  readonly endsWithDone?: boolean
}
