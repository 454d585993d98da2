import { lookAfter, silenceLimit } from './heartbeat.js'
import {
  dial,
  enter,
  type Event,
  FRESH,
  isLive,
  type Offer,
  patience,
  type Plan,
  type State,
  type Step,
  type World,
} from './machine.js'
import type { Surrounding } from '../transports/env.js'
import type { PauseReason } from './state.js'
import { retreat } from './retreat.js'

/** How long a line must hold before its failures are forgiven. */
const SETTLE_MS = 10_000
/** A timer that is so late woke from sleep. */
const ASLEEP_MS = 10_000
/** How soon a pong, and what the network has buffered, must come where the line may be dead. */
const PONG_MS = 3_000
const BUFFERED_MS = 1_500
/** A line that has said so lately that it is there is not asked when its page is seen. */
const UNSEEN_MS = 15_000
/** What an attempt that is under way gets when the network is back: it may have been made for the one before. */
const CHANGED_MS = 2_000
/** Many pages come back with the same network in the same moment. */
const SPREAD_MS = 500

/** The whole conduct of a connection, in one place, without side effects. */
export function step(state: State, event: Event, world: World, plan: Plan): Step {
  const { status } = state.shown
  const live = isLive(state)
  const over = !live && status !== 'waiting' && status !== 'paused'
  switch (event.type) {
    case 'start':
      return over ? dial({ ...state, ...FRESH }, plan) : [state]
    case 'stop':
      return status === 'idle' || status === 'closed'
        ? [state]
        : [enter(state, plan, { status: 'closed', reason: event.reason })]
    case 'redial':
      return dial(over ? { ...state, ...FRESH } : state, plan)
    case 'park':
      return over ? [state] : rest(state, event.reason, plan)
    case 'notice':
      return over ? [state] : onNotice(state, event.what, world, plan)
    case 'timer':
      return onTimer(state, event, world, plan)
    case 'opened':
    case 'proven':
    case 'ended':
      return live ? onReport(state, event, world, plan) : [state]
    case 'gap':
      return [state]
  }
}

const rest = (state: State, reason: PauseReason, plan: Plan): Step => [enter(state, plan, { status: 'paused', reason })]

/** Something has happened to the page: a line that was right before may be wrong now. */
function onNotice(state: State, what: Surrounding, world: World, plan: Plan): Step {
  const { shown } = state
  if (what === 'parked') return rest(state, what, plan)
  switch (shown.status) {
    case 'paused':
      // It was not the server's fault that the page was put away, so nobody waits.
      return shown.reason !== 'snapshot' && (what === 'visible' || (shown.reason === 'parked' && what !== 'hidden'))
        ? dial(state, plan)
        : [state]
    case 'waiting':
      return [state, /^(offline|hidden)$/.test(what) ? {} : { due: world.luck * SPREAD_MS }]
    case 'connecting':
      return [state, what === 'online' && !world.sent ? { due: Math.min(CHANGED_MS, patience(plan, state.index)) } : {}]
    case 'open':
      // Whoever was asked already is given the time to answer.
      if (what === 'visible' && (state.askedAtMs !== undefined || world.quietMs < unseen(state, world, plan)))
        return [state]
      // Browsers often say "offline" wrongly, so it is a reason to ask, never one to hang up.
      return what === 'hidden' || (what === 'offline' && !state.canPing) ? [state] : check(state, world, plan)
    case 'idle':
    case 'closed':
    case 'failed':
      return [state]
  }
}

/** After how much silence a line is looked into when its page is seen: at once, but where its heartbeats speak for it. */
function unseen(state: State, world: World, { heartbeat }: Plan): number {
  const limit = silenceLimit(state, world, heartbeat)
  return state.canPing || limit === Infinity ? UNSEEN_MS : limit
}

/** Asks, out of turn, whether somebody is there. */
function check(state: State, world: World, { heartbeat }: Plan): Step {
  const next = { ...state, askedAtMs: world.now }
  if (heartbeat && state.canPing) return [next, { silence: PONG_MS }, 'ping']
  // A line that cannot be asked is made anew where that loses nothing; what the network has buffered comes first.
  if (heartbeat && (world.cursor !== undefined || !world.sent))
    return [next, { silence: BUFFERED_MS + world.luck * SPREAD_MS }]
  return [state, { silence: lookAfter(state, world, heartbeat) }]
}

/** Somebody reports from an attempt; an old one's report is nobody's business. */
function onReport(state: State, event: Extract<Event, { readonly attempt: number }>, world: World, plan: Plan): Step {
  const probing = state.probe !== undefined && event.attempt === state.last
  if (!probing && event.attempt !== state.attempt) return [state]
  switch (event.type) {
    case 'opened':
      // Headers alone prove nothing: a proxy may hold back all that follows, and the line in use works.
      if (probing) return [{ ...state, offer: event }]
      return state.shown.status === 'connecting' ? open(state, event, world, plan) : goesOn(state, event, world, plan)
    case 'proven': {
      const [next, arms = {}] = probing && state.offer ? open(state, state.offer, world, plan) : [state]
      return [{ ...next, proven: true, home: next.index, strikes: 0, fallen: 0 }, arms, 'remember']
    }
    case 'ended':
      return probing ? dropProbe(state, plan) : retreat(state, event.ending, world, plan)
  }
}

/** The line is open. A probe takes the place of the line in use: make before break. */
function open(state: State, { quietMs, canPing, proofMs }: Offer, world: World, plan: Plan): Step {
  const { probe, last } = state
  const change = probe === undefined ? {} : { attempt: last, index: probe, probes: 0 }
  const next = enter({ ...state, ...change, quietMs, canPing, renew: false }, plan, {
    status: 'open',
    openedAtMs: world.now,
  })
  const { index } = next
  return [
    next,
    {
      silence: lookAfter(next, world, plan.heartbeat),
      settle: SETTLE_MS,
      due: proofMs ?? Infinity,
      upgrade: index > 0 ? upgradeDelay(next, plan) : Infinity,
    },
  ]
}

/** The open line goes on by another way. */
function goesOn(state: State, { quietMs, canPing }: Offer, world: World, { heartbeat }: Plan): Step {
  const next = { ...state, quietMs, canPing }
  return [next, { silence: lookAfter(next, world, heartbeat) }]
}

const upgradeDelay = ({ probes }: State, { upgradeAfterMs }: Plan): number =>
  Math.max(upgradeAfterMs, 1_000) * 2 ** Math.min(probes, 4)

/** The failed probe is forgotten; the next one comes later. */
function dropProbe(state: State, plan: Plan): Step {
  const next = { ...state, probe: undefined, offer: undefined, probes: state.probes + 1 }
  return [next, { upgrade: upgradeDelay(next, plan) }]
}

function onTimer(state: State, { timer, lateMs }: Event & { type: 'timer' }, world: World, plan: Plan): Step {
  const { heartbeat } = plan
  switch (timer) {
    case 'due': {
      const { status } = state.shown
      if (status === 'waiting') return dial(state, plan)
      if (state.proven) return [state]
      const what = status === 'open' ? 'first-byte' : 'connect-timeout'
      return retreat(state, { kind: 'timeout', what }, world, plan)
    }
    case 'settle': {
      if (!state.proven) return [state, { settle: SETTLE_MS }]
      const shown = state.failures ? { ...state.shown, failures: 0 } : state.shown
      return [{ ...state, failures: 0, strange: 0, tried: '', shown }]
    }
    case 'upgrade': {
      if (state.probe !== undefined) return dropProbe(state, plan)
      // Each better one in turn.
      const probe = state.probes % state.index
      return [{ ...state, probe, last: state.last + 1 }, { upgrade: patience(plan, probe) }]
    }
    case 'silence': {
      if (lateMs > ASLEEP_MS) return check(state, world, plan)
      const { now, quietMs } = world
      const { askedAtMs = Infinity } = state
      const next = { ...state, askedAtMs: undefined }
      const unheard = now - quietMs <= askedAtMs && askedAtMs < Infinity
      // Silence is the rule on a line that cannot be asked, and no failure.
      if (unheard && !state.canPing) return dial(next, plan)
      if (unheard || quietMs >= silenceLimit(state, world, heartbeat)) {
        return retreat(state, { kind: 'timeout', what: 'silence' }, world, plan)
      }
      const ask = heartbeat && quietMs >= heartbeat.pingAfterMs
      return [next, { silence: lookAfter(state, world, heartbeat) }, ask ? 'ping' : undefined]
    }
  }
}
