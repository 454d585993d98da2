import type { Ending } from '../base/ending.js'
import type { HoldlineError } from '../base/error.js'
import type { StreamFormat } from '../frames/format.js'
import type { Frame } from '../frames/frame.js'
import type { Env } from './env.js'
import type { Asking, Given } from '../base/given.js'

/** What a chat run asks for instead of the transport's own request. */
export interface AttemptRequest {
  /** `POST` starts, `GET` goes on, `DELETE` stops. Over WebSocket the first frame says the same. */
  readonly method: 'POST' | 'GET' | 'DELETE'
  readonly query: Readonly<Record<string, string>>
  /** Where to ask, over HTTP, if not at the transport's own URL but below it, such as `42/stream`. */
  readonly path?: string | undefined
  /** Where a server is told to stop in another way than by DELETE. */
  readonly verb?: 'POST' | undefined
  /** How the answer to a streaming request is framed. @defaultValue as an event stream */
  readonly format?: StreamFormat | undefined
  /** Asked for on every attempt. */
  readonly headers?: Given<Readonly<Record<string, string>>> | undefined
  /** Sent as JSON. */
  readonly body?: unknown
}

/** What a transport is told about the one attempt it shall make. */
export interface Attempt extends Asking {
  /** Id of the last message that was taken in; undefined on a fresh start. */
  readonly cursor: string | undefined
  /** Whether an earlier attempt may already have reached the server with its request. */
  readonly sent: boolean
  readonly env: Env
  /** For polls that must wait: resolves later, or at once when we hang up. Never setTimeout. */
  pause(ms: number): Promise<void>
  readonly request?: AttemptRequest | undefined
  /** How to read where the transport has no dialect of its own. */
  readonly dialect?: Dialect | undefined
}

/** What an open line offers. */
export interface Channel {
  /**
   * Only if something can be sent. `id` names the message, the same one each time it is sent; `renew` asks for new
   * credentials. Returns nothing where no answer will come; else a promise that resolves once the server has the
   * message, or with the reason why not, and never rejects. It may stay open where the line is lost.
   */
  readonly send?: (data: unknown, id: string, renew?: boolean) => void | Promise<Ending | undefined>
  /** Whether the next message must wait for the answer to this one, or the two could overtake each other. */
  readonly serial?: boolean
  /** The server speaks first, within so many milliseconds; if not, somebody on the way holds its words back. */
  readonly proofMs?: number | undefined
  /** Takes the place of what the same line has offered before: it goes on by another way. */
  readonly anew?: boolean
  /** Asks for a sign of life. */
  readonly ping?: () => void
  /** The longest silence that is normal here, in milliseconds: for polls, the time between two answers. */
  readonly quietMs?: number
}

/** What a transport may tell while its attempt lasts. */
export interface Sink {
  /** The request is on its way: from now on the server may have seen it. */
  sent(): void
  /** The server agreed. Before the first frame; a second time is ignored, but for an offer that is `anew`. */
  opened(channel?: Channel): void
  /** Bytes arrived: somebody is there. `beat` where they were nothing but a sign of life; `bytes`: how many. */
  alive(beat?: boolean, bytes?: number): void
  /** The server has what was sent under this id; or will not have it, for a reason. Where the transport waits for it. */
  acked?(id: string, refusal?: string): void
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

/**
 * What a request carries for the cursor's sake. Where there are both, they say the same: the headers are for a page of
 * the same origin, the query is for all that cannot send headers, or would have to ask leave to.
 */
export interface HttpCursor {
  readonly headers?: Readonly<Record<string, string>>
  readonly query?: Readonly<Record<string, string>>
}

/** How a server frames messages on a line and carries the cursor over it. Pure but for what it tells the sink. */
export interface Dialect {
  /**
   * Reads one unit: an event of a stream, a binary WebSocket frame, or the text of a WebSocket frame or of a poll's
   * body; `head` is what stood above that body. Returns an ending if it holds one.
   */
  read(unit: Frame | string, sink: Sink, head?: Headers): Ending | undefined
  /** How the cursor travels, over WebSocket in the query. @defaultValue over HTTP as `Last-Event-ID` or `last_event_id` */
  ask?(cursor: string | undefined): HttpCursor
  /** What the headers of an event stream say, before its first byte. */
  head?(head: Headers, sink: Sink, cursor: string | undefined): void
  /** What an ending means where this server means something else by it. */
  ended?(ending: Ending): Ending
  /** Whether the server speaks first and at once, so that a stream that says nothing is held back on the way. */
  readonly greets?: boolean
  /** The WebSocket subprotocols of the dialect. */
  readonly protocols?: readonly string[]
  /** The first frame to send over a two-way line. The line then counts as open once the server has answered. */
  hello?(cursor: string | undefined, request?: AttemptRequest, headers?: Readonly<Record<string, string>>): string
  /** The frame that asks for a sign of life. */
  readonly ping?: string
  /** A value to send, as a frame; `id` names it. */
  encode?(data: unknown, id: string): string
  /** Whether the server acknowledges what is sent over a WebSocket. */
  readonly acks?: boolean
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
