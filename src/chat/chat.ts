import { type HoldlineError, wrong } from '../base/error.js'
import { randomId } from '../base/randomId.js'
import { createStore } from '../base/store.js'
import { createEnv } from '../transports/env.js'
import { createAnswering } from './answering.js'
import { createConversation } from './conversation.js'
import { createKeeper } from './keeper.js'
import type { ChatMessage } from './message.js'
import { createPublisher } from './publish.js'
import { createQueue } from './queue.js'
import type { Chat, ChatConnection, ChatOptions, ChatSnapshot, NewMessage } from './types.js'

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
  const env = createEnv(options.env)
  const conversation = createConversation(options.messages ?? [])
  const queue = createQueue((message, extra) => answering.ask(message, lastId(), 'send', extra))
  let disposed = false
  const publisher = createPublisher(env, options.publish, publish)
  const answering = createAnswering(options, id, generateId, conversation, publisher, nextInQueue)
  const shown = createStore(snapshot())
  const keeper = createKeeper(
    options.persist,
    id,
    env,
    () => {
      const run = answering.pending()
      return { tree: conversation.save(answering.answer(), run?.after), run }
    },
    ({ tree, run }) => {
      // Whoever was quicker than the store has begun another conversation.
      if (disposed || answering.run || conversation.messages.length > 0) return
      conversation.restore(tree)
      if (run) answering.goOn(run)
      publisher.now()
    },
  )

  return {
    id,
    get: shown.get,
    subscribe: shown.subscribe,
    async sendMessage(message, extra) {
      if (keeper.loaded) await keeper.loaded
      const asked = written(message)
      const { whileBusy } = options
      if (answering.run && whileBusy === 'queue' && !disposed) {
        const answered = queue.add(asked, extra)
        publisher.now()
        return answered
      }
      if (whileBusy === 'replace') void answering.run?.stop()
      refuseIfBusy()
      return answering.ask(asked, lastId(), 'send', extra)
    },
    async regenerate(extra = {}) {
      refuseIfBusy()
      const { messages } = conversation
      const { messageId } = extra
      let count = messageId === undefined ? messages.length : messages.findIndex((one) => one.id === messageId) + 1
      // From there back to the question; an answer is asked for by the message before it.
      while (count && messages[count - 1]?.role !== 'user') count--
      if (!count) throw wrong('request', 'nothing-to-regenerate', 'There is no question to answer')
      return answering.ask(undefined, messages[count - 1]?.id, 'regenerate', extra)
    },
    async edit(messageId, message, extra) {
      refuseIfBusy()
      const { messages } = conversation
      const at = messages.findIndex((one) => one.id === messageId)
      if (at < 0) throw wrong('request', 'no-such-message', `No message ${messageId} is shown`)
      return answering.ask(written(message), messages[at - 1]?.id, 'send', extra)
    },
    async continue(extra) {
      refuseIfBusy()
      const { messages } = conversation
      const last = messages[messages.length - 1]
      if (last?.role !== 'assistant') throw wrong('request', 'nothing-to-continue', 'The last message is no answer')
      return answering.ask(undefined, last.id, 'continue', extra)
    },
    branches: conversation.branches,
    selectBranch(messageId) {
      refuseIfBusy()
      conversation.select(messageId)
      publisher.now()
    },
    addToolOutput({ toolCallId, ...result }) {
      answering.change(
        (call) => call.toolCallId === toolCallId,
        'errorText' in result
          ? { state: 'output-error', errorText: result.errorText }
          : { state: 'output-available', output: result.output },
      )
    },
    addToolApprovalResponse(approval) {
      answering.change((call) => call.state === 'approval-requested' && call.approval.id === approval.id, {
        state: 'approval-responded',
        approval,
      })
    },
    cancelQueued(messageId) {
      const why = wrong('aborted', 'cancelled', 'The message was taken out of the queue')
      const [message] = queue.drop(why, ({ id: other }) => other === messageId)
      if (message) publisher.now()
      return message
    },
    stop: async () => answering.run?.stop(),
    reconnect: () => answering.run?.redial(),
    setMessages(next) {
      refuseIfBusy()
      conversation.reset(typeof next === 'function' ? next(conversation.messages) : next)
      publisher.now()
    },
    clearError() {
      answering.clearError()
      publisher.now()
    },
    dispose() {
      keeper.now()
      disposed = true
      answering.leave()
      queue.drop(gone())
      publisher.now()
      keeper.stop()
    },
  }

  function refuseIfBusy(): void {
    if (disposed) throw gone()
    if (answering.run) throw wrong('request', 'busy', 'An answer is arriving; wait for it or stop it')
  }

  function written(message: NewMessage): ChatMessage {
    const parts = 'text' in message ? [{ type: 'text', text: message.text } as const] : [...message.parts]
    return { id: generateId(), role: 'user', parts }
  }

  function lastId(): string | undefined {
    const { messages } = conversation
    return messages[messages.length - 1]?.id
  }

  function nextInQueue(): void {
    if (!queue.next()) return
    publisher.now()
    if (!answering.run) nextInQueue()
  }

  function publish(): void {
    shown.set(snapshot())
    keeper.soon()
  }

  function snapshot(): ChatSnapshot {
    const { run, error, line } = answering
    return {
      id,
      messages: withAnswer(),
      status: run ? run.status() : error ? 'error' : 'ready',
      connection: line.get() as ChatConnection,
      error,
      stalled: run?.stalled ?? false,
      queued: queue.messages,
    }
  }

  /** The same list as long as neither it nor the answer has changed. */
  function withAnswer(): readonly ChatMessage[] {
    const { messages } = conversation
    const answer = answering.answer()
    if (!answer) return messages
    const before = shown.get().messages
    return before[before.length - 1] === answer ? before : [...messages, answer]
  }
}

const gone = (): HoldlineError => wrong('request', 'disposed', 'The chat is disposed of; create another')
