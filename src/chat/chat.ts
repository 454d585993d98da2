import { valueOf } from '../base/given.js'
import { type HoldlineError, wrong } from '../base/error.js'
import { tell } from '../base/listeners.js'
import { randomId } from '../base/randomId.js'
import { createStore, type Readable } from '../base/store.js'
import type { ConnectionState } from '../connection/state.js'
import { createEnv } from '../transports/env.js'
import type { AttemptRequest } from '../transports/transport.js'
import type { ChatMessage, MessageEnd } from './message.js'
import type { ChatRequestContext } from './protocol.js'
import { createPublisher } from './publish.js'
import { createRun, type Run } from './run.js'
import type { Chat, ChatConnection, ChatOptions, ChatSnapshot, SendMessageOptions } from './types.js'

/**
 * Creates a conversation with a server that streams its answers. Nothing happens until something is sent.
 *
 * @example
 * const chat = createChat({ transports: [sse('/api/chat'), longPolling('/api/chat')], protocol: openAi() })
 * chat.subscribe(() => render(chat.get().messages))
 * await chat.sendMessage({ text: 'How does resume work?' })
 */
export function createChat(options: ChatOptions): Chat {
  // Whoever knows a run's id can read its answer, so it must not be guessed.
  const { generateId = randomId, id = generateId() } = options
  let run: Run | undefined
  let settled = (): void => {}
  /** What stands before the answer that is arriving. */
  let { messages = [] } = options
  let error: HoldlineError | undefined
  let disposed = false
  let line: Readable<ConnectionState> = createStore({ status: 'idle', transport: '', attempt: 0, failures: 0 })
  const shown = createStore(snapshot())
  const publisher = createPublisher(createEnv(options.env), options.publish, () => shown.set(snapshot()))

  return {
    id,
    get: shown.get,
    subscribe: shown.subscribe,
    async sendMessage(message, extra) {
      refuseIfBusy()
      const parts = 'text' in message ? [{ type: 'text', text: message.text } as const] : [...message.parts]
      return ask([...messages, { id: generateId(), role: 'user', parts }], 'send', extra)
    },
    async regenerate(extra = {}) {
      refuseIfBusy()
      const { messageId } = extra
      let count = messageId === undefined ? messages.length : messages.findIndex(({ id }) => id === messageId) + 1
      // From there back to the question; an answer is asked for by the message before it.
      while (count && messages[count - 1]?.role !== 'user') count--
      if (!count) throw wrong('request', 'nothing-to-regenerate', 'There is no question to answer')
      return ask(messages.slice(0, count), 'regenerate', extra)
    },
    stop: async () => run?.stop(),
    reconnect: () => run?.redial(),
    setMessages(next) {
      refuseIfBusy()
      messages = typeof next === 'function' ? next(messages) : next
      publisher.now()
    },
    clearError() {
      error = undefined
      publisher.now()
    },
    dispose() {
      disposed = true
      // What has come stays on the screen.
      messages = shown.get().messages
      run?.leave()
      run = undefined
      publisher.now()
      settled()
    },
  }

  function refuseIfBusy(): void {
    if (disposed) throw wrong('request', 'disposed', 'The chat is disposed of; create another')
    if (run) throw wrong('request', 'busy', 'An answer is arriving; wait for it or stop it')
  }

  function ask(
    asked: readonly ChatMessage[],
    trigger: ChatRequestContext['trigger'],
    { headers, body }: SendMessageOptions = {},
  ): Promise<void> {
    const runId = generateId()
    const context: ChatRequestContext = { chatId: id, runId, messages: asked, trigger }
    const own = typeof options.body === 'function' ? options.body(context) : options.body
    const request: Omit<AttemptRequest, 'method'> = {
      query: options.resume === 'off' ? {} : { chat: id, run: runId },
      headers: async (asking) => ({ ...(await valueOf(options.headers, asking)), ...headers }),
      body: { ...(options.protocol.request(context) as object), ...own, ...body },
    }
    const next = createRun(options, generateId(), request, options.protocol.resume?.(context), publisher, conclude)
    // Only now: what threw above has asked nothing, and must leave no question behind.
    messages = asked
    error = undefined
    run = next
    line = next.line.state
    return new Promise((resolve) => {
      settled = resolve
      next.line.hold()
    })
  }

  function conclude(message: ChatMessage, end: MessageEnd): void {
    // Whoever is told below may ask the next question at once, so nothing of this one may be left to do.
    const settle = settled
    run = undefined
    messages = [...messages, message]
    error = end.error
    const finish = { message, messages, end }
    settle()
    publisher.now()
    if (end.error) tell(options.onError, end.error)
    tell(options.onFinish, finish)
  }

  function snapshot(): ChatSnapshot {
    const status = run ? run.status() : error ? 'error' : 'ready'
    return { id, messages: withAnswer(), status, connection: line.get() as ChatConnection, error }
  }

  /** The same list as long as neither it nor the answer has changed. */
  function withAnswer(): readonly ChatMessage[] {
    const answer = run?.show()
    if (!answer) return messages
    const before = shown.get().messages
    return before[before.length - 1] === answer ? before : [...messages, answer]
  }
}
