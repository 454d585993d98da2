import { eventStream } from '../../frames/format.js'
import { textOf } from '../message.js'
import type { ChatProtocol } from '../protocol.js'
import { readLangGraph } from './langGraphReader.js'

/** What {@link langGraph} takes. */
export interface LangGraphOptions {
  /** Which assistant, or which graph by its name. */
  readonly assistant: string
  /** `last` sends only the newest message, as a thread remembers the others; `all` is for runs without one. @defaultValue 'last' */
  readonly send?: 'all' | 'last' | undefined
  /** What is streamed. @defaultValue ['messages-tuple', 'values', 'custom'] */
  readonly modes?: readonly string[] | undefined
  /** More fields for the request, such as `config`. */
  readonly body?: object | undefined
}

/**
 * LangGraph's server: the URL is that of a thread's `runs/stream`. Text comes from `messages` events, or from `values`
 * where the graph does not stream it. State, updates and all that is of another mode goes to `onData`, as
 * `data-values` and so on; what a graph writes itself (`custom`) stands in the message too.
 *
 * The server marks no end but that of the response: an answer that a proxy ends neatly half way passes for whole. One
 * that is torn is gone on with, by the run's id and `Last-Event-ID`.
 *
 * @example
 * const chat = createChat({
 *   transports: sse(`/threads/${thread}/runs/stream`),
 *   protocol: langGraph({ assistant: 'agent' }),
 * })
 *
 * @see https://docs.langchain.com/langsmith/streaming
 */
export function langGraph({ assistant, send = 'last', modes, body }: LangGraphOptions): ChatProtocol {
  return {
    name: 'langgraph',
    ids: 'opaque',
    endsWithLine: true,
    format: { ...eventStream, endsWithBody: true },
    request: ({ messages }) => ({
      assistant_id: assistant,
      input: {
        messages: (send === 'last' ? messages.slice(-1) : messages).map((message) => ({
          id: message.id,
          type: TYPES[message.role],
          content: textOf(message),
        })),
      },
      stream_mode: modes ?? ['messages-tuple', 'values', 'custom'],
      stream_resumable: true,
      on_disconnect: 'continue',
      ...body,
    }),
    reader: readLangGraph,
  }
}

const TYPES = { user: 'human', assistant: 'ai', system: 'system' } as const
