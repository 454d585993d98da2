import { uiMessagesToWire } from '@tanstack/ai/client'
import type { ResumableConnectConnectionAdapter } from '@tanstack/ai-client'
import { createRunMemory } from '../aiSdk/runMemory.js'
import { randomId } from '../base/randomId.js'
import { valueOf } from '../base/given.js'
import type { LineOptions } from '../connection/options.js'
import { createEnv } from '../transports/env.js'
import type { AttemptRequest } from '../transports/transport.js'
import { readRun } from './readRun.js'

/** What {@link holdlineConnection} takes: all that a connection takes, and the following. */
export interface HoldlineConnectionOptions extends LineOptions {
  /** Sent with every request of a run; asked for on every attempt. */
  readonly headers?: AttemptRequest['headers']
  /** More fields for `forwardedProps`; those of the hook and of the message lie on top. */
  readonly body?: object | undefined
  /** How long an attempt may take until the server has answered, in milliseconds: models think. @defaultValue 30000 */
  readonly connectTimeoutMs?: number | undefined
  /**
   * Whether an answer that was cut is gone on with: by GET with the cursor, never by a second POST. `off` also leaves
   * `chat`, `run` and `runId` out of the URL, for servers that refuse what they do not know. @defaultValue 'auto'
   */
  readonly resume?: 'auto' | 'off' | undefined
  /**
   * Whether an abort stops the answer at the server. The client aborts for `stop()`, and also where its last view is
   * unmounted: say `false` where an answer shall go on without a view, to be joined again. @defaultValue true
   */
  readonly stopOnAbort?: boolean | undefined
}

/**
 * A connection for TanStack AI's own `useChat` and `ChatClient`: they and their messages stay as they are, and the answers
 * come over a line of ours. A drop is made good in the middle of an answer, without a second POST; `stop()` tells the
 * server by DELETE; a page that is loaded again finds the answer that was arriving, if the hook's `persistence` keeps it.
 *
 * The server numbers its events as PROTOCOL.md has it, or gives them ids by TanStack's own `durability`, over `sse`.
 *
 * @example
 * const connection = holdlineConnection({ transports: [sse('/api/chat'), longPolling('/api/chat')] })
 * const { messages, sendMessage, stop } = useChat({ connection })
 */
export function holdlineConnection(options: HoldlineConnectionOptions): ResumableConnectConnectionAdapter {
  const { resume: how = 'auto', stopOnAbort: stops = true } = options
  const resumes = how === 'auto'
  // Only a run's id is told to whoever joins it; to the server it is a run of a chat.
  const chats = createRunMemory(createEnv(options.env))

  const queryOf = (runId: string, chat: string | undefined): Readonly<Record<string, string>> =>
    resumes ? { ...(chat !== undefined && { chat }), run: runId, runId } : {}

  return {
    connect(messages, data, signal, context) {
      const { threadId = randomId(), runId = randomId(), parentRunId, resume, clientTools = [] } = context ?? {}
      const forwardedProps: object = { ...options.body, ...context?.forwardedProps, ...data }
      const body = {
        threadId,
        runId,
        parentRunId,
        resume,
        state: {},
        messages: uiMessagesToWire(messages),
        tools: clientTools,
        context: [],
        forwardedProps,
        // Where servers of earlier versions look for it.
        data: forwardedProps,
      }
      const headers: AttemptRequest['headers'] = async (asking) => ({
        ...(await valueOf(options.headers ?? {}, asking)),
        ...context?.headers,
      })
      if (resumes) chats.remember(runId, threadId)
      return readRun(options, { query: queryOf(runId, threadId), headers, body }, signal, {
        resumes,
        stops,
        over: () => chats.forget(runId, threadId),
      })
    },
    joinRun(runId, signal) {
      const chat = chats.recall(runId)
      return readRun(options, { query: queryOf(runId, chat), headers: options.headers }, signal, {
        resumes,
        stops,
        over: () => chats.forget(runId, chat),
      })
    },
  }
}
