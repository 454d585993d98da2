import { asError, type HoldlineError, wrong } from '../base/error.js'
import { tell } from '../base/listeners.js'
import type { Readable } from '../base/store.js'
import { delayAfter } from '../policy/backoff.js'
import type { Frame } from '../frames/frame.js'
import { createEnv, type Env, type Surrounding } from '../transports/env.js'
import type { Attempt, Channel } from '../transports/transport.js'
import { createDriver, type DriverOwner } from './driver.js'
import { createLedger, type Gap, type IdOrder } from './ledger.js'
import { createMemory } from './memory.js'
import { type LineOptions, type LineStart, planOf } from './options.js'
import type { Plan } from './machine.js'
import type { ConnectionState } from './state.js'

/** Snapshots that come sooner one after the other wait. */
const OFTEN_MS = 10_000

/** What a line tells its owner. */
export interface LineOwner {
  /** A message, once and in order. It counts as taken in when this returns. */
  take(frame: Frame): void
  fault(error: HoldlineError): void
  gap(gap: Gap): void
  /** What to ask for instead of the transport's own request. */
  ask?(): Pick<Attempt, 'request' | 'dialect'>
  /** Whether a request that must not be made twice may have reached the server. */
  sent?(is: boolean): void
  /** The line is open, and this is what it offers; undefined where it is not. */
  channel?(channel: Channel | undefined): void
  /** The line is over, and will not come back by itself. */
  over?(error: HoldlineError): void
  /** @defaultValue 'opaque' */
  readonly ids?: IdOrder | undefined
}

export interface Line {
  readonly state: Readable<ConnectionState>
  readonly plan: Plan
  readonly env: Env
  hold(): void
  release(): void
  redial(): void
  /** Goes on without a cursor: the next attempt begins anew. */
  forget(): void
  /** Hangs up until `task` has found out where to go on from. */
  restore(task: () => Promise<string | undefined>): void
  close(): void
}

/** The held connection itself: frames in, once and in order; connections and chats are made of it. */
export function createLine(
  options: LineOptions,
  owner: LineOwner,
  { resumeFrom, persist, lingerMs = 1_000 }: LineStart = {},
): Line {
  const { pauseAfterMs = Infinity } = options
  const env = createEnv(options.env)
  const plan = planOf(options)
  const memory = createMemory(plan.transports, env)
  let first = resumeFrom
  // A store that fails is reported, and the line lives without it.
  tell(() => {
    first ??= persist?.load()
  }, undefined)
  const ledger = createLedger(
    first,
    owner.ids ?? 'opaque',
    (cursor) => tell(() => persist?.save(cursor), undefined),
    () => driver.probing(),
  )
  let leaveSurroundings: (() => void) | undefined
  let stopLingering = (): void => {}
  let stopWatching = (): void => {}
  /** The cursor behind which a message was missing. */
  let gapAt: string | undefined
  /** Whether nothing has come since the cursor was restored. */
  let restored = false
  let restores = 0
  let restoredAtMs = -Infinity
  let stopWaiting = (): void => {}

  const house: DriverOwner = {
    cursor: ledger.cursor,
    ask: () => owner.ask?.(),
    sent: (is) => owner.sent?.(is),
    opened: (channel) => owner.channel?.(channel),
    remember: memory.remember,
    forgetCursor: startAnew,
    frame: take,
    checkpoint: ledger.commit,
    fault: owner.fault,
    welcome({ resumed }) {
      if (resumed === false && ledger.cursor() !== undefined) startAnew()
    },
  }
  const driver = createDriver(plan, env, memory.recall(), house, options.journal)
  const { state, dispatch } = driver
  state.subscribe(() => {
    const now = state.get()
    const { status } = now
    if (status !== 'open') owner.channel?.(undefined)
    if (status === 'closed' || status === 'failed') {
      leaveSurroundings?.()
      leaveSurroundings = undefined
      stopWatching()
      stopWaiting()
      owner.over?.(status === 'failed' ? now.error : closed())
    } else leaveSurroundings ??= env.surroundings.subscribe(notice)
  })

  function notice(what: Surrounding): void {
    if (what === 'hidden' || what === 'visible') stopWatching()
    if (what === 'hidden' && pauseAfterMs < Infinity) {
      stopWatching = env.clock.after(pauseAfterMs, () => dispatch({ type: 'park', reason: 'hidden' }))
    }
    dispatch({ type: 'notice', what })
  }

  function startAnew(): void {
    const after = ledger.cursor()
    const again = restored
    ledger.restart()
    miss({ after, before: undefined, reason: 'lost', again })
  }

  function miss(gap: Gap): void {
    dispatch({ type: 'gap', gap })
    owner.gap(gap)
  }

  function take(frame: Frame): void {
    const verdict = ledger.look(frame)
    if (verdict === 'seen') return
    if (verdict === 'gap') {
      const { attempt } = state.get()
      const again = gapAt === ledger.cursor()
      gapAt = ledger.cursor()
      miss({ after: ledger.cursor(), before: frame.id, reason: 'skipped', again })
      // Whoever was told may have asked for it all again; what is missing then too will never come.
      const now = state.get()
      if (!again && (now.attempt !== attempt || now.status === 'paused')) return
    }
    owner.take(frame)
    restored = false
    // Only now: what no one has taken in must come again.
    ledger.commit(frame.id)
  }

  return {
    state,
    plan,
    env,
    hold() {
      stopLingering()
      dispatch({ type: 'start' })
    },
    release() {
      stopLingering()
      if (/closed|failed/.test(state.get().status)) return
      stopLingering = env.clock.after(lingerMs, () => dispatch({ type: 'stop', reason: 'unused' }))
    },
    redial: () => dispatch({ type: 'redial' }),
    forget: () => ledger.restart(),
    restore(task) {
      const at = ledger.cursor()
      // A server that loses its place again and again is not asked without a wait.
      const { now } = env.clock
      restores = now() - restoredAtMs < OFTEN_MS ? restores + 1 : 0
      restoredAtMs = now()
      const ms = restores && delayAfter(restores, plan.backoff, env.random())
      dispatch({ type: 'park', reason: 'snapshot' })
      const goOn = (): void => {
        restored = true
        const doing = state.get()
        const rests = doing.status === 'paused' && doing.reason !== 'snapshot'
        if (!rests && !/closed|failed/.test(doing.status)) dispatch({ type: 'redial' })
      }
      void task()
        .then((cursor) => {
          // Whoever has dialled meanwhile has gone on from elsewhere.
          if (ledger.cursor() !== at) return
          ledger.restart(cursor)
          if (!ms || /closed|failed/.test(state.get().status)) return goOn()
          stopWaiting = env.clock.after(ms, goOn)
        })
        .catch((error: unknown) => {
          owner.fault(asError(error, 'snapshot'))
          if (ledger.cursor() === at) goOn()
        })
    },
    close() {
      stopLingering()
      dispatch({ type: 'stop', reason: 'closed' })
    },
  }
}

export const closed = (): HoldlineError =>
  wrong('aborted', 'closed', 'The connection is closed; listen to it to open it again')
