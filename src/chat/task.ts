import type { AttemptRequest } from '../transports/transport.js'
import type { Line } from '../connection/line.js'
import type { ChatMessage, MessageEnd } from './message.js'
import type { ResumeAt } from './protocol.js'
import type { Publisher } from './publish.js'
import type { ChatStatus, PendingRun } from './types.js'

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
