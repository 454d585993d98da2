import type { Ending } from '../base/ending.js'
import { type Backoff, delayAfter } from '../policy/backoff.js'
import type { Verdict } from '../policy/verdict.js'
import { explain } from './explain.js'
import { type Heartbeat, lookAfter, silenceLimit } from './heartbeat.js'
import type { ConnectionState } from './state.js'

/** What the conduct remembers besides what it shows. */
interface Memory {
  /** The transport in use, as a place in the list. */
  readonly index: number
  /** Attempts in a row on this transport that never showed life. */
  readonly strikes: number
  /** Transports given up in a row. */
  readonly fallen: number
  /** The transport that showed life last. */
  readonly home?: number | undefined
  /** Whether the open line has shown life. */
  readonly proven: boolean
  /** What is tried at most once until a line shows life: new credentials, a start without cursor. */
  readonly tried: { readonly auth?: boolean; readonly reset?: boolean }
  /** The highest attempt so far. */
  readonly last: number
  /** An attempt on a better transport, made while this one is open. */
  readonly probe?: number | undefined
  readonly probes: number
  readonly quietMs?: number | undefined
  readonly canPing: boolean
}

export type State = ConnectionState & Memory

export type Timer = 'connect' | 'silence' | 'settle' | 'retry' | 'upgrade' | 'probe'

export type Event =
  | { readonly type: 'start' | 'redial' | 'wake' | 'park' | 'unpark' }
  | { readonly type: 'stop'; readonly reason: 'closed' | 'unused' }
  | { readonly type: 'opened'; readonly attempt: number; readonly quietMs?: number | undefined; readonly canPing: boolean }
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

/** Timers need no disarming: whoever leaves a status leaves its timers behind. */
export type Effect =
  | { readonly do: 'dial'; readonly attempt: number; readonly index: number }
  | { readonly do: 'hangUp'; readonly attempt: number }
  | { readonly do: 'arm'; readonly timer: Timer; readonly ms: number }
  | { readonly do: 'remember'; readonly index: number }
  | { readonly do: 'ping' | 'forgetCursor' }

export type Step = readonly [State, readonly Effect[]]

/** How long a line must hold before its failures are forgiven. */
const SETTLE_MS = 10_000
/** A timer that is so late woke from sleep: what the network has buffered deserves a moment. */
const ASLEEP_MS = 10_000
const PROBE_MS = 3_000
/** Failed attempts in a row before the next transport has its turn: few where this one never worked. */
const PATIENCE = { stranger: 2, home: 6 }
const PROVEN_TRIES = 5

const arm = (timer: Timer, ms: number): Effect => ({ do: 'arm', timer, ms })
const stay = (state: State): Step => [state, []]

export function idle(plan: Plan, index: number = 0): State {
  return {
    status: 'idle',
    attempt: 0,
    transport: plan.transports[index]?.name ?? '',
    failures: 0,
    index,
    strikes: 0,
    fallen: 0,
    proven: false,
    tried: {},
    last: 0,
    probes: 0,
    canPing: false,
  }
}

/** The whole conduct of a connection, in one place, without side effects. */
export function step(state: State, event: Event, world: World, plan: Plan): Step {
  const { status } = state
  switch (event.type) {
    case 'start':
      return status === 'idle' || status === 'closed' || status === 'failed' ? dial(afresh(state), plan) : stay(state)
    case 'stop':
      return status === 'idle' || status === 'closed'
        ? stay(state)
        : [{ ...memoryOf(state), status: 'closed', reason: event.reason }, hangUps(state)]
    case 'redial':
      return dial(isOver(state) ? afresh(state) : state, plan, hangUps(state))
    case 'wake':
      // Somebody came back: nobody waits any longer. An open line is looked at, by the wall clock.
      if (status === 'waiting') return [state, [arm('retry', world.luck * 500)]]
      return status === 'open' ? [state, [arm('silence', 0)]] : stay(state)
    case 'park':
      return isOver(state) ? stay(state) : [{ ...memoryOf(state), status: 'paused', reason: 'parked' }, hangUps(state)]
    case 'unpark':
      // It was not the server's fault, so nobody waits.
      return status === 'paused' ? dial(state, plan) : stay(state)
    case 'opened':
      return onOpened(state, event, world, plan)
    case 'proven':
      if (status !== 'open' || event.attempt !== state.attempt || state.proven) return stay(state)
      return [
        { ...state, proven: true, home: state.index, strikes: 0, fallen: 0, tried: {} },
        [{ do: 'remember', index: state.index }],
      ]
    case 'ended':
      if (event.attempt === state.probe) return dropProbe(state, plan)
      return event.attempt === state.attempt && isLive(state) ? retreat(state, event.ending, world, plan) : stay(state)
    case 'timer':
      return onTimer(state, event, world, plan)
  }
}

function onOpened(state: State, { attempt, quietMs, canPing }: Event & { type: 'opened' }, world: World, plan: Plan): Step {
  const swap = state.status === 'open' && attempt === state.probe
  if (!swap && !(state.status === 'connecting' && attempt === state.attempt)) return stay(state)
  const index = swap ? candidate(state) : state.index
  const open: State = {
    ...memoryOf(state),
    attempt,
    index,
    transport: nameOf(plan, index),
    status: 'open',
    openedAtMs: world.now,
    proven: false,
    quietMs,
    canPing,
    ...(swap ? { probe: undefined, probes: 0 } : {}),
  }
  const effects: Effect[] = [arm('silence', lookAfter(open, world, plan.heartbeat)), arm('settle', SETTLE_MS)]
  // Make before break: the old line is let go only now.
  if (swap) effects.unshift({ do: 'hangUp', attempt: state.attempt })
  if (index > 0) effects.push(arm('upgrade', upgradeDelay(open, plan)))
  return [open, effects]
}

function onTimer(state: State, { timer, lateMs }: Event & { type: 'timer' }, world: World, plan: Plan): Step {
  switch (timer) {
    case 'retry':
      return dial(state, plan)
    case 'connect':
      return hangUpAnd(state, retreat(state, { kind: 'timeout', what: 'connect' }, world, plan))
    case 'settle':
      return state.proven ? [{ ...state, failures: 0 }, []] : [state, [arm('settle', SETTLE_MS)]]
    case 'silence': {
      const overdue = world.quietMs >= silenceLimit(state, world, plan.heartbeat)
      if (overdue && lateMs <= ASLEEP_MS) {
        return hangUpAnd(state, retreat(state, { kind: 'timeout', what: 'silence' }, world, plan))
      }
      const look = arm('silence', overdue ? PROBE_MS : lookAfter(state, world, plan.heartbeat))
      const ask = plan.heartbeat && state.canPing && world.quietMs >= plan.heartbeat.pingAfterMs
      return [state, overdue || ask ? [{ do: 'ping' }, look] : [look]]
    }
    case 'upgrade': {
      const probe = state.last + 1
      return [
        { ...state, probe, last: probe },
        [
          { do: 'dial', attempt: probe, index: candidate(state) },
          arm('probe', plan.connectTimeoutMs + (plan.transports[candidate(state)]?.patienceMs ?? 0)),
        ],
      ]
    }
    case 'probe': {
      const { probe } = state
      return probe === undefined ? stay(state) : hangUpAttempt(probe, dropProbe(state, plan))
    }
  }
}

function dial(before: State, plan: Plan, effects: readonly Effect[] = []): Step {
  const attempt = before.last + 1
  const { index } = before
  const error = 'error' in before ? before.error : undefined
  return [
    { ...memoryOf(before), attempt, last: attempt, transport: nameOf(plan, index), status: 'connecting', error },
    [
      ...effects,
      { do: 'dial', attempt, index },
      arm('connect', plan.connectTimeoutMs + (plan.transports[index]?.patienceMs ?? 0)),
    ],
  ]
}

/** An attempt came to its end: what now? */
function retreat(state: State, ending: Ending, world: World, plan: Plan): Step {
  const verdict = plan.judge(ending)
  const after = memoryOf(state)
  const effects = state.probe === undefined ? [] : [hangUp(state.probe)]
  if (verdict.kind === 'ended') {
    const reason = 'reason' in ending ? ending.reason : undefined
    return [{ ...after, status: 'closed', reason: 'ended', ending: reason }, effects]
  }

  const { home, tried, index } = state
  const failures = state.failures + 1
  if (verdict.retry === 'reset' && world.hasCursor && !tried.reset) {
    return dial({ ...after, status: 'idle', tried: { ...tried, reset: true } }, plan, [...effects, { do: 'forgetCursor' }])
  }
  const again =
    verdict.retry === true ||
    (verdict.retry === 'proven' && home !== undefined && failures <= PROVEN_TRIES) ||
    (verdict.retry === 'once' && !tried.auth)

  const strikes = state.proven ? 0 : state.strikes + 1
  const patience = again ? (index === home ? PATIENCE.home : PATIENCE.stranger) : 1
  const personal = verdict.kind === 'auth' || verdict.kind === 'forbidden'
  // A plain no from a server that has answered before is its last word; from one that never did, it may be the transport.
  const moves = strikes >= patience && !personal && plan.transports.length > 1 && (again || home === undefined)
  const fallen = state.fallen + (moves ? 1 : 0)
  const untried = moves && fallen < plan.transports.length

  const error = explain(ending, verdict, state, again || untried)
  if (!(again || untried) || failures >= plan.maxFailures) {
    return [{ ...after, failures, status: 'failed', error }, effects]
  }
  const next: State = {
    ...after,
    failures,
    strikes: moves ? 0 : strikes,
    fallen,
    index: moves ? (index + 1) % plan.transports.length : index,
    tried: verdict.retry === 'once' ? { ...tried, auth: true } : tried,
    status: 'waiting',
    retryAtMs: world.now,
    error,
  }
  // In the first round nobody waits for the next transport: the page wants its line.
  if (untried && home === undefined) return dial(next, plan, effects)
  const hintMs = Math.max(world.hintMs ?? 0, ('retryAfterMs' in ending && ending.retryAfterMs) || 0)
  const ms = delayAfter(state.failures, plan.backoff, world.luck, hintMs)
  return [
    { ...next, transport: nameOf(plan, next.index), retryAtMs: world.now + ms },
    [...effects, arm('retry', ms)],
  ]
}

/** The failed probe is forgotten; the next one comes later. */
function dropProbe(state: State, plan: Plan): Step {
  const next = { ...state, probe: undefined, probes: state.probes + 1 }
  return [next, [arm('upgrade', upgradeDelay(next, plan))]]
}

/** Which better transport is to be tried: each in turn. */
const candidate = ({ probes, index }: State): number => probes % index

const upgradeDelay = ({ probes }: State, { upgradeAfterMs }: Plan): number => upgradeAfterMs * 2 ** Math.min(probes, 4)

const nameOf = (plan: Plan, index: number): string => plan.transports[index]?.name ?? ''
const isLive = ({ status }: State): boolean => status === 'connecting' || status === 'open'
const isOver = ({ status }: State): boolean => status === 'idle' || status === 'closed' || status === 'failed'
const hangUp = (attempt: number): Effect => ({ do: 'hangUp', attempt })
const hangUpAttempt = (attempt: number, [state, effects]: Step): Step => [state, [hangUp(attempt), ...effects]]
const hangUpAnd = ({ attempt }: State, next: Step): Step => hangUpAttempt(attempt, next)

function hangUps(state: State): Effect[] {
  const effects = isLive(state) ? [hangUp(state.attempt)] : []
  return state.probe === undefined ? effects : [...effects, hangUp(state.probe)]
}

/** What outlives a status. */
function memoryOf(state: State): Memory & Pick<State, 'attempt' | 'transport' | 'failures'> {
  const { attempt, transport, failures, index, strikes, fallen, home, tried, last, probes } = state
  return {
    attempt, transport, failures, index, strikes, fallen, home, tried, last, probes,
    proven: false,
    canPing: false,
  }
}

const afresh = (state: State): State => ({
  ...memoryOf(state),
  failures: 0,
  strikes: 0,
  fallen: 0,
  tried: {},
  status: 'idle',
})
