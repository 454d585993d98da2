import type { HoldlineError } from '../base/error.js'
import type { Readable } from '../base/store.js'
import type { Line } from '../connection/line.js'
import type { ConnectionState } from '../connection/state.js'
import type { AttemptRequest } from '../transports/transport.js'
import type { ChatMessage, MessageEnd, ToolPart } from './message.js'
import type { ChatRequestContext, ResumeAt, ToolChange } from './protocol.js'
import type { Publisher } from './publish.js'
import type { ChatStatus, PendingRun, SendMessageOptions } from './types.js'

/** What a run is about. */
export interface Task {
  /** The answer: its id, and what there is of it where it is gone on with. */
  readonly message: Pick<ChatMessage, 'id'> & Partial<ChatMessage>
  /** What an earlier page has shown of it: stays until the rest has caught up. */
  readonly shown?: ChatMessage | undefined
  readonly asked: Omit<AttemptRequest, 'method'>
  readonly resume: ResumeAt | undefined
  /** Whether it was begun by an earlier page: then it is only asked for. */
  readonly begun: boolean
}

/** Whom a run tells. */
export interface RunOwner extends Publisher {
  ended(message: ChatMessage, end: MessageEnd): void
  /** A tool call's input is whole, or something else has become of it. */
  called(message: ChatMessage): void
  /** Another message that has this id. */
  find(id: string): ChatMessage | undefined
}

/** One answer on its way. */
export interface Run {
  readonly line: Line
  status(): ChatStatus
  /** The answer so far, if any has come. After a start from nothing it stays until the new one has caught up. */
  show(): ChatMessage | undefined
  /** Ends it here, and tells the server if that is of use. Resolves when the server knows. */
  stop(): Promise<void>
  /** Dials now, where the answer can be gone on with. */
  redial(): void
  /** Hangs up and says nothing. */
  leave(): void
  readonly stalled: boolean
  /** What another page needs to know to go on with it. */
  pending(): Pick<PendingRun, 'resumable' | 'at' | 'seed'>
}

/** The answers of a conversation, one at a time. */
export interface Answering {
  /** The answer that is arriving, if any. */
  readonly run: Run | undefined
  /** What there is of it, with what has become of its tools. */
  answer(): ChatMessage | undefined
  /** The line of the answer that is arriving, or of the last one. */
  readonly line: Readable<ConnectionState>
  readonly error: HoldlineError | undefined
  clearError(): void
  /** Asks a question behind a message, or for another answer to that message. Settles when the answer has ended. */
  ask(
    question: ChatMessage | undefined,
    after: string | undefined,
    trigger: ChatRequestContext['trigger'],
    extra?: SendMessageOptions,
  ): Promise<void>
  /** Goes on with an answer that another page has asked for. */
  goOn(pending: PendingRun): void
  /** What another page needs to know to go on with this one. */
  pending(): PendingRun | undefined
  /** Something has become of a tool call. */
  change(fits: (call: ToolPart) => boolean, change: ToolChange): void
  /** Hangs up; what has come is kept. */
  leave(): void
}
