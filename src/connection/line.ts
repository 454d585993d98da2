import { type HoldlineError, wrong } from '../base/error.js'
import type { Readable } from '../base/store.js'
import type { Frame } from '../frames/frame.js'
import { createEnv, type Surrounding } from '../transports/env.js'
import type { Attempt } from '../transports/transport.js'
import { createDriver, type DriverOwner } from './driver.js'
import { createLedger, type Gap } from './ledger.js'
import { createMemory } from './memory.js'
import { type ConnectionOptions, type LineOptions, planOf } from './options.js'
import { createOutbox, type SendOptions } from './outbox.js'
import type { ConnectionState } from './state.js'

/** What a line tells its owner. */
export interface LineOwner {
  /** A message, once and in order. It counts as taken in when this returns. */
  take(frame: Frame): void
  fault(error: HoldlineError): void
  gap(gap: Gap): void
  /** What to ask for instead of the transport's own request. */
  ask?(sent: boolean): Pick<Attempt, 'request' | 'dialect'>
  /** A request is on its way that must not be made twice. */
  sent?(): void
  /** Whether ids are the numbers 1, 2, 3 …, so that a missing one shows. */
  readonly counted?: boolean
}

export interface Line {
  readonly state: Readable<ConnectionState>
  hold(): void
  release(): void
  redial(): void
  close(): void
  send(data: unknown, options?: SendOptions): Promise<void>
}

/** The held connection itself: frames in, once and in order; connections and chats are made of it. */
export function createLine(options: ConnectionOptions<never> | LineOptions, owner: LineOwner): Line {
  const { resumeFrom, lingerMs = 1_000 } = options as ConnectionOptions<never>
  const env = createEnv(options.env)
  const plan = planOf(options)
  const memory = createMemory(plan.transports, env)
  const ledger = createLedger(resumeFrom, owner.counted ?? false)
  const outbox = createOutbox()
  let leaveSurroundings: (() => void) | undefined
  let stopLingering = (): void => {}
  /** The cursor behind which a message was missing. */
  let gapAt: string | undefined

  const house: DriverOwner = {
    ask: (sent) => ({ ...owner.ask?.(sent), cursor: ledger.cursor }),
    sent: () => owner.sent?.(),
    opened: ({ send }) => outbox.open(send),
    remember: memory.remember,
    forgetCursor: startAnew,
    frame: take,
    checkpoint: ledger.commit,
    fault: owner.fault,
    welcome({ resumed }) {
      if (resumed === false && ledger.cursor !== undefined) startAnew()
    },
  }
  const { state, dispatch } = createDriver(plan, env, memory.recall(), house, options.journal)
  state.subscribe(() => {
    const now = state.get()
    const { status } = now
    if (status !== 'open') outbox.shut()
    if (status === 'closed' || status === 'failed') {
      leaveSurroundings?.()
      leaveSurroundings = undefined
      outbox.reject(status === 'failed' ? now.error : closed())
    } else leaveSurroundings ??= env.surroundings.subscribe(notice)
  })

  function notice(what: Surrounding): void {
    if (what === 'parked') dispatch({ type: 'park' })
    else if (what !== 'offline' && what !== 'hidden') dispatch({ type: 'wake' })
  }

  function startAnew(): void {
    const after = ledger.cursor
    ledger.forget()
    owner.gap({ after, before: undefined, reason: 'lost' })
  }

  function take(frame: Frame): void {
    const verdict = ledger.look(frame)
    if (verdict === 'seen') return
    if (verdict === 'gap') {
      const { attempt } = state.get()
      const again = gapAt === ledger.cursor
      gapAt = ledger.cursor
      owner.gap({ after: ledger.cursor, before: frame.id, reason: 'skipped' })
      // Whoever was told may have asked for it all again; what is missing then too will never come.
      if (!again && state.get().attempt !== attempt) return
    }
    owner.take(frame)
    // Only now: what no one has taken in must come again.
    ledger.commit(frame.id)
  }

  return {
    state,
    hold() {
      stopLingering()
      dispatch({ type: 'start' })
    },
    release() {
      stopLingering()
      stopLingering = env.clock.after(lingerMs, () => dispatch({ type: 'stop', reason: 'unused' }))
    },
    redial: () => dispatch({ type: 'redial' }),
    close() {
      stopLingering()
      dispatch({ type: 'stop', reason: 'closed' })
    },
    async send(data, sending) {
      const now = state.get()
      if (now.status === 'failed') throw now.error
      if (now.status === 'closed') throw closed()
      return outbox.post(data, sending)
    },
  }
}

const closed = (): HoldlineError =>
  wrong('aborted', 'closed', 'The connection is closed; listen to it to open it again')
