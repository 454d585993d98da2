import { createParser } from 'eventsource-parser'
import type { Frame } from './frame.js'

/** What an event stream can hold. */
export interface EventStreamReader {
  frame(frame: Frame): void
  /** A block that carried an id and nothing else: a checkpoint. */
  checkpoint(id: string): void
  /** `retry:`, in milliseconds. */
  retryAfter(ms: number): void
  /** A comment came: a sign of life. */
  alive(beat: true): void
}

/**
 * Feeds text to the grammar of Server-Sent Events, wherever the chunks happen to be cut.
 * Returns false once more than `maxChars` stand in an event that does not end: nothing may be fed after that.
 *
 * @see https://html.spec.whatwg.org/multipage/server-sent-events.html#event-stream-interpretation
 */
export function createEventStream(to: EventStreamReader, maxChars: number): (text: string) => boolean {
  let within = true
  let beat = false
  /** The parser tells an id before the event that carries it; where no event follows, the id stood alone. */
  let lone: string | undefined
  const settle = (): void => {
    if (lone !== undefined) to.checkpoint(lone)
    lone = undefined
  }

  const parser = createParser({
    maxBufferSize: maxChars,
    onId(id) {
      settle()
      lone = id
    },
    onEvent({ event, data, id }) {
      if (id === undefined) settle()
      lone = undefined
      // The parser bounds what it keeps, and an event within one chunk it need not keep.
      if (data.length > maxChars) within = false
      if (within) to.frame({ event: event || 'message', data, id })
    },
    onRetry: to.retryAfter,
    onComment() {
      beat = true
    },
    onError(error) {
      // Fields and numbers that mean nothing are passed over, as the standard asks.
      if (error.type === 'max-buffer-size-exceeded') within = false
    },
  })

  return (text) => {
    parser.feed(text)
    settle()
    // Once, however many came together: each asks for the time.
    if (beat) to.alive(true)
    beat = false
    return within
  }
}
