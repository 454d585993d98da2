import type { ChatTransport, UIMessage } from 'ai'
import { randomId } from '../base/randomId.js'
import type { LineOptions } from '../connection/options.js'
import { createEnv } from '../transports/env.js'
import type { AttemptRequest } from '../transports/transport.js'
import { type AnswerStream, openAnswer } from './answerStream.js'
import { createRunMemory } from './runMemory.js'

/** What {@link holdlineChatTransport} takes: all that a connection takes, and the following. */
export interface HoldlineChatTransportOptions extends LineOptions {
  /** Sent with every request of a run; asked for on every attempt. */
  readonly headers?: AttemptRequest['headers']
  /** More fields for the request. */
  readonly body?: object | undefined
  /** How long an attempt may take until the server has answered, in milliseconds: models think. @defaultValue 30000 */
  readonly connectTimeoutMs?: number | undefined
  /**
   * How the rest of an answer is asked for after a drop:
   *
   * - `cursor`: by the number of the last chunk, as PROTOCOL.md has it.
   * - `replay`: by `GET {chat}/stream`, which tells the whole answer again, as the AI SDK's resumable streams do. What
   *   has come before is passed over.
   * - `off`: not at all; the answer ends with an error.
   *
   * @defaultValue 'cursor'
   */
  readonly resume?: 'cursor' | 'replay' | 'off' | undefined
}

/**
 * A transport for the AI SDK's own `useChat`, in React and Vue: the hook and its messages stay as they are, and the
 * answers come over a line of ours. A drop is made good in the middle of an answer, without a second POST; `stop()`
 * tells the server by DELETE; `resumeStream()` finds the answer that was arriving when the page was left.
 *
 * @example
 * const { messages, sendMessage } = useChat({
 *   transport: holdlineChatTransport({ transports: [sse('/api/chat'), longPolling('/api/chat')] }),
 * })
 */
export function holdlineChatTransport<Message extends UIMessage = UIMessage>(
  options: HoldlineChatTransportOptions,
): ChatTransport<Message> {
  const { resume = 'cursor' } = options
  const runs = createRunMemory(createEnv(options.env))

  const open = (
    chatId: string,
    runId: string | undefined,
    request: Pick<AttemptRequest, 'headers' | 'body'>,
    signal: AbortSignal | undefined,
  ): AnswerStream => {
    const query: Readonly<Record<string, string>> =
      resume === 'off' || runId === undefined ? {} : { chat: chatId, run: runId }
    const again =
      resume === 'replay' ? { query: {}, path: `${encodeURIComponent(chatId)}/stream` } : ({ query } as const)
    return openAnswer(options, { ...request, query }, resume === 'off' ? undefined : again, signal, {
      begun: request.body === undefined,
      replays: resume === 'replay',
      over: () => runs.forget(chatId, runId),
    })
  }

  return {
    resumeStreamIsReplay: true,
    async sendMessages({ chatId, messages, trigger, messageId, abortSignal, headers, body }) {
      const runId = randomId()
      const sent = { ...options.body, ...body, id: chatId, messages, trigger, messageId }
      runs.remember(chatId, runId)
      return open(chatId, runId, { headers: withOwn(options, headers), body: sent }, abortSignal).chunks
    },
    async reconnectToStream({ chatId, headers, abortSignal }) {
      const runId = runs.recall(chatId)
      if (resume === 'off' || (resume === 'cursor' && runId === undefined)) return null
      const answer = open(chatId, runId, { headers: withOwn(options, headers) }, abortSignal)
      return (await answer.known) ? answer.chunks : null
    },
  }
}

/** The headers of all requests, and those of this one. */
const withOwn =
  ({ headers }: HoldlineChatTransportOptions, own: HeadersInit | undefined): AttemptRequest['headers'] =>
  async (asking) => ({
    ...(typeof headers === 'function' ? await headers(asking) : headers),
    ...Object.fromEntries(new Headers(own)),
  })
