import { asError, type HoldlineError } from '../base/error.js'
import { iterate, type IterateOptions } from '../base/iterate.js'
import { createListeners, type Listenable } from '../base/listeners.js'
import type { Readable } from '../base/store.js'
import { text } from '../frames/decode.js'
import type { Frame } from '../frames/frame.js'
import type { Gap } from './ledger.js'
import { closed, createLine, type LineOwner } from './line.js'
import type { Journal } from './machine.js'
import type { ConnectionOptions } from './options.js'
import { createOutbox, type SendOptions } from './outbox.js'
import type { ConnectionState } from './state.js'

/** What a server said, decoded. */
export interface Message<T> {
  readonly data: T
  /** The event's name; `message` where the server gave none. */
  readonly event: string
  readonly id: string | undefined
}

/** A line to a server, held by those who listen: the first one opens it, the last one to leave closes it. */
export interface Connection<T> extends Listenable<Message<T>>, AsyncIterable<Message<T>> {
  /** What the line is doing, and why. */
  readonly state: Readable<ConnectionState>
  /** Hears every message; the returned function leaves. A listener that throws harms nobody else. */
  subscribe(listener: (message: Message<T>) => void): () => void
  /**
   * Sends a string or binary data as it is and anything else as JSON. Waits for a line that somebody listens to, with
   * 256 messages at the most.
   * Resolves once the server has it, where it can say so (`envelope()` over WebSocket, `sendUrl` over HTTP); else when
   * handed over. Rejects with a {@link HoldlineError}, never loses silently.
   */
  send(data: unknown, options?: SendOptions): Promise<void>
  /** What could not be decoded or broke a rule; the connection goes on. */
  readonly faults: Listenable<HoldlineError>
  /**
   * Told when messages may be missing. A listener that calls {@link Connection.reconnect} has them asked for again
   * before the message behind the gap is delivered.
   */
  readonly gaps: Listenable<Gap>
  /** The messages one by one, with a bound on how many may wait. Ends when the line is closed, throws when it fails. */
  messages(options?: IterateOptions): AsyncIterableIterator<Message<T>>
  /** The same as a `ReadableStream`. Listens from the first to the last: cancel what is not read to its end. */
  stream(options?: IterateOptions): ReadableStream<Message<T>>
  /** The journal that was given with the options. */
  readonly journal: Journal | undefined
  /** Dials now, whatever is going on. Does nothing while nobody listens. */
  reconnect(): void
  /** Hangs up at once. The next listener opens it again. */
  close(): void
}

/**
 * Creates a connection. Nothing happens until somebody listens.
 *
 * @example
 * const likes = createConnection({ transports: [webSocket('/likes'), sse('/likes')], decode: json() })
 * const stop = likes.subscribe(({ data }) => console.log(data))
 */
export function createConnection<T = string>(options: ConnectionOptions<T>): Connection<T> {
  const listeners = createListeners<Message<T>>()
  const faults = createListeners<HoldlineError>()
  const gaps = createListeners<Gap>()
  const { decode = text as (frame: Frame) => T, snapshot, journal } = options

  const owner: LineOwner = {
    take(frame) {
      let data: T
      try {
        data = decode(frame)
      } catch (error) {
        // What nobody can read must not come again, so the cursor moves on all the same.
        return faults.tell(asError(error, 'decode'))
      }
      listeners.tell({ data, event: frame.event, id: frame.id })
    },
    fault: faults.tell,
    gap(gap) {
      gaps.tell(gap)
      if (snapshot && !gap.again) line.restore(async () => snapshot(gap))
    },
    ids: options.ids,
    channel: (channel) => (channel ? outbox.open(channel) : outbox.shut()),
    over: (error) => outbox.reject(error),
  }
  const line = createLine(options, owner, options)
  const { state } = line
  const outbox = createOutbox(options.outbox ?? {}, line.plan, line.env, state.get)

  function subscribe(listener: (message: Message<T>) => void): () => void {
    const leave = listeners.subscribe(listener)
    line.hold()
    return () => {
      leave()
      if (listeners.size() === 0) line.release()
    }
  }

  function messages(limits?: IterateOptions): AsyncIterableIterator<Message<T>> {
    return iterate((to) => {
      const leave = subscribe(to.push)
      const look = (): void => {
        const now = state.get()
        if (now.status === 'closed') to.end()
        if (now.status === 'failed') to.end(now.error)
      }
      const forget = state.subscribe(look)
      look()
      return () => {
        forget()
        leave()
      }
    }, limits)
  }

  function stream(limits?: IterateOptions): ReadableStream<Message<T>> {
    const reader = messages(limits)
    const pull = async (to: ReadableStreamDefaultController<Message<T>>): Promise<void> => {
      const { done, value } = await reader.next()
      if (done) to.close()
      else to.enqueue(value)
    }
    // The iterator has the buffer, and the bound on it.
    return new ReadableStream({ pull, cancel: () => void reader.return?.() }, { highWaterMark: 0 })
  }

  return {
    state,
    subscribe,
    faults,
    gaps,
    journal,
    messages,
    stream,
    [Symbol.asyncIterator]: () => messages(),
    async send(data, sending) {
      const now = state.get()
      if (now.status === 'failed') throw now.error
      if (now.status === 'closed') throw closed()
      return outbox.post(data, sending)
    },
    reconnect: () => {
      if (listeners.size() > 0) line.redial()
    },
    close() {
      line.close()
      // Where it was never opened, nothing has ended.
      outbox.reject(closed())
    },
  }
}
