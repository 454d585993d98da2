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
import { retreat } from './retreat.js'

/** How long a line must hold before its failures are forgiven. */
const SETTLE_MS = 10_000
/** A timer that is so late woke from sleep: what the network has buffered deserves a moment. */
const ASLEEP_MS = 10_000
const PROBE_MS = 3_000

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
    case 'wake':
      // Somebody came back. It was not the server's fault that the page was put away; an open line is looked at.
      if (status === 'paused') return dial(state, plan)
      return [state, status === 'waiting' ? { due: world.luck * 500 } : status === 'open' ? { silence: 0 } : {}]
    case 'park':
      return over ? [state] : [enter(state, plan, { status: 'paused', reason: 'parked' })]
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
      // Headers alone prove nothing: a proxy may hold back all that follows, and the line in use works.
      if (probing) return [{ ...state, offer: event }]
      return state.shown.status === 'connecting' ? open(state, event, world, plan) : [state]
    case 'proven': {
      const [next, arms = {}] = probing && state.offer ? open(state, state.offer, world, plan) : [state]
      return [{ ...next, proven: true, home: next.index, strikes: 0, fallen: 0 }, arms, 'remember']
    }
    case 'ended':
      return probing ? dropProbe(state, plan) : retreat(state, event.ending, world, plan)
  }
}

/** The line is open. A probe takes the place of the line in use: make before break. */
function open(state: State, { quietMs, canPing }: Offer, world: World, plan: Plan): Step {
  const { probe, last } = state
  const change = probe === undefined ? {} : { attempt: last, index: probe, probes: 0 }
  const next = enter({ ...state, ...change, quietMs, canPing }, plan, { status: 'open', openedAtMs: world.now })
  const { index } = next
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
  const next = { ...state, probe: undefined, offer: undefined, probes: state.probes + 1 }
  return [next, { upgrade: upgradeDelay(next, plan) }]
}

function onTimer(state: State, { timer, lateMs }: Event & { type: 'timer' }, world: World, plan: Plan): Step {
  const { heartbeat } = plan
  switch (timer) {
    case 'due':
      return state.shown.status === 'waiting'
        ? dial(state, plan)
        : retreat(state, { kind: 'timeout', what: 'connect-timeout' }, world, plan)
    case 'settle':
      if (!state.proven) return [state, { settle: SETTLE_MS }]
      return [{ ...state, failures: 0, tried: '', shown: { ...state.shown, failures: 0 } }]
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
