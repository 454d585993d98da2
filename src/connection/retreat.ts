import type { Ending } from '../base/ending.js'
import { delayAfter } from '../policy/backoff.js'
import { codeOf } from '../policy/verdict.js'
import { explain } from './explain.js'
import { dial, enter, type Plan, type State, type Step, type World } from './machine.js'

/** Failed attempts in a row before the next transport has its turn: few where this one never worked. */
const STRANGER_TRIES = 2
const HOME_TRIES = 6
/** What is held back on the way, or gets no answer at all, will fare no better next time. */
const SILENT_TRIES = 1
/** How often a server that has worked may answer with nonsense, as it does during a deploy. */
const PROVEN_TRIES = 5

/** An attempt came to its end: what now? */
export function retreat(state: State, ending: Ending, world: World, plan: Plan): Step {
  const { kind, retry } = plan.judge(ending)
  const code = codeOf(ending)
  const { home, tried, index } = state
  const { transports } = plan
  if (kind === 'ended') {
    return [
      enter(state, plan, { status: 'closed', reason: 'ended', ending: 'reason' in ending ? ending.reason : undefined }),
    ]
  }
  // A browser does not say why an upgrade was refused; it may have been for the credentials.
  const refused = ending.kind === 'closed' && state.shown.status === 'connecting' && !tried.includes('upgrade')
  const renew = kind === 'auth' || refused
  const untried = !tried.includes(String(retry))
  const nowTried = tried + (typeof retry === 'string' ? retry : '') + (refused ? 'upgrade' : '')
  // Without a cursor there is nothing to forget: then it is a plain no, unless the server has asked for a new start.
  const reset = retry === 'reset' && (world.cursor !== undefined || ending.kind === 'reset')
  const errand = reset ? 'forgetCursor' : undefined
  if (reset && untried) {
    const [next, arms = {}] = dial({ ...state, tried: nowTried }, plan)
    return [next, arms, errand]
  }

  const failures = state.failures + 1
  const strange = state.strange + Number(retry === 'proven')
  const again =
    retry === true ||
    reset ||
    (retry === 'once' && untried) ||
    (retry === 'proven' && home !== undefined && strange < PROVEN_TRIES)
  const isHome = index === home
  const silent = code === 'first-byte' || (code === 'connect-timeout' && !isHome)
  const tries = silent ? SILENT_TRIES : isHome ? HOME_TRIES : STRANGER_TRIES
  const strikes = state.proven ? 0 : state.strikes + 1
  // A plain no from a server that has answered before is its last word; from one that never did, it may be the transport.
  const moves =
    transports.length > 1 &&
    (again || (home === undefined && kind !== 'auth' && kind !== 'forbidden')) &&
    strikes >= (again ? tries : 1)
  const fallen = state.fallen + Number(moves)
  const fresh = moves && fallen < transports.length

  const error = explain(ending, { kind, retry }, state.shown, again || fresh)
  if (!error.retryable || failures >= plan.maxFailures) {
    return [enter({ ...state, failures }, plan, { status: 'failed', error })]
  }
  const hintMs = Math.max(world.hintMs ?? 0, ('retryAfterMs' in ending && ending.retryAfterMs) || 0)
  const ms = delayAfter(state.failures, plan.backoff, world.luck, hintMs)
  const next = {
    ...state,
    failures,
    strange,
    renew,
    fallen,
    strikes: moves ? 0 : strikes,
    index: moves ? (index + 1) % transports.length : index,
    tried: nowTried,
  }
  const waiting = enter(next, plan, { status: 'waiting', retryAtMs: world.now + ms, error })
  // In the first round nobody waits for the next transport: the page wants its line.
  return fresh && home === undefined ? dial(waiting, plan) : [waiting, { due: ms }, errand]
}
