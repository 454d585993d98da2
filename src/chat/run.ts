import type { Ending } from '../base/ending.js'
import { asError, HoldlineError } from '../base/error.js'
import { createLine, type Line } from '../connection/line.js'
import { judge, type Verdict } from '../policy/verdict.js'
import { envelope } from '../transports/envelope.js'
import type { AttemptRequest } from '../transports/transport.js'
import { createDraft, type Draft } from './draft.js'
import type { ChatMessage, MessageEnd } from './message.js'
import type { ChatOperation } from './protocol.js'
import { tellToStop } from './stop.js'
import type { ChatOptions } from './types.js'

/** One answer on its way. */
export interface Run {
  readonly line: Line
  /** Whether the request may have reached the server, and whether anything of the answer has come. */
  readonly sent: boolean
  readonly begun: boolean
  /** The answer so far. After a start from nothing it stays what it was until the new one has caught up. */
  show(): ChatMessage
  /** Ends it here, and tells the server if that is of use. Resolves when the server knows. */
  stop(): Promise<void>
  /** Hangs up and says nothing. */
  leave(): void
}

export interface RunOptions {
  readonly chat: ChatOptions
  readonly messageId: string
  readonly query: Readonly<Record<string, string>>
  readonly headers: AttemptRequest['headers']
  readonly body: unknown
  /** Something has come; `first` for the first time. */
  readonly changed: (first: boolean) => void
  readonly ended: (end: MessageEnd) => void
  readonly failedToStop: (error: HoldlineError) => void
}

export function createRun({ chat, messageId, query, headers, body, changed, ended, failedToStop }: RunOptions): Run {
  const { protocol, resume = 'auto' } = chat
  const dialect = envelope()
  let draft = createDraft(messageId)
  /** What is shown while a new draft has not caught up with it. */
  let shadowed: Draft | undefined
  let read = protocol.reader()
  let finish: (ChatOperation & { type: 'finish' }) | undefined
  let done = false
  let sent = false
  let begun = false
  let cursor: string | undefined
  let skippedAt: string | undefined
  let holes = false
  let over = false

  const request = (method: AttemptRequest['method']): AttemptRequest => ({
    method,
    query,
    headers,
    ...(method === 'POST' ? { body } : {}),
  })

  const line = createLine(
    { ...chat, connectTimeoutMs: chat.connectTimeoutMs ?? 30_000, classify },
    {
      counted: true,
      ask(isSent) {
        sent = isSent
        return { dialect, request: request(isSent ? 'GET' : 'POST') }
      },
      take(frame) {
        let operations: readonly ChatOperation[]
        try {
          operations = read(frame)
        } catch (error) {
          return end({ state: 'error', error: asError(error, 'protocol') })
        }
        if (frame.id !== undefined && /^\d+$/.test(frame.id)) cursor = frame.id
        if (operations.length === 0) return
        const first = !begun
        begun = true
        operations.forEach(apply)
        if (!over) changed(first)
      },
      // A control that cannot be read is a fault of the server's, and may have been the end.
      fault: (error) => end({ state: 'error', error }),
      gap({ reason, after }) {
        if (reason === 'lost') return restart()
        // Asked for again once; if it is missing then too, it is lost, and the answer must not pass for whole.
        if (skippedAt === after) holes = true
        else line.redial()
        skippedAt = after
      },
    },
  )
  const forget = line.state.subscribe(() => {
    const state = line.state.get()
    if (state.status === 'closed' && state.reason === 'ended') end(conclude(state.ending))
    else if (state.status === 'failed') end(broken(state.error))
  })

  return {
    line,
    get sent() {
      return sent
    },
    get begun() {
      return begun
    },
    show: () => (shadowed && shadowed.size > draft.size ? shadowed : draft).show(),
    async stop() {
      const { transport, status } = line.state.get()
      // A run that the server ties to this very line ends with it.
      const lives = resume === 'auto' && sent && (cursor !== undefined || !begun)
      end({ state: 'stopped' })
      if (!lives || status === 'failed') return
      const failure = await tellToStop(chat, transport, () => ({ dialect, request: request('DELETE') }))
      if (failure) failedToStop(failure)
    },
    leave() {
      over = true
      forget()
      line.close()
    },
  }

  function apply(operation: ChatOperation): void {
    if (over) return
    draft.apply(operation)
    if (operation.type === 'finish') finish = operation
    if (operation.type === 'done') {
      done = true
      end(conclude())
    }
    if (operation.type === 'error') {
      const { message, code = 'model', cause } = operation
      end({ state: 'error', error: new HoldlineError(message, { kind: 'protocol', code, cause }) })
    }
  }

  /** The server begins from the first message again. What stands on the screen stays until the new text is as long. */
  function restart(): void {
    shadowed = shadowed && shadowed.size > draft.size ? shadowed : draft
    draft = createDraft(messageId)
    read = protocol.reader()
    finish = undefined
    cursor = undefined
  }

  function end(how: MessageEnd): void {
    if (over) return
    over = true
    forget()
    ;(shadowed && shadowed.size > draft.size ? shadowed : draft).close()
    line.close()
    ended(how)
  }

  /** The server ended the line, or said that the answer is whole. */
  function conclude(word?: string): MessageEnd {
    const raw = finish?.raw ?? word
    const rest = raw === undefined ? {} : { raw }
    if (word === 'stopped') return { state: 'stopped', ...rest }
    if (word === 'error') return { state: 'error', ...rest, error: truncated('The server gave up') }
    const whole = finish || done || (protocol.endsWithLine && word !== undefined && word !== 'truncated')
    return whole && !holes
      ? { state: 'complete', reason: finish?.reason ?? 'stop', ...rest }
      : { ...broken(truncated()), ...rest }
  }

  function broken(error: HoldlineError): MessageEnd {
    return { state: begun ? 'truncated' : 'error', error }
  }

  function classify(ending: Ending): Verdict | undefined {
    const own = chat.classify?.(ending)
    if (own) return own
    const verdict = judge(ending)
    // The mark has come; that the line then ends in any way is as it should be.
    if (finish && verdict.retry !== false) return { kind: 'ended', retry: false }
    const goesOn = resume === 'auto' && (cursor !== undefined || !begun)
    return sent && !goesOn && verdict.kind !== 'ended' ? { kind: verdict.kind, retry: false } : verdict
  }
}

const truncated = (message: string = 'The answer broke off before its end; regenerate it'): HoldlineError =>
  new HoldlineError(message, { kind: 'protocol', code: 'truncated', retryable: true })
