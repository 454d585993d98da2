import type { Ending } from '../base/ending.js'
import { asError, type HoldlineError, wrong } from '../base/error.js'
import { tell } from '../base/listeners.js'
import { createLine, type Line } from '../connection/line.js'
import { judge, type Verdict } from '../policy/verdict.js'
import { envelope } from '../transports/envelope.js'
import type { Attempt, AttemptRequest } from '../transports/transport.js'
import { broken, conclude, type Known, truncated } from './conclude.js'
import { createDraft, type Draft } from './draft.js'
import type { ChatMessage, DataPart, MessageEnd } from './message.js'
import type { ChatOperation, ResumeAt } from './protocol.js'
import type { Publisher } from './publish.js'
import { tellToStop } from './stop.js'
import type { ChatOptions, ChatStatus } from './types.js'

/** One answer on its way. */
export interface Run {
  readonly line: Line
  status(): ChatStatus
  /** The answer so far, if any has come. After a start from nothing it stays until the new one has caught up. */
  show(): ChatMessage | undefined
  /** Ends it here, and tells the server if that is of use. Resolves when the server knows. */
  stop(): Promise<void>
  /** Dials now, where the answer can be gone on with. */
  redial(): void
  /** Hangs up and says nothing. */
  leave(): void
}

export function createRun(
  chat: ChatOptions,
  messageId: string,
  asked: Omit<AttemptRequest, 'method'>,
  resume: ResumeAt | undefined,
  { now, soon }: Publisher,
  ended: (message: ChatMessage, end: MessageEnd) => void,
): Run {
  const { protocol, connectTimeoutMs = 30_000 } = chat
  const { ids = 'counted' } = protocol
  const dialect = envelope()
  let draft = createDraft(messageId)
  /** What stood on the screen when the server began anew. */
  let before = draft
  let read = protocol.reader()
  let finish: (ChatOperation & { type: 'finish' }) | undefined
  /** Whether the request may have reached the server, whether anything of the answer has come, and with a cursor. */
  let sent = false
  let begun = false
  let counted = false
  /** Whether an attempt that is made now could only ask for what the server cannot give. */
  let lost = false
  let holes = false
  let over = false

  const ask = (method: AttemptRequest['method']): Pick<Attempt, 'request' | 'dialect'> => {
    const { format } = protocol
    if (method === 'POST') return { dialect, request: { ...asked, method, format } }
    const { path, query = path === undefined ? asked.query : {} } = (method === 'GET' && resume) || {}
    return { dialect, request: { ...asked, method, body: undefined, format, path, query } }
  }
  const known = (): Known => ({ finish, begun, holes, endsWithLine: protocol.endsWithLine ?? false })
  /** A new draft is not shown before it is as long as what stands on the screen. */
  const standing = (): Draft => (before.size > draft.size ? before : draft)
  /** Whether the server can be asked for the rest. A run that it ties to this very line ends with it. */
  const goesOn = (): boolean => chat.resume !== 'off' && (!!resume || counted || !begun)

  const line = createLine(
    { ...chat, connectTimeoutMs, classify },
    {
      ids,
      ask(isSent) {
        lost = isSent && !goesOn()
        if (isSent && resume?.replay) anew()
        return ask(isSent ? 'GET' : 'POST')
      },
      sent(is) {
        sent = is
      },
      take(frame) {
        counted ||= ids === 'opaque' ? !!frame.id : /^\d+$/.test(frame.id ?? '')
        const publish = begun ? soon : now
        let some = false
        try {
          for (const operation of read(frame)) {
            some = begun = true
            apply(operation)
          }
        } catch (error) {
          return fail(asError(error, 'protocol'))
        }
        if (some && !over) publish()
      },
      // A control that cannot be read is a fault of the server's, and may have been the end.
      fault: fail,
      gap({ reason, again }) {
        if (reason === 'lost') return anew()
        // Asked for again once; if it is missing then too, it is lost, and the answer must not pass for whole.
        if (again) holes = true
        else line.redial()
      },
    },
  )
  const forget = line.state.subscribe(() => {
    const state = line.state.get()
    if (state.status === 'closed') end(conclude(known(), false, state.ending))
    else if (state.status === 'failed') end(broken(state.error, begun))
    // Dialled again, where the server cannot be asked for the rest: hung up before anything goes out.
    else if (state.status === 'connecting' && lost) end(broken(state.error ?? truncated(), begun))
    else now()
  })

  return {
    line,
    status() {
      const { status, attempt } = line.state.get()
      const first = status === 'connecting' && attempt === 1
      return sent && status !== 'open' && !first ? 'reconnecting' : begun ? 'streaming' : 'submitted'
    },
    show: () => (begun ? standing().show() : undefined),
    async stop() {
      const lives = sent && goesOn()
      end({ state: 'stopped' })
      if (lives) await tellToStop(chat, line.state.get().transport, ask('DELETE'))
    },
    redial() {
      if (!sent || goesOn()) line.redial()
    },
    leave,
  }

  /** The server tells the answer again from its start. What stands on the screen stays until that is as long. */
  function anew(): void {
    before = standing()
    draft = createDraft(messageId)
    read = protocol.reader()
    finish = undefined
    holes = false
  }

  function leave(): void {
    over = true
    forget()
    line.close()
  }

  function end(how: MessageEnd): void {
    if (over) return
    leave()
    // A whole answer is what was said last, even where it is shorter than what stood there.
    const answer = how.state === 'complete' ? draft : standing()
    answer.close()
    ended({ ...answer.show(), end: how }, how)
  }

  function fail(error: HoldlineError): void {
    end({ state: 'error', error })
  }

  function apply(operation: ChatOperation): void {
    if (over) return
    if (operation.type === 'reset') return anew()
    if (operation.type === 'resume') resume = operation.at
    if (operation.type === 'data') return tell(chat.onData, operation.part)
    draft.apply(operation)
    if (operation.type === 'part' && operation.part.type.startsWith('data-'))
      tell(chat.onData, operation.part as DataPart)
    if (operation.type === 'finish') finish = operation
    if (operation.type === 'done') end(conclude(known(), true))
    if (operation.type === 'stopped') end(conclude(known(), false, 'stopped'))
    if (operation.type === 'error') {
      const { message, code = 'model', cause } = operation
      fail(wrong('protocol', code, message, cause))
    }
  }

  function classify(ending: Ending): Verdict | undefined {
    const own = chat.classify?.(ending)
    if (own) return own
    const verdict = judge(ending)
    // Once the mark has come, the line may end in any way.
    if (finish && verdict.retry) return { kind: 'ended', retry: false }
    // A line that just closes has not said that this is the end.
    if (ending.kind === 'finished' && !ending.reason && !finish && counted) return { kind: 'network', retry: 'proven' }
    // A run that the server does not know will not become known.
    const final = sent && (verdict.kind === 'missing' || !goesOn())
    return final && verdict.kind !== 'ended' ? { ...verdict, retry: false } : verdict
  }
}
