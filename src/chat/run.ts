import { asError, type HoldlineError, wrong } from '../base/error.js'
import { tell } from '../base/listeners.js'
import { createLine } from '../connection/line.js'
import { envelope } from '../transports/envelope.js'
import type { Attempt, AttemptRequest } from '../transports/transport.js'
import { broken, conclude, givenUp, type Known, truncated } from './conclude.js'
import { createDraft, type Draft } from './draft.js'
import type { DataPart, MessageEnd } from './message.js'
import { placeOf } from './place.js'
import type { ChatOperation } from './protocol.js'
import { tellToStop } from './stop.js'
import { classify } from './classify.js'
import type { Run, RunOwner, Task } from './task.js'
import { watchStall } from './stall.js'
import type { ChatOptions } from './types.js'

/** How long a model may say nothing. */
const STALL_MS = 30_000

export function createRun(
  chat: ChatOptions,
  { message, shown, asked, resume, begun: resumed }: Task,
  { now, soon, ended, called, find }: RunOwner,
): Run {
  const { protocol, connectTimeoutMs = 30_000 } = chat
  const { ids = 'counted', endsWithDone } = protocol
  const dialect = envelope()
  let draft = createDraft(message)
  /** What stood on the screen when the server began anew. */
  let before = shown ? createDraft(shown) : draft
  let read = protocol.reader()
  /** What the answer has ended with, and with what if nothing follows. */
  let finish: Known['finish']
  let turn: Known['finish']
  /** Whether the request may have reached the server, whether anything of the answer has come, and with a cursor. */
  let sent = resumed
  let begun = false
  let counted = resumed && !resume
  /** Whether an attempt that is made now could only ask for what the server cannot give. */
  let lost = false
  let holes = false
  let over = false

  const ask = (method: AttemptRequest['method']): Pick<Attempt, 'request' | 'dialect'> => {
    const body = method === 'POST' ? asked.body : undefined
    const { format } = protocol
    return { dialect, request: { ...asked, method, body, format, ...placeOf(method, resume, asked.query) } }
  }
  const known = (): Known => ({ finish, turn, begun, holes, endsWithLine: protocol.endsWithLine ?? false })
  /** A new draft is not shown before it is as long as what stands on the screen. */
  const standing = (): Draft => (before.size > draft.size ? before : draft)
  /** Whether the server can be asked for the rest. A run that it ties to this very line ends with it. */
  const resumable = (): boolean => chat.resume !== 'off' && (!!resume || counted)
  const goesOn = (): boolean => resumable() || (chat.resume !== 'off' && !begun)

  const line = createLine(
    {
      ...chat,
      connectTimeoutMs,
      // A probe would ask for the answer a second time while it arrives.
      upgradeAfterMs: Infinity,
      classify: (ending) => classify(chat, ending, { finish, counted, sent, goesOn: goesOn(), endsWithDone }),
    },
    {
      ids,
      ask() {
        lost = sent && !goesOn()
        if (sent && resume?.replay) {
          // Whoever tells everything again may number it as before.
          line.forget()
          anew()
        }
        return ask(sent ? 'GET' : 'POST')
      },
      sent(is) {
        sent = is || resumed
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
        if (!some || over) return
        stall.content()
        publish()
      },
      // A control that cannot be read is a fault of the server's, and may have been the end. A warning is neither.
      fault: (error) => error.kind === 'protocol' && fail(error),
      gap({ reason, again }) {
        if (reason === 'lost') return anew()
        // Asked for again once; if it is missing then too, it is lost, and the answer must not pass for whole.
        if (again || holes) holes = true
        else line.redial()
      },
    },
  )
  const stall = watchStall(
    line.env,
    chat.stallAfterMs ?? STALL_MS,
    () => {
      // What is torn down must come back: a server that has given no ids could only begin again.
      // A wait that the server asked for, or a page that is put away, is no stall.
      if (resumable() && !/waiting|paused/.test(line.state.get().status)) line.redial()
      return resumable()
    },
    now,
  )
  const forget = line.state.subscribe(() => {
    const state = line.state.get()
    if (state.status === 'closed') end(conclude(known(), false, state.ending))
    else if (state.status === 'failed') end(givenUp(known(), state.error))
    // Dialled again, where the server cannot be asked for the rest: hung up before anything goes out.
    else if (state.status === 'connecting' && lost) end(broken(state.error ?? truncated(), begun))
    else now()
  })

  return {
    line,
    status() {
      const { status, attempt } = line.state.get()
      const first = status === 'connecting' && attempt === 1 && !resumed
      return sent && status !== 'open' && !first ? 'reconnecting' : begun ? 'streaming' : 'submitted'
    },
    show: () => (begun || message.parts || shown ? standing().show() : undefined),
    get stalled() {
      return stall.stalled
    },
    pending: () => ({
      resumable: resumable(),
      at: resume?.whole ? { ...resume, query: resume.whole } : resume,
      seed: message.parts?.length,
    }),
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
    draft = createDraft(message)
    read = protocol.reader()
    finish = turn = undefined
    holes = false
  }

  function leave(): void {
    over = true
    stall.stop()
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
    // Some servers name all their answers alike, or not at all.
    if (operation.type === 'message' && (!operation.id || find(operation.id))) return
    if (operation.type === 'resume') resume = operation.at
    if (operation.type === 'data') return tell(chat.onData, operation.part)
    draft.apply(operation)
    if (operation.type === 'tool') called(draft.show())
    if (operation.type === 'part' && operation.part.type.startsWith('data-'))
      tell(chat.onData, operation.part as DataPart)
    turn = operation.type === 'step' ? operation.end : turn && /^(tool|usage)$/.test(operation.type) ? turn : undefined
    if (operation.type === 'finish') finish = operation
    if (operation.type === 'done') end(conclude(known(), true))
    if (operation.type === 'stopped') end(conclude(known(), false, 'stopped'))
    if (operation.type === 'error') {
      const { message, code = 'model', cause } = operation
      fail(wrong('protocol', code, message, cause))
    }
  }
}
