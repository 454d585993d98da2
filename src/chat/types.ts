import type { HoldlineError } from '../base/error.js'
import type { Readable } from '../base/store.js'
import type { ConnectionState } from '../connection/state.js'
import type { LineOptions } from '../connection/options.js'
import type { Given } from '../base/given.js'
import type { Branches, Tree } from './conversation.js'
import type { ChatMessage, ChatPart, DataPart, MessageEnd, ToolPart } from './message.js'
import type { ChatProtocol, ChatRequestContext, ResumeAt } from './protocol.js'

/**
 * - `submitted`: asked, and nothing has come yet. `streaming`: the answer is arriving.
 * - `reconnecting`: the line broke while the answer was arriving; it will go on where it was.
 */
export type ChatStatus = 'ready' | 'submitted' | 'streaming' | 'reconnecting' | 'error'

/** The line under the answer that is arriving, or under the last one. */
export interface ChatConnection {
  readonly status: ConnectionState['status']
  readonly transport: string
  readonly attempt: number
  readonly retryAtMs: number | undefined
  /** When the last byte came. Always up to date, and never a change by itself. */
  readonly lastByteAtMs: number | undefined
}

/** All that a screen shows of a chat. The same object until something changes; what did not change keeps its identity. */
export interface ChatSnapshot {
  readonly id: string
  readonly messages: readonly ChatMessage[]
  readonly status: ChatStatus
  readonly connection: ChatConnection
  readonly error: HoldlineError | undefined
  /**
   * Nothing of the answer has come for `stallAfterMs`, though the line may well live, and asking for the rest did not help.
   * No error: the model may only be slow. Say so on the screen, and offer to stop.
   */
  readonly stalled: boolean
  /** What was sent while an answer was arriving, and waits for its turn. */
  readonly queued: readonly ChatMessage[]
}

/** What {@link ChatOptions.onFinish} is told. */
export interface ChatFinish {
  readonly message: ChatMessage
  readonly messages: readonly ChatMessage[]
  readonly end: MessageEnd
}

/** What {@link createChat} takes: all that a connection takes, but `decode`, and the following. */
export interface ChatOptions extends LineOptions {
  /** How the server is asked and how it answers, such as `openAi()`. */
  readonly protocol: ChatProtocol
  /** @defaultValue a new one */
  readonly id?: string | undefined
  /** How long an attempt may take until the server has answered, in milliseconds: models think. @defaultValue 30000 */
  readonly connectTimeoutMs?: number | undefined
  /** The conversation so far. */
  readonly messages?: readonly ChatMessage[] | undefined
  /** Sent with every request of a run; asked for on every attempt. */
  readonly headers?: Given<Readonly<Record<string, string>>> | undefined
  /** Laid over the protocol's body. */
  readonly body?: object | ((context: ChatRequestContext) => object) | undefined
  /**
   * Whether an answer that was cut is gone on with: by GET with the cursor, never by a second POST. `off` also leaves
   * `chat` and `run` out of the URL, for servers that refuse what they do not know. @defaultValue 'auto'
   */
  readonly resume?: 'auto' | 'off' | undefined
  /**
   * When a change is shown: with the next frame, but no sooner than 20 ms after the one before, so that an answer grows
   * some thirty times a second on any screen; every so many milliseconds; or at once. The first token, the status and
   * the end are always shown at once. @defaultValue 'frame'
   */
  readonly publish?: 'frame' | 'sync' | { readonly everyMs: number } | undefined
  /**
   * What becomes of a message that is sent while an answer arrives: it is refused, it waits for its turn, or it stops the
   * answer. @defaultValue 'reject'
   */
  readonly whileBusy?: 'reject' | 'queue' | 'replace' | undefined
  /**
   * How long nothing of an answer may come until it counts as stalled, in milliseconds. First the rest is asked for over
   * a new line, where the server can tell it; if that does not help, the snapshot says `stalled`. @defaultValue 30000
   */
  readonly stallAfterMs?: number | undefined
  /**
   * Called once for each tool call whose input is whole, unless the provider runs it. What it returns, or the promise of
   * it, is the tool's output; `undefined` leaves it to {@link Chat.addToolOutput}. What it throws is the tool's error.
   */
  readonly onToolCall?: ((call: ToolPart) => unknown) | undefined
  /**
   * Whether the model is asked again by itself, once an answer has ended or a tool has an output.
   * @defaultValue {@link toolsAreDone} where there is `onToolCall`; else never
   */
  readonly sendAutomaticallyWhen?: ((messages: readonly ChatMessage[]) => boolean) | undefined
  /** Where the conversation is kept, with the answer that is arriving: after a reload it goes on. */
  readonly persist?: ChatStore | undefined
  /** Makes ids for messages and runs. @defaultValue random ones, of 128 bits */
  readonly generateId?: (() => string) | undefined
  /** Called once per answer, however it ended. */
  readonly onFinish?: ((finish: ChatFinish) => void) | undefined
  readonly onError?: ((error: HoldlineError) => void) | undefined
  /** Called for data that the server sends beside the answer's text, whether it stands in the message or not. */
  readonly onData?: ((part: DataPart) => void) | undefined
}

/** A conversation as it is kept. */
export interface ChatRecord {
  readonly tree: Tree
  /** The answer that was arriving when this was written. */
  readonly run?: PendingRun | undefined
}

/** An answer that was arriving, and how the rest of it is asked for. */
export interface PendingRun {
  readonly runId: string
  readonly messageId: string
  /** The message it answers, or the beginning of itself that it goes on from. */
  readonly after: string
  /** Whether the server can be asked for it. */
  readonly resumable: boolean
  readonly at?: ResumeAt | undefined
  /** How many of the answer's parts were there before: it is one that was gone on with. */
  readonly seed?: number | undefined
}

/** A place for conversations, by their ids: see {@link storageStore}. */
export interface ChatStore {
  load(chatId: string): ChatRecord | undefined | Promise<ChatRecord | undefined>
  save(chatId: string, record: ChatRecord): void | Promise<void>
}

/** What one request gets on top of the chat's own options. */
export interface SendMessageOptions {
  readonly headers?: Readonly<Record<string, string>> | undefined
  /** Laid over the chat's body. */
  readonly body?: object | undefined
}

/** What a user says: text, or parts such as text and files. */
export type NewMessage = { readonly text: string } | { readonly parts: readonly ChatPart[] }

/** A conversation with a server that streams its answers. */
export interface Chat extends Readable<ChatSnapshot> {
  readonly id: string
  /**
   * Adds the user's message and asks for an answer. Settles when the answer has ended, however it ended; look at
   * `message.end`. What happens while an answer is still arriving is up to `whileBusy`: by default it rejects with a
   * {@link HoldlineError} of kind `request`.
   */
  sendMessage(message: NewMessage, options?: SendMessageOptions): Promise<void>
  /** Asks again for the last answer, or for that one: it and what follows it make room for the new one. */
  regenerate(options?: SendMessageOptions & { readonly messageId?: string | undefined }): Promise<void>
  /** Asks again with another question in the place of that one. Both, and what came after each, are kept as branches. */
  edit(messageId: string, message: NewMessage, options?: SendMessageOptions): Promise<void>
  /** Asks the model to go on with the last answer, where that was cut or has waited for its tools. */
  continue(options?: SendMessageOptions): Promise<void>
  /** The versions of a message that {@link Chat.edit} and {@link Chat.regenerate} have made. */
  branches(messageId: string): Branches
  /** Shows another version of a message, and what came after it. */
  selectBranch(messageId: string): void
  /** What a tool has found, or why it failed. */
  addToolOutput(
    result: { readonly toolCallId: string } & ({ readonly output: unknown } | { readonly errorText: string }),
  ): void
  /** What the user says to a tool call that waits for approval; `id` is the approval's. */
  addToolApprovalResponse(answer: { readonly id: string; readonly approved: boolean; readonly reason?: string }): void
  /**
   * Takes a message out of `queued` and returns it, to be written anew for instance; `undefined` where it does not wait any
   * more. The promise of its `sendMessage` rejects with the code `cancelled`.
   */
  cancelQueued(messageId: string): ChatMessage | undefined
  /** Ends the answer that is arriving and tells the server so. What has come is kept. */
  stop(): Promise<void>
  /** Dials now instead of waiting. */
  reconnect(): void
  setMessages(messages: readonly ChatMessage[] | ((messages: readonly ChatMessage[]) => readonly ChatMessage[])): void
  clearError(): void
  /** Hangs up without telling the server to stop. The chat is of no use afterwards. */
  dispose(): void
}
