import type { Ending } from '../base/ending.js'
import type { Backoff } from '../policy/backoff.js'
import type { HoldlineError } from '../base/error.js'
import type { Verdict } from '../policy/verdict.js'
import type { Surrounding } from '../transports/env.js'
import type { Sink, Transport } from '../transports/transport.js'
import type { Heartbeat } from './heartbeat.js'
import type { Gap } from './ledger.js'
import type { ConnectionState, Doing, PauseReason } from './state.js'

/** A state of the conduct: what is shown, and what is remembered besides. */
export interface State {
  /** Another object whenever something changes that can be seen. */
  readonly shown: ConnectionState
  readonly attempt: number
  readonly failures: number
  /** The transport in use, as a place in the list. */
  readonly index: number
  /** The highest attempt so far. Calls other than the live one and the probe are hung up. */
  readonly last: number
  /** Answers that made no sense, of all that has failed in a row. */
  readonly strange: number
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
  /** What the better transport offers: it is open, and takes over as soon as it shows life. */
  readonly offer?: Offer | undefined
  /** How many such tries have failed. */
  readonly probes: number
  readonly quietMs?: number | undefined
  readonly canPing?: boolean
  /** Whether the next attempt shall ask for new credentials. */
  readonly renew: boolean
  /** When the open line was last asked, out of its turn, whether somebody is there. */
  readonly askedAtMs?: number | undefined
}

/** What an open line says of itself. */
export interface Offer {
  readonly quietMs?: number | undefined
  readonly proofMs?: number | undefined
  readonly canPing: boolean
}

/** `due`: an attempt must have an answer by then, or a wait is over. `upgrade`: the same for probes. */
export type Timer = 'due' | 'silence' | 'settle' | 'upgrade'

/** Everything that can happen to a connection; what `journal` sees. */
export type Event =
  | { readonly type: 'start' | 'redial' }
  /** Something has happened to the page. */
  | { readonly type: 'notice'; readonly what: Surrounding }
  | { readonly type: 'park'; readonly reason: PauseReason }
  | { readonly type: 'stop'; readonly reason: 'closed' | 'unused' }
  | {
      readonly type: 'opened'
      readonly attempt: number
      readonly quietMs?: number | undefined
      readonly proofMs?: number | undefined
      readonly canPing: boolean
    }
  | { readonly type: 'proven'; readonly attempt: number }
  | { readonly type: 'ended'; readonly attempt: number; readonly ending: Ending }
  | { readonly type: 'timer'; readonly timer: Timer; readonly lateMs: number }
  /** Messages may be missing. Nothing is decided by it here. */
  | { readonly type: 'gap'; readonly gap: Gap }

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
  /** Behind which message the line goes on. */
  readonly cursor: string | undefined
  /** Whether a request that must not be made twice may have reached the server. */
  readonly sent: boolean
  /** How many bytes have come since the beginning. */
  readonly bytes: number
}

/** What the decisions of a connection follow: its options, with the defaults filled in. */
export interface Plan {
  /** What is wrong with the options, if anything: then nothing is ever dialled. */
  readonly broken?: HoldlineError | undefined
  readonly transports: readonly Transport[]
  readonly backoff: Backoff
  readonly heartbeat: Heartbeat | false
  readonly connectTimeoutMs: number
  readonly maxFailures: number
  readonly upgradeAfterMs: number
  readonly judge: (ending: Ending) => Verdict
}

/** Takes down what happens to a connection, and what was made of it. */
export interface Journal {
  /** Called for each event. What it throws is reported and harms nobody. */
  note(event: Event, world: World, before: State, after: State, plan: Plan): void
  /**
   * Called for each attempt, where it wants to hear what comes over it: returns the sink that the transport tells
   * instead, which must pass everything on. It stands in the line, so what it throws ends the attempt.
   */
  tap?(sink: Sink, call: TappedCall): Sink
}

/** An attempt that a journal listens to. */
export interface TappedCall {
  /** The same object for all that is noted of one line. */
  readonly plan: Plan
  readonly attempt: number
  /** Its transport, as a place in the plan. */
  readonly index: number
  /** Fires when the attempt is hung up; what is told after that is an echo. */
  readonly signal: AbortSignal
  readonly now: () => number
}

/** Timers to arm, in milliseconds. None needs disarming: whoever leaves a status leaves its timers behind. */
type Arms = Partial<Record<Timer, number>>

export type Errand = 'remember' | 'ping' | 'forgetCursor'

/** The next state, and what is to be done. That attempts are made and calls hung up follows from the state itself. */
export type Step = readonly [State, Arms?, (Errand | undefined)?]

/** What a new start forgets. */
export const FRESH: Pick<State, 'failures' | 'strange' | 'strikes' | 'fallen' | 'tried'> = {
  failures: 0,
  strange: 0,
  strikes: 0,
  fallen: 0,
  tried: '',
}

/** Before the first attempt. What is remembered of an earlier page is not shown yet: a server could not have rendered it. */
export const idle = (index: number = 0): State => ({
  ...FRESH,
  attempt: 0,
  last: 0,
  index,
  probes: 0,
  proven: false,
  renew: false,
  shown: { status: 'idle', attempt: 0, transport: '', failures: 0 },
})

/** Whether there is an attempt to hear from. */
export const isLive = ({ shown: { status } }: State): boolean => status === 'connecting' || status === 'open'

/** Into another status; a probe and the proof of life stay behind. */
export function enter(before: Omit<State, 'shown'>, plan: Plan, doing: Doing): State {
  const { attempt, failures, index } = before
  const transport = plan.transports[index]?.name ?? ''
  return {
    ...before,
    proven: false,
    askedAtMs: undefined,
    probe: undefined,
    offer: undefined,
    shown: { attempt, transport, failures, ...doing },
  }
}

export function dial(before: State, plan: Plan): Step {
  const { last, index, shown } = before
  if (plan.broken) return [enter(before, plan, { status: 'failed', error: plan.broken })]
  const error = 'error' in shown ? shown.error : undefined
  const next = { ...before, attempt: last + 1, last: last + 1 }
  return [enter(next, plan, { status: 'connecting', error }), { due: patience(plan, index) }]
}

export const patience = ({ connectTimeoutMs, transports }: Plan, index: number): number =>
  connectTimeoutMs + (transports[index]?.patienceMs ?? 0)
