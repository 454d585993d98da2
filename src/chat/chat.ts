import { HoldlineError } from '../base/error.js'
import { createStore } from '../base/store.js'
import type { ConnectionState } from '../connection/state.js'
import { createEnv } from '../transports/env.js'
import type { ChatMessage, MessageEnd } from './message.js'
import type { ChatRequestContext } from './protocol.js'
import { createPublisher } from './publish.js'
import { createRun, type Run } from './run.js'
import type { Chat, ChatConnection, ChatOptions, ChatSnapshot, ChatStatus, SendMessageOptions } from './types.js'

/**
 * Creates a conversation with a server that streams its answers. Nothing happens until something is sent.
 *
 * @example
 * const chat = createChat({ transports: [sse('/api/chat'), longPolling('/api/chat')], protocol: openAi() })
 * chat.subscribe(() => render(chat.get().messages))
 * await chat.sendMessage({ text: 'How does resume work?' })
 */
export function createChat(options: ChatOptions): Chat {
  const env = createEnv(options.env)
  const generateId = options.generateId ?? randomId
  const id = options.id ?? generateId()
  let run: Run | undefined
  let settled = (): void => {}
  /** What stands before the answer that is arriving. */
  let messages: readonly ChatMessage[] = options.messages ?? []
  let answer: ChatMessage | undefined
  let error: HoldlineError | undefined
  let disposed = false
  let connection: ChatConnection = {
    status: 'idle',
    transport: '',
    attempt: 0,
    retryAtMs: undefined,
    lastByteAtMs: undefined,
  }
  const shown = createStore<ChatSnapshot>({ id, messages, status: 'ready', connection, error })
  const publisher = createPublisher(env, options.publish, show)

  return {
    id,
    get: shown.get,
    subscribe: shown.subscribe,
    async sendMessage(message, extra) {
      refuseIfBusy()
      const parts = 'text' in message ? [{ type: 'text', text: message.text } as const] : [...message.parts]
      messages = [...messages, { id: generateId(), role: 'user', parts }]
      return ask('send', extra)
    },
    async regenerate({ messageId, ...extra } = {}) {
      refuseIfBusy()
      const at =
        messageId === undefined ? messages.length - 1 : messages.findIndex((message) => message.id === messageId)
      // From there back to the question; an answer is asked for by the message before it.
      const last = messages
        .slice(0, at + 1)
        .map(({ role }) => role)
        .lastIndexOf('user')
      if (last < 0) throw misuse('nothing-to-regenerate', 'There is no question to answer again')
      messages = messages.slice(0, last + 1)
      return ask('regenerate', extra)
    },
    stop: async () => run?.stop(),
    reconnect: () => run?.line.redial(),
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
      run?.leave()
      run = undefined
      publisher.cancel()
      settled()
    },
  }

  function refuseIfBusy(): void {
    if (disposed) throw misuse('disposed', 'This chat was disposed of; create another one')
    if (run) throw misuse('busy', 'An answer is still arriving; wait for it or stop it')
  }

  function ask(trigger: ChatRequestContext['trigger'], { headers, body }: SendMessageOptions = {}): Promise<void> {
    const context: ChatRequestContext = { chatId: id, runId: generateId(), messages, trigger }
    const own = typeof options.body === 'function' ? options.body(context) : options.body
    const finished = new Promise<void>((resolve) => {
      settled = resolve
    })
    error = undefined
    answer = undefined
    const begun = (run = createRun({
      chat: options,
      messageId: generateId(),
      query: options.resume === 'off' ? {} : { chat: id, run: context.runId },
      headers: async () => ({ ...(await given(options.headers)), ...headers }),
      body: { ...(options.protocol.request(context) as object), ...own, ...body },
      changed: (first) => (first ? publisher.now() : publisher.soon()),
      ended: conclude,
      failedToStop: (failure) => options.onError?.(failure),
    }))
    begun.line.state.subscribe(() => {
      if (run === begun) publisher.now()
    })
    begun.line.hold()
    // Options that cannot work have failed before anybody could be told.
    const { status, ...state } = begun.line.state.get()
    if (status === 'failed' && 'error' in state && run === begun)
      conclude({ state: 'error', error: state.error as HoldlineError })
    else publisher.now()
    return finished
  }

  function conclude(end: MessageEnd): void {
    if (!run) return
    const message: ChatMessage = { ...run.show(), end }
    connection = connectionOf(run.line.state.get())
    run = undefined
    answer = undefined
    messages = [...messages, message]
    if (end.state !== 'complete' && end.state !== 'stopped') error = end.error
    publisher.now()
    if (error) options.onError?.(error)
    options.onFinish?.({ message, messages, end })
    settled()
  }

  function show(): void {
    if (run) {
      if (run.begun) answer = run.show()
      connection = connectionOf(run.line.state.get())
    }
    shown.set({ id, messages: withAnswer(), status: statusOf(), connection, error })
  }

  /** The same list as long as neither it nor the answer has changed. */
  function withAnswer(): readonly ChatMessage[] {
    const before = shown.get().messages
    if (!answer) return messages
    if (before.length === messages.length + 1 && before[before.length - 1] === answer) return before
    return [...messages, answer]
  }

  function statusOf(): ChatStatus {
    if (!run) return error ? 'error' : 'ready'
    const { status, attempt } = connection
    if (run.sent && (status === 'waiting' || status === 'paused' || (status === 'connecting' && attempt > 1))) {
      return 'reconnecting'
    }
    return run.begun ? 'streaming' : 'submitted'
  }
}

function connectionOf(state: ConnectionState): ChatConnection {
  return {
    status: state.status,
    transport: state.transport,
    attempt: state.attempt,
    retryAtMs: state.status === 'waiting' ? state.retryAtMs : undefined,
    get lastByteAtMs() {
      return state.lastByteAtMs
    },
  }
}

const given = async (headers: ChatOptions['headers']): Promise<Readonly<Record<string, string>> | undefined> =>
  typeof headers === 'function' ? headers() : headers

/** Whoever knows a run's id can read its answer, so it must not be guessed. */
const randomId = (): string =>
  Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, '0')).join('')

const misuse = (code: string, message: string): HoldlineError => new HoldlineError(message, { kind: 'request', code })
