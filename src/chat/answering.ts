import { asError, type HoldlineError } from '../base/error.js'
import { valueOf } from '../base/given.js'
import { tell } from '../base/listeners.js'
import { createStore, type Readable } from '../base/store.js'
import type { ConnectionState } from '../connection/state.js'
import { broken, truncated } from './conclude.js'
import type { Conversation } from './conversation.js'
import { type ChatMessage, type MessageEnd, toolsAreDone, type ToolPart } from './message.js'
import type { ChatRequestContext, ToolChange } from './protocol.js'
import type { Publisher } from './publish.js'
import { createRun } from './run.js'
import type { Answering, Run, Task } from './task.js'
import { createOutcomes } from './outcomes.js'
import { runTool, waitingCalls, withNewest } from './tools.js'
import type { ChatOptions, PendingRun, SendMessageOptions } from './types.js'

/** An answer that is arriving, and what it is an answer to. */
interface Live extends Pick<PendingRun, 'runId' | 'messageId' | 'after'> {
  readonly run: Run
}

export function createAnswering(
  options: ChatOptions,
  id: string,
  generateId: () => string,
  conversation: Conversation,
  publisher: Publisher,
  /** Nothing is arriving any more. */
  idle: () => void,
): Answering {
  let live: Live | undefined
  let line: Readable<ConnectionState> = createStore({ status: 'idle', transport: '', attempt: 0, failures: 0 })
  let error: HoldlineError | undefined
  let settled = (): void => {}
  let over = false
  /** Tool calls that somebody was asked to run, and what became of those of the answer that is arriving. */
  const announced = new Set<string>()
  const outcomes = createOutcomes()

  function ask(
    question: ChatMessage | undefined,
    after: string | undefined,
    trigger: ChatRequestContext['trigger'],
    { headers, body }: SendMessageOptions = {},
  ): Promise<void> {
    // As it is now: who shows a chat may have another one by the next question.
    const { protocol } = options
    const runId = generateId()
    const before = conversation.upTo(after)
    const asked = question ? [...before, question] : before
    const context: ChatRequestContext = { chatId: id, runId, messages: asked, trigger }
    const own = typeof options.body === 'function' ? options.body(context) : options.body
    const request: Task['asked'] = {
      query: addressOf(runId),
      headers: async (asking) => ({ ...(await valueOf(options.headers, asking)), ...headers }),
      body: { ...(protocol.request(context) as object), ...own, ...body },
    }
    const last = asked[asked.length - 1]
    const goesOn = trigger === 'continue' && last
    if (!goesOn) announced.clear()
    const message = goesOn ? last : { id: generateId() }
    const behind = goesOn ? asked[asked.length - 2]?.id : last?.id
    const next = begin(runId, behind, { message, asked: request, resume: protocol.resume?.(context), begun: false })
    // Only now: what threw above has asked nothing, and must leave no question behind.
    if (question) conversation.put(question, after)
    conversation.cut(behind)
    return start(next)
  }

  function begin(runId: string, after: string = '', task: Task): Live {
    const run = createRun(options, task, { ...publisher, ended: conclude, called: announce, find: conversation.find })
    return { run, runId, messageId: task.message.id, after }
  }

  function start(next: Live): Promise<void> {
    error = undefined
    outcomes.clear()
    live = next
    line = next.run.line.state
    return new Promise((resolve) => {
      settled = resolve
      next.run.line.hold()
    })
  }

  function conclude(whole: ChatMessage, end: MessageEnd): void {
    // Whoever is told below may ask the next question at once, so nothing of this one may be left to do.
    const settle = settled
    const message = outcomes.on(whole)
    conversation.put(message, live?.after || undefined)
    live = undefined
    error = end.error
    const finish = { message, messages: conversation.messages, end }
    settle()
    publisher.now()
    if (end.error) tell(options.onError, end.error)
    tell(options.onFinish, finish)
    announce(message)
    if (!end.error && end.state === 'complete') continueIfDue()
    if (!live) idle()
  }

  /** Each call once, as soon as its input is whole. */
  function announce(message: ChatMessage): void {
    for (const call of waitingCalls(message)) {
      const { toolCallId } = call
      if (announced.has(toolCallId)) continue
      announced.add(toolCallId)
      void runTool(options.onToolCall, call).then((outcome) => {
        if (outcome) change((other) => other.toolCallId === toolCallId, outcome)
      })
    }
  }

  function change(fits: (call: ToolPart) => boolean, what: ToolChange): void {
    if (over) return
    const now = answer()
    const next = withNewest(now ? [...conversation.messages, now] : conversation.messages, fits, what)
    if (live && (!next || next.id === now?.id)) outcomes.add(fits, what)
    else if (next) conversation.put(next, undefined)
    publisher.now()
    continueIfDue()
  }

  function continueIfDue(): void {
    const { onToolCall, sendAutomaticallyWhen = onToolCall && toolsAreDone } = options
    const { messages } = conversation
    const askIfDue = async (): Promise<unknown> =>
      sendAutomaticallyWhen?.(messages) && ask(undefined, messages[messages.length - 1]?.id, 'continue')
    if (live || over) return
    askIfDue().catch((reason: unknown) => {
      error = asError(reason, 'continue', 'request')
      publisher.now()
      tell(options.onError, error)
    })
  }

  const addressOf = (runId: string): Readonly<Record<string, string>> =>
    options.resume === 'off' ? {} : { chat: id, run: runId }

  const answer = (): ChatMessage | undefined => outcomes.on(live?.run.show())

  return {
    get run() {
      return live?.run
    },
    answer,
    get line() {
      return line
    },
    get error() {
      return error
    },
    clearError() {
      error = undefined
    },
    ask,
    goOn({ runId, messageId, after, at, seed, resumable }) {
      const shown = conversation.find(messageId)
      if (!resumable) {
        if (shown && !shown.end) conversation.put({ ...shown, end: broken(truncated(), true) }, after || undefined)
        return
      }
      const headers: Task['asked']['headers'] = (asking) => valueOf(options.headers ?? {}, asking)
      const message = seed ? { id: messageId, parts: shown?.parts.slice(0, seed) ?? [] } : { id: messageId }
      const task: Task = { message, shown, asked: { query: addressOf(runId), headers }, resume: at, begun: true }
      conversation.cut(after || undefined)
      void start(begin(runId, after, task))
    },
    pending() {
      if (!live) return undefined
      const { run, ...rest } = live
      return { ...rest, messageId: run.show()?.id ?? rest.messageId, ...run.pending() }
    },
    change,
    leave() {
      const left = answer()
      if (left) conversation.put(left, live?.after || undefined)
      live?.run.leave()
      live = undefined
      over = true
      settled()
    },
  }
}
