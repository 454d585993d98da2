import type { HoldlineError } from '../base/error.js'
import type { Readable } from '../base/store.js'
import type { ConnectionState } from '../connection/state.js'
import type { LineOptions } from '../connection/options.js'
import type { Given } from '../base/given.js'
import type { ChatMessage, ChatPart, DataPart, MessageEnd } from './message.js'
import type { ChatProtocol, ChatRequestContext } from './protocol.js'

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
   * When a change is shown: once per frame, every so many milliseconds, or at once. The first token, the status and the
   * end are always shown at once. @defaultValue 'frame'
   */
  readonly publish?: 'frame' | 'sync' | { readonly everyMs: number } | undefined
  /** Makes ids for messages and runs. @defaultValue random ones, of 128 bits */
  readonly generateId?: (() => string) | undefined
  /** Called once per answer, however it ended. */
  readonly onFinish?: ((finish: ChatFinish) => void) | undefined
  readonly onError?: ((error: HoldlineError) => void) | undefined
  /** Called for data that the server sends beside the answer's text, whether it stands in the message or not. */
  readonly onData?: ((part: DataPart) => void) | undefined
}

/** What one request gets on top of the chat's own options. */
export interface SendMessageOptions {
  readonly headers?: Readonly<Record<string, string>> | undefined
  /** Laid over the chat's body. */
  readonly body?: object | undefined
}

/** A conversation with a server that streams its answers. */
export interface Chat extends Readable<ChatSnapshot> {
  readonly id: string
  /**
   * Adds the user's message and asks for an answer. Settles when the answer has ended, however it ended; look at
   * `message.end`. Rejects with a {@link HoldlineError} of kind `request` if an answer is still arriving.
   */
  sendMessage(
    message: { readonly text: string } | { readonly parts: readonly ChatPart[] },
    options?: SendMessageOptions,
  ): Promise<void>
  /** Asks again for the last answer, or for that one: it and what follows it make room for the new one. */
  regenerate(options?: SendMessageOptions & { readonly messageId?: string | undefined }): Promise<void>
  /** Ends the answer that is arriving and tells the server so. What has come is kept. */
  stop(): Promise<void>
  /** Dials now instead of waiting. */
  reconnect(): void
  setMessages(messages: readonly ChatMessage[] | ((messages: readonly ChatMessage[]) => readonly ChatMessage[])): void
  clearError(): void
  /** Hangs up without telling the server to stop. The chat is of no use afterwards. */
  dispose(): void
}
