import type { Ending } from '../base/ending.js'
import type { HoldlineError } from '../base/error.js'
import type { Frame } from '../frames/frame.js'
import type { Env } from './env.js'
import type { Given } from '../base/given.js'

/** What a chat run asks for instead of the transport's own request. */
export interface AttemptRequest {
  /** `POST` starts, `GET` goes on, `DELETE` stops. Over WebSocket the first frame says the same. */
  readonly method: 'POST' | 'GET' | 'DELETE'
  readonly query: Readonly<Record<string, string>>
  /** Asked for on every attempt. */
  readonly headers?: Given<Readonly<Record<string, string>>> | undefined
  /** Sent as JSON. */
  readonly body?: unknown
}

/** What a transport is told about the one attempt it shall make. */
export interface Attempt {
  /** Id of the last message that was taken in; undefined on a fresh start. */
  readonly cursor: string | undefined
  /** Whether an earlier attempt may already have reached the server with its request. */
  readonly sent: boolean
  /** Fires when we hang up. The only way to be cancelled. */
  readonly signal: AbortSignal
  readonly env: Env
  /** For polls that must wait: resolves later, or at once when we hang up. Never setTimeout. */
  pause(ms: number): Promise<void>
  readonly request?: AttemptRequest | undefined
  /** How to read where the transport has no dialect of its own. */
  readonly dialect?: Dialect | undefined
}

/** What an open line offers. */
export interface Channel {
  /** Only if the line is two-way. */
  readonly send?: (data: unknown) => void
  /** Asks for a sign of life. */
  readonly ping?: () => void
  /** The longest silence that is normal here, in milliseconds: for polls, the time between two answers. */
  readonly quietMs?: number
}

/** What a transport may tell while its attempt lasts. */
export interface Sink {
  /** The request is on its way: from now on the server may have seen it. */
  sent(): void
  /** The server agreed. Before the first frame; a second time is ignored. */
  opened(channel?: Channel): void
  /** Bytes arrived: somebody is there. `beat` where they were nothing but a sign of life. */
  alive(beat?: boolean): void
  frame(frame: Frame): void
  /** The cursor moves without a message. */
  checkpoint(id: string): void
  /** The server wants to be left alone for so long after a drop. */
  retryAfter(ms: number): void
  /** The server says how it keeps the line, and whether it could go on from the cursor. */
  welcome(welcome: Welcome): void
  /** Something could not be read; the line goes on. */
  fault(error: HoldlineError): void
}

/** How a server greets a line. */
export interface Welcome {
  /** The longest pause between two signs of life. */
  readonly heartbeatMs?: number | undefined
  /** False where the server no longer has what comes after the cursor. */
  readonly resumed?: boolean | undefined
}

/** How a server frames messages on a line and carries the cursor over it. Pure but for what it tells the sink. */
export interface Dialect {
  /**
   * Reads one unit: an event of a stream, or the text of a WebSocket frame or of a poll's body.
   * Returns an ending if it holds one.
   */
  read(unit: Frame | string, sink: Sink): Ending | undefined
  /** The first frame to send over a two-way line. The line then counts as open once the server has answered. */
  hello?(cursor: string | undefined, request?: AttemptRequest, headers?: Readonly<Record<string, string>>): string
  /** The frame that asks for a sign of life. */
  readonly ping?: string
  /** A value to send, as a frame. */
  encode?(data: unknown): string
  /** Whether a poll tells the server how long it may hold the answer back (`wait=25`, in seconds). */
  readonly waits?: boolean
}

/**
 * One way of reaching a server. `dial` makes one attempt: it connects, listens, and settles when the line is gone.
 *
 * - It never retries and never sleeps on its own: time belongs to the connection.
 * - It never rejects for a reason it can name; a rejection is a bug and is treated as one.
 * - After `signal` fires it asks for nothing more and settles soon. What it still says by then, such as the rest of a
 *   batch, is an echo: the connection drops it.
 */
export interface Transport {
  /** Shown in the state, such as `sse`. */
  readonly name: string
  /** Tells this one from others of its name, where the URL is known. */
  readonly label: string
  /** How much longer than `connectTimeoutMs` the first answer may rightly take, in milliseconds. */
  readonly patienceMs?: number
  dial(attempt: Attempt, sink: Sink): Promise<Ending>
}
