import type { ChatPart } from '../chat/message.js'
import type { ChatOperation } from '../chat/protocol.js'
import { custom } from '../chat/protocols/custom.js'
import type { ChatOptions } from '../chat/types.js'
import { type ManualClock, manualClock } from './manualClock.js'
import { type ScriptedTransport, scriptedTransport } from './scriptedTransport.js'

/** Plays the server's side of the answer that is being asked for. */
export interface RunScript {
  /** The body of the request that started the run: `{ messages }`. */
  readonly request: unknown
  text(delta: string): void
  reasoning(delta: string): void
  part(part: ChatPart): void
  /** Anything else that can happen in an answer. */
  play(operation: ChatOperation): void
  /** The answer is whole, and the line ends. */
  finish(reason?: string): void
  /** The server says what went wrong, and the line ends. */
  fail(message: string): void
  /** The network breaks in mid-answer. The page comes back after `clock.pass`, and the run goes on where it was. */
  drop(): void
}

/** What {@link scriptedChat} makes. */
export interface ChatScript {
  /** For `createChat` or `useChat`. Every change is shown at once: a test need not wait for frames. */
  readonly options: ChatOptions
  readonly run: RunScript
  readonly transport: ScriptedTransport
  readonly clock: ManualClock
}

/**
 * A chat without a server: hand `options` to the component under test, and play the answers.
 *
 * @example
 * const { options, run } = scriptedChat()
 * render(<ChatBox options={options} />)
 * // the user sends something
 * run.text('Hel')
 * run.text('lo')
 * run.finish()
 */
export function scriptedChat(more: Partial<ChatOptions> = {}): ChatScript {
  const clock = manualClock()
  const transport = scriptedTransport()
  /** How many messages of each run were sent: its ids are 1, 2, 3 … whichever line they travel on. */
  const counts = new Map<string, number>()
  let request: unknown

  const options: ChatOptions = {
    transports: transport,
    protocol: custom({
      name: 'scripted',
      request: ({ messages }) => (request = { messages }),
      reader:
        () =>
        ({ data }) => [JSON.parse(data) as ChatOperation],
    }),
    publish: 'sync',
    ...more,
    env: { clock, ...more.env },
  }

  function play(operation: ChatOperation): void {
    const call = transport.last()
    const run = call.attempt.request?.query.run ?? ''
    const id = (counts.get(run) ?? 0) + 1
    counts.set(run, id)
    call.message(operation, { id: String(id) })
  }

  return {
    options,
    transport,
    clock,
    run: {
      get request() {
        return request
      },
      play,
      text: (delta) => play({ type: 'text', delta }),
      reasoning: (delta) => play({ type: 'reasoning', delta }),
      part: (part) => play({ type: 'part', part }),
      finish(reason = 'stop') {
        const call = transport.last()
        play({ type: 'finish', reason })
        call.finish('complete')
      },
      fail: (message) => play({ type: 'error', message }),
      drop: () => transport.last().drop(),
    },
  }
}
