import { createEventStream, type EventStreamReader } from './eventStream.js'

/** How the body of an answer over HTTP is cut into frames while it arrives. */
export interface StreamFormat {
  /** What is asked for with `Accept`. */
  readonly accept: string
  /** Which content types are read. */
  readonly types: RegExp
  /**
   * A reader for one body: takes text, wherever it was cut, and returns false once more than `maxChars` stand in a
   * frame that does not end. Told `true` besides, the body has come to its end.
   */
  reader(to: EventStreamReader, maxChars: number, head: Headers): (text: string, ended?: boolean) => boolean
  /** Whether the end of the body is the end of all; else a body that just stops was cut. */
  readonly endsWithBody?: boolean
}

/** Server-Sent Events. */
export const eventStream: StreamFormat = {
  accept: 'text/event-stream',
  types: /^text\/event-stream\b/i,
  reader: createEventStream,
}
