import { report } from '../base/error.js'
import { tell } from '../base/listeners.js'
import { pause } from '../base/pause.js'
import { createStore, type Readable } from '../base/store.js'
import { codeOf } from '../policy/verdict.js'
import type { Ending } from '../base/ending.js'
import type { Env } from '../transports/env.js'
import type { Attempt, Channel, Sink } from '../transports/transport.js'
import { step } from './conduct.js'
import { createHearing } from './hearing.js'
import type { Journal } from './machine.js'
import { type Event, idle, isLive, type Plan, type State, type Timer, type World } from './machine.js'
import { show } from './show.js'
import type { ConnectionState } from './state.js'

/** Whom a driver works for. */
export interface DriverOwner extends Pick<Sink, 'frame' | 'checkpoint' | 'welcome' | 'fault'> {
  /** What an attempt is told besides what every attempt is told. */
  ask(): Pick<Attempt, 'request' | 'dialect'> | undefined
  /** Behind which message the line goes on. */
  cursor(): string | undefined
  /** Whether a request that must not be made twice may have reached the server. */
  sent(is: boolean): void
  /** The line is open; the channel is what it offers. */
  opened(channel: Channel): void
  remember(index: number): void
  forgetCursor(): void
}

export interface Driver {
  readonly state: Readable<ConnectionState>
  dispatch(event: Event): void
  /** Whether a better transport is being tried beside the open line. */
  probing(): boolean
}

type Call = { readonly abort: AbortController; channel: Channel }

/** Answers to a request that say for certain that it was not begun. */
const NOT_BEGUN = /^(http-([1-4]..|503)|ws-(101[23]|3000|4401|4429))$/

/** Does what the conduct decides. All side effects of a connection's life are in this file. */
export function createDriver(
  plan: Plan,
  env: Env,
  startAt: number,
  owner: DriverOwner,
  journal: Journal | undefined,
): Driver {
  const { now, after } = env.clock
  const hearing = createHearing(env.clock)
  const calls = new Map<number, Call>()
  const timers = new Map<Timer, () => void>()
  const queue: Event[] = []
  let state = idle(startAt)
  let sent = false
  const shown = createStore(show(state.shown, hearing.byteAtMs))

  return { state: shown, dispatch, probing: () => state.probe !== undefined }

  function dispatch(event: Event): void {
    // Run to completion: an event born of an effect waits for its turn.
    if (queue.push(event) > 1) return
    for (let next = queue[0]; next; queue.shift(), next = queue[0]) {
      try {
        advance(next)
      } catch (error) {
        // A ping or a storage that throws must not stop the line from being closed.
        report(error)
      }
    }
  }

  function advance(event: Event): void {
    const world: World = { now: now(), luck: env.random(), cursor: owner.cursor(), sent, ...hearing.known() }
    const before = state
    const [next, arms, errand] = step(state, event, world, plan)
    state = next
    tell(() => journal?.note(event, world, before, next, plan), event)
    if (state.shown.status !== before.shown.status) forgetTimers()
    for (const [timer, ms] of Object.entries(arms ?? {})) arm(timer as Timer, ms)
    if (errand === 'ping') calls.get(state.attempt)?.channel.ping?.()
    if (errand === 'remember') owner.remember(state.index)
    if (errand === 'forgetCursor') owner.forgetCursor()
    // Before anybody hears of it: what is sent from now on goes this way.
    if (opensWith(before, event)) owner.opened(calls.get(state.attempt)?.channel ?? {})
    hangUp()
    // Somebody asks anew: what an earlier life of this line has sent is over.
    if (event.type === 'start' && state.last > before.last) mark(false)
    if (state.last > before.last) place(state.last, state.probe ?? state.index)
    if (state.shown !== before.shown) shown.set(show(state.shown, hearing.byteAtMs))
  }

  function mark(isSent: boolean): void {
    sent = isSent
    owner.sent(isSent)
  }

  /** Whether the line was opened by the last step, or goes on by another way. */
  function opensWith(before: State, event: Event): boolean {
    const anew = event.type === 'opened' && event.attempt === state.attempt
    return state.shown.status === 'open' && (anew || before.shown.status !== 'open' || state.attempt !== before.attempt)
  }

  function arm(timer: Timer, ms: number): void {
    timers.get(timer)?.()
    const due = now() + ms
    if (ms === Infinity) return
    const ring = (): void => dispatch({ type: 'timer', timer, lateMs: now() - due })
    timers.set(timer, after(ms, ring))
  }

  function forgetTimers(): void {
    for (const forget of timers.values()) forget()
    timers.clear()
  }

  /** Whoever the state no longer names is hung up, and nothing more is heard of them. */
  function hangUp(): void {
    const { attempt, probe, last } = state
    const live = isLive(state)
    for (const [number, { abort }] of calls) {
      if (live && (number === attempt || (probe !== undefined && number === last))) continue
      calls.delete(number)
      abort.abort()
    }
  }

  function place(attempt: number, index: number): void {
    const call: Call = { abort: new AbortController(), channel: {} }
    const { signal } = call.abort
    calls.set(attempt, call)
    const current = (): boolean => calls.has(attempt) && state.attempt === attempt
    /** Echoes of a call that was hung up go nowhere. */
    const guarded =
      <T>(tell: (value: T) => void) =>
      (value: T): void => {
        if (current()) tell(value)
      }
    let isOpen = false
    let proven = false
    let sentHere = false

    const sink: Sink = {
      frame: guarded(owner.frame),
      checkpoint: guarded(owner.checkpoint),
      fault: guarded(owner.fault),
      retryAfter: guarded(hearing.asked),
      welcome: guarded((welcome) => {
        if (welcome.heartbeatMs) hearing.announced(welcome.heartbeatMs)
        owner.welcome(welcome)
      }),
      sent() {
        sentHere = true
        mark(true)
      },
      opened(channel = {}) {
        if ((isOpen && !channel.anew) || !calls.has(attempt)) return
        isOpen = true
        call.channel = channel
        if (current()) hearing.opened()
        const { quietMs, proofMs } = channel
        dispatch({ type: 'opened', attempt, quietMs, proofMs, canPing: !!channel.ping })
      },
      alive(beat = false, bytes = 0) {
        if (!calls.has(attempt)) return
        // The first word of a better transport: from now on it is this line that is listened to.
        if (!current() && !proven) hearing.opened()
        if (current() || !proven) hearing.heard(beat, bytes)
        if (proven) return
        proven = true
        dispatch({ type: 'proven', attempt })
      },
    }

    const dial = async (): Promise<Ending | undefined> =>
      plan.transports[index]?.dial(
        {
          ...owner.ask(),
          cursor: owner.cursor(),
          sent,
          renew: state.renew,
          line: env,
          signal,
          env,
          pause: (ms) => pause(ms, env.clock, signal),
        },
        journal?.tap?.(sink, { plan, attempt, index, signal, now }) ?? sink,
      )
    void dial()
      // A transport that rejects has a fault of its own, and must not be asked for ever.
      .catch((cause: unknown): Ending => ({ kind: 'garbled', code: 'transport', message: String(cause), cause }))
      .then((ending = { kind: 'aborted' }) => {
        // Refused is not begun; only a gateway that gave up leaves that open.
        if (sentHere && !isOpen && NOT_BEGUN.test(codeOf(ending))) mark(false)
        if (calls.delete(attempt)) dispatch({ type: 'ended', attempt, ending })
      })
  }
}
