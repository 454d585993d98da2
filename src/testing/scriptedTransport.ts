import type { Ending } from '../base/ending.js'
import type { Frame } from '../frames/frame.js'
import type { Attempt, Channel, Sink, Transport } from '../transports/transport.js'

/** One dial of a {@link scriptedTransport}, answered by the test. */
export interface ScriptedCall {
  readonly attempt: Attempt
  /** For what the helpers below do not say. */
  readonly sink: Sink
  /** Whether the line is gone, whoever hung up. */
  readonly over: boolean
  /** What the page has sent. */
  readonly sent: readonly unknown[]
  /** The server agrees. */
  open(channel?: Channel): void
  /** The server says something; it agrees first, if it has not yet. Anything but a string is sent as JSON. */
  message(data: unknown, fields?: Partial<Omit<Frame, 'data'>>): void
  /** The line breaks. */
  drop(cause?: unknown): void
  /** The server says no, with this HTTP status. */
  refuse(status: number): void
  /** The server has nothing more to say. */
  finish(reason?: string): void
  end(ending: Ending): void
}

/** A transport that is played by a test. */
export interface ScriptedTransport extends Transport {
  /** Every dial so far. */
  readonly calls: readonly ScriptedCall[]
  /** The dial made last; requests to stop are left out. Throws where there was none. */
  last(): ScriptedCall
}

/**
 * A transport without a server: each dial shows up in `calls`, and the test answers.
 *
 * @example
 * const transport = scriptedTransport()
 * const news = createConnection({ transports: transport })
 * news.subscribe(show)
 * transport.last().message('hello', { id: '1' })
 * transport.last().drop()
 */
export function scriptedTransport(name: string = 'scripted'): ScriptedTransport {
  const calls: ScriptedCall[] = []
  return {
    name,
    label: name,
    calls,
    last() {
      const call = [...calls].reverse().find(({ attempt }) => attempt.request?.method !== 'DELETE')
      if (!call) throw new Error('Nobody has dialled yet')
      return call
    },
    dial: (attempt, sink) =>
      new Promise((settle) => {
        const call = answerable(attempt, sink, settle)
        attempt.signal.addEventListener('abort', () => call.end({ kind: 'aborted' }))
        if (attempt.signal.aborted) call.end({ kind: 'aborted' })
        calls.push(call)
        const { request } = attempt
        if (request && request.method !== 'GET') sink.sent()
        // Whoever asks a server to stop waits for its word, and few tests have something to say about that.
        if (request?.method === 'DELETE') call.finish('stopped')
      }),
  }
}

function answerable(attempt: Attempt, sink: Sink, settle: (ending: Ending) => void): ScriptedCall {
  const sent: unknown[] = []
  let over = false

  const open = (channel: Channel = { send: (data) => void sent.push(data) }): void => {
    sink.opened(channel)
    sink.alive()
  }
  const end = (ending: Ending): void => {
    over = true
    settle(ending)
  }
  return {
    attempt,
    sink,
    get over() {
      return over
    },
    sent,
    open,
    message(data, fields) {
      if (over) throw new Error('This line is gone; play the next one, transport.last()')
      open()
      sink.frame({
        event: 'message',
        id: undefined,
        data: typeof data === 'string' ? data : JSON.stringify(data),
        ...fields,
      })
    },
    drop: (cause) => end({ kind: 'dropped', cause }),
    refuse: (status) => end({ kind: 'refused', status }),
    finish: (reason) => end({ kind: 'finished', reason }),
    end,
  }
}
