import type { HoldlineError } from '../base/error.js'

/** A value as JSON knows it. */
export type JsonValue = null | string | number | boolean | JsonValue[] | { [key: string]: JsonValue | undefined }

/**
 * What a model's provider wants back with the next request, such as the signature of a thought; by the provider's name.
 * It stands with the part it came with, and the server reads it there.
 */
export type ProviderMetadata = Record<string, { [key: string]: JsonValue | undefined }>

/** What a provider has noted about a part. */
export interface Noted {
  readonly providerMetadata?: ProviderMetadata
}

/** Text, as it was written or as it is being written. */
export interface TextPart extends Noted {
  readonly type: 'text'
  readonly text: string
  readonly state?: 'streaming' | 'done'
  /** Whether the model refused to answer, and says so here. */
  readonly refusal?: boolean
  /**
   * While it is being written: how many characters of it are settled, as Markdown. They end between two blocks, and what
   * comes later does not change how they look, so that a renderer can keep what it has made of them.
   */
  readonly settled?: number
}

/** What a model thought before it answered. */
export interface ReasoningPart extends Noted {
  readonly type: 'reasoning'
  readonly text: string
  readonly state?: 'streaming' | 'done'
}

/** What a user was asked about a tool call, and what was answered. */
export interface ToolApproval {
  readonly id: string
  readonly approved?: boolean
  readonly reason?: string
}

/**
 * How far a tool call is. While its input is being written, `input` is as much of it as can be told by now; `undefined`
 * where that is nothing.
 */
export type ToolState =
  | { readonly state: 'input-streaming'; readonly input: unknown }
  | { readonly state: 'input-available'; readonly input: unknown }
  | { readonly state: 'approval-requested'; readonly input: unknown; readonly approval: { readonly id: string } }
  | {
      readonly state: 'approval-responded'
      readonly input: unknown
      readonly approval: { readonly id: string; readonly approved: boolean; readonly reason?: string }
    }
  | {
      readonly state: 'output-available'
      readonly input: unknown
      readonly output: unknown
      readonly preliminary?: boolean
    }
  | { readonly state: 'output-error'; readonly input: unknown; readonly errorText: string }
  | {
      readonly state: 'output-denied'
      readonly input: unknown
      readonly approval: { readonly id: string; readonly approved: false; readonly reason?: string }
    }

/** A tool call; the type carries the tool's name, such as `tool-weather`. */
export type ToolPart = {
  readonly type: `tool-${string}`
  readonly toolCallId: string
  /** Whether the provider runs the tool itself. */
  readonly providerExecuted?: boolean
  /** What its provider has noted about the call, and about what has come of it. */
  readonly callProviderMetadata?: ProviderMetadata
  readonly resultProviderMetadata?: ProviderMetadata
} & ToolState

/** An attachment. */
export interface FilePart extends Noted {
  readonly type: 'file'
  readonly mediaType: string
  readonly filename?: string
  /** A URL, a data URL too. */
  readonly url: string
}

/** Where an answer has something from. */
export interface SourceUrlPart extends Noted {
  readonly type: 'source-url'
  readonly sourceId: string
  readonly url: string
  readonly title?: string
}

/** Where an answer has something from: a document. */
export interface SourceDocumentPart extends Noted {
  readonly type: 'source-document'
  readonly sourceId: string
  readonly mediaType: string
  readonly title: string
  readonly filename?: string
}

/** Here the model was asked again, with what its tools had found. */
export interface StepStartPart {
  readonly type: 'step-start'
}

/** Anything else the server wants to show; the type carries its name, such as `data-weather`. */
export interface DataPart {
  readonly type: `data-${string}`
  readonly id?: string
  readonly data: unknown
}

/** One piece of a message: text, reasoning, a tool call, a file, a source, the start of a step, or data. */
export type ChatPart =
  | TextPart
  | ReasoningPart
  | ToolPart
  | FilePart
  | SourceUrlPart
  | SourceDocumentPart
  | StepStartPart
  | DataPart

/** How an answer came to its end. The text it has is kept in every case. */
export interface MessageEnd {
  /**
   * - `complete`: the server said that this is all. `reason` may still be `length` or `content_filter`.
   * - `truncated`: the stream broke off, and could not be gone on with.
   * - `stopped`: by {@link Chat.stop}, or at the server.
   * - `error`: see `error`.
   */
  readonly state: 'complete' | 'truncated' | 'stopped' | 'error'
  /** Why, in one of the field's words: `stop`, `length`, `tool-calls`, `content-filter`, `error`, `other`. */
  readonly reason?: string
  /** The same in the server's own word. */
  readonly raw?: string
  readonly error?: HoldlineError
}

/** What an answer cost, where the server says so. */
export interface Usage {
  readonly inputTokens?: number
  readonly outputTokens?: number
  readonly reasoningTokens?: number
  readonly totalTokens?: number
}

/**
 * One message of a conversation, in the shape of the AI SDK's `UIMessage`: components made for it render ours.
 * A message that did not change keeps its identity, and so does each of its parts.
 */
export interface ChatMessage {
  readonly id: string
  readonly role: 'system' | 'user' | 'assistant'
  readonly parts: ChatPart[]
  readonly metadata?: unknown
  /** Set once the answer has ended. */
  readonly end?: MessageEnd
  readonly usage?: Usage
  /** Where the model was asked for several answers: the other ones, from the second on. */
  readonly choices?: readonly (readonly ChatPart[])[]
  /** What came and was not understood: the last 100, for whoever does. */
  readonly unknown?: readonly unknown[]
}

/** Whether a part is a tool call. */
export const isTool = (part: ChatPart): part is ToolPart => part.type.startsWith('tool-')

/**
 * Whether the last message is an answer that has called tools, and each of them has an output, an error, or the user's
 * word: then the model can be asked again.
 */
export function toolsAreDone(messages: readonly ChatMessage[]): boolean {
  const last = messages[messages.length - 1]
  if (last?.role !== 'assistant') return false
  const since = last.parts.map(({ type }) => type).lastIndexOf('step-start') + 1
  const calls = last.parts.slice(since).filter((part) => isTool(part) && !part.providerExecuted) as ToolPart[]
  return calls.length > 0 && calls.every(({ state }) => /^(output|approval-responded)/.test(state))
}

/** The plain text of a message: its text parts, joined. */
export const textOf = ({ parts }: Pick<ChatMessage, 'parts'>): string =>
  parts.map((part) => (part.type === 'text' ? (part as TextPart).text : '')).join('')
