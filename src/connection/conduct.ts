import type { Ending } from '../base/ending.js'
import { type Backoff, delayAfter } from '../policy/backoff.js'
import type { Verdict } from '../policy/verdict.js'
import { explain } from './explain.js'
import { type Heartbeat, lookAfter, silenceLimit } from './heartbeat.js'
import type { ConnectionState } from './state.js'

/** What the conduct remembers besides what it shows. */
export interface Memory {
  /** The transport in use, as a place in the list. */
  readonly index: number
  /** The highest attempt so far. Calls other than the live one and the probe are hung up. */
  readonly last: number
  /** Attempts in a row on this transport that never showed life. */
  readonly strikes: number
  /** Transports given up in a row. */
  readonly fallen: number
  /** The transport that showed life last. */
  readonly home?: number | undefined
  /** Whether the open line has shown life. */
  readonly proven: boolean
  /** What is tried at most once until a line shows life: new credentials, a start without cursor. */
  readonly tried: string
  /** The better transport that the last attempt is trying while the line is open. */
  readonly probe?: number | undefined
  /** How many such tries have failed. */
  readonly probes: number
  readonly quietMs?: number | undefined
  readonly canPing?: boolean
}

export type State = ConnectionState & Memory

/** `due`: an attempt must have an answer by then, or a wait is over. `upgrade`: the same for probes. */
export type Timer = 'due' | 'silence' | 'settle' | 'upgrade'

export type Event =
  | { readonly type: 'start' | 'redial' | 'wake' | 'park' }
  | { readonly type: 'stop'; readonly reason: 'closed' | 'unused' }
  | {
      readonly type: 'opened'
      readonly attempt: number
      readonly quietMs?: number | undefined
      readonly canPing: boolean
    }
  | { readonly type: 'proven'; readonly attempt: number }
  | { readonly type: 'ended'; readonly attempt: number; readonly ending: Ending }
  | { readonly type: 'timer'; readonly timer: Timer; readonly lateMs: number }

/** What the decision depends on besides the past: never looked up, always handed in. */
export interface World {
  readonly now: number
  /** From 0 to 1. */
  readonly luck: number
  /** How long the open line has said nothing. */
  readonly quietMs: number
  /** The pause between signs of life, as the server announced or showed it. */
  readonly beatMs?: number | undefined
  /** The server's wish, from `retry:`. */
  readonly hintMs?: number | undefined
  readonly hasCursor: boolean
}

export interface Plan {
  readonly transports: readonly { readonly name: string; readonly patienceMs?: number }[]
  readonly backoff: Backoff
  readonly heartbeat: Heartbeat | false
  readonly connectTimeoutMs: number
  readonly maxFailures: number
  readonly upgradeAfterMs: number
  readonly judge: (ending: Ending) => Verdict
}

/** Timers to arm, in milliseconds. None needs disarming: whoever leaves a status leaves its timers behind. */
type Arms = Partial<Record<Timer, number>>

export type Errand = 'remember' | 'ping' | 'forgetCursor'

/** The next state, and what is to be done. That attempts are made and calls hung up follows from the state itself. */
export type Step = readonly [State, Arms?, (Errand | undefined)?]

/** How long a line must hold before its failures are forgiven. */
const SETTLE_MS = 10_000
/** A timer that is so late woke from sleep: what the network has buffered deserves a moment. */
const ASLEEP_MS = 10_000
const PROBE_MS = 3_000
/** Failed attempts in a row before the next transport has its turn: few where this one never worked. */
const STRANGER_TRIES = 2
const HOME_TRIES = 6
/** How often a server that has worked may answer with nonsense, as it does during a deploy. */
const PROVEN_TRIES = 5

const FRESH = { failures: 0, strikes: 0, fallen: 0, tried: '' }

export const idle = (plan: Plan, index: number = 0): State => ({
  ...FRESH,
  status: 'idle',
  attempt: 0,
  last: 0,
  transport: nameOf(plan, index),
  index,
  probes: 0,
  proven: false,
})

const nameOf = ({ transports }: Plan, index: number): string => transports[index]?.name ?? ''

/** The whole conduct of a connection, in one place, without side effects. */
export function step(state: State, event: Event, world: World, plan: Plan): Step {
  const { status } = state
  const live = status === 'connecting' || status === 'open'
  const over = !live && status !== 'waiting' && status !== 'paused'
  switch (event.type) {
    case 'start':
      return over ? dial({ ...state, ...FRESH }, plan) : [state]
    case 'stop':
      return status === 'idle' || status === 'closed'
        ? [state]
        : [enter(state, { status: 'closed', reason: event.reason })]
    case 'redial':
      return dial(over ? { ...state, ...FRESH } : state, plan)
    case 'wake':
      // Somebody came back. It was not the server's fault that the page was put away; an open line is looked at.
      if (status === 'paused') return dial(state, plan)
      return [state, status === 'waiting' ? { due: world.luck * 500 } : status === 'open' ? { silence: 0 } : {}]
    case 'park':
      return over ? [state] : [enter(state, { status: 'paused', reason: 'parked' })]
    case 'timer':
      return onTimer(state, event, world, plan)
    case 'opened':
    case 'proven':
    case 'ended':
      return live ? onReport(state, event, world, plan) : [state]
  }
}

/** Somebody reports from an attempt; an old one's report is nobody's business. */
function onReport(state: State, event: Extract<Event, { readonly attempt: number }>, world: World, plan: Plan): Step {
  const probing = state.probe !== undefined && event.attempt === state.last
  if (!probing && event.attempt !== state.attempt) return [state]
  switch (event.type) {
    case 'opened':
      return state.status === 'connecting' || probing ? open(state, event, world, plan, probing) : [state]
    case 'proven':
      return [{ ...state, proven: true, home: state.index, strikes: 0, fallen: 0, tried: '' }, {}, 'remember']
    case 'ended':
      return probing ? dropProbe(state, plan) : retreat(state, event.ending, world, plan)
  }
}

/** Into another status: what belonged to the one before is left behind. */
const enter = (state: State, shown: object): State => {
  const left = {
    ...state,
    openedAtMs: undefined,
    retryAtMs: undefined,
    error: undefined,
    reason: undefined,
    ending: undefined,
    proven: false,
    probe: undefined,
    ...shown,
  }
  return left as unknown as State
}

function dial(before: State, plan: Plan): Step {
  const attempt = before.last + 1
  const { index } = before
  const error = 'error' in before ? before.error : undefined
  return [
    enter(before, { status: 'connecting', attempt, last: attempt, transport: nameOf(plan, index), error }),
    { due: patience(plan, index) },
  ]
}

const patience = ({ connectTimeoutMs, transports }: Plan, index: number): number =>
  connectTimeoutMs + (transports[index]?.patienceMs ?? 0)

/** The line is open. A probe's opening takes its place: make before break. */
function open(
  state: State,
  { attempt, quietMs, canPing }: Event & { type: 'opened' },
  world: World,
  plan: Plan,
  probing: boolean,
): Step {
  const index = (probing ? state.probe : undefined) ?? state.index
  const next = enter(state, {
    status: 'open',
    attempt,
    index,
    transport: nameOf(plan, index),
    openedAtMs: world.now,
    probes: probing ? 0 : state.probes,
    quietMs,
    canPing,
  })
  return [
    next,
    {
      silence: lookAfter(next, world, plan.heartbeat),
      settle: SETTLE_MS,
      upgrade: index > 0 ? upgradeDelay(next, plan) : Infinity,
    },
  ]
}

const upgradeDelay = ({ probes }: State, { upgradeAfterMs }: Plan): number => upgradeAfterMs * 2 ** Math.min(probes, 4)

/** The failed probe is forgotten; the next one comes later. */
function dropProbe(state: State, plan: Plan): Step {
  const next = { ...state, probe: undefined, probes: state.probes + 1 }
  return [next, { upgrade: upgradeDelay(next, plan) }]
}

function onTimer(state: State, { timer, lateMs }: Event & { type: 'timer' }, world: World, plan: Plan): Step {
  const { heartbeat } = plan
  switch (timer) {
    case 'due':
      return state.status === 'waiting'
        ? dial(state, plan)
        : retreat(state, { kind: 'timeout', what: 'connect-timeout' }, world, plan)
    case 'settle':
      return state.proven ? [{ ...state, failures: 0 }] : [state, { settle: SETTLE_MS }]
    case 'upgrade': {
      if (state.probe !== undefined) return dropProbe(state, plan)
      // Each better one in turn.
      const probe = state.probes % state.index
      return [{ ...state, probe, last: state.last + 1 }, { upgrade: patience(plan, probe) }]
    }
    case 'silence': {
      const { quietMs } = world
      const overdue = quietMs >= silenceLimit(state, world, heartbeat)
      if (overdue && lateMs <= ASLEEP_MS) return retreat(state, { kind: 'timeout', what: 'silence' }, world, plan)
      const ask = overdue || (heartbeat && quietMs >= heartbeat.pingAfterMs)
      return [state, { silence: overdue ? PROBE_MS : lookAfter(state, world, heartbeat) }, ask ? 'ping' : undefined]
    }
  }
}

/** An attempt came to its end: what now? */
function retreat(state: State, ending: Ending, world: World, plan: Plan): Step {
  const { kind, retry } = plan.judge(ending)
  const { home, tried, index } = state
  const { transports } = plan
  if (kind === 'ended') {
    return [enter(state, { status: 'closed', reason: 'ended', ending: 'reason' in ending ? ending.reason : undefined })]
  }
  const untried = !tried.includes(String(retry))
  const nowTried = typeof retry === 'string' ? tried + retry : tried
  if (retry === 'reset' && world.hasCursor && untried) {
    const [next, arms = {}] = dial({ ...state, tried: nowTried }, plan)
    return [next, arms, 'forgetCursor']
  }

  const failures = state.failures + 1
  const again =
    retry === true ||
    (retry === 'once' && untried) ||
    (retry === 'proven' && home !== undefined && failures <= PROVEN_TRIES)
  const strikes = state.proven ? 0 : state.strikes + 1
  // A plain no from a server that has answered before is its last word; from one that never did, it may be the transport.
  const moves =
    transports.length > 1 &&
    (again || (home === undefined && kind !== 'auth' && kind !== 'forbidden')) &&
    strikes >= (again ? (index === home ? HOME_TRIES : STRANGER_TRIES) : 1)
  const fallen = state.fallen + Number(moves)
  const fresh = moves && fallen < transports.length

  const error = explain(ending, { kind, retry }, state, again || fresh)
  if (!error.retryable || failures >= plan.maxFailures) return [enter(state, { status: 'failed', failures, error })]
  const next = moves ? (index + 1) % transports.length : index
  const hintMs = Math.max(world.hintMs ?? 0, ('retryAfterMs' in ending && ending.retryAfterMs) || 0)
  const ms = delayAfter(state.failures, plan.backoff, world.luck, hintMs)
  const waiting = enter(state, {
    status: 'waiting',
    failures,
    strikes: moves ? 0 : strikes,
    fallen,
    index: next,
    transport: nameOf(plan, next),
    tried: nowTried,
    retryAtMs: world.now + ms,
    error,
  })
  // In the first round nobody waits for the next transport: the page wants its line.
  return fresh && home === undefined ? dial(waiting, plan) : [waiting, { due: ms }]
}
