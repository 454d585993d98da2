import { createStore, type Readable } from '../base/store.js'
import type { Ending } from '../base/ending.js'
import type { Env } from '../transports/env.js'
import type { Attempt, Channel, Sink, Transport } from '../transports/transport.js'
import { type Errand, type Event, idle, type Plan, type State, step, type Timer, type World } from './conduct.js'
import type { ConnectionState } from './state.js'

export interface DriverOptions {
  readonly plan: Plan
  readonly env: Env
  readonly transports: readonly Transport[]
  readonly startAt: number
  /** What an attempt is told besides what every attempt is told. */
  readonly ask: (sent: boolean) => Pick<Attempt, 'cursor' | 'request' | 'dialect'>
  readonly tell: Pick<Sink, 'frame' | 'checkpoint' | 'welcome' | 'fault'>
  /** The line is open; the channel is what it offers. */
  readonly opened: (channel: Channel) => void
  readonly remember: (index: number) => void
  readonly forgetCursor: () => void
  /** Sees every event with the world it met. Feeding the same list to `step` replays the session. */
  readonly journal?: ((event: Event, world: World) => void) | undefined
}

export interface Driver {
  readonly state: Readable<ConnectionState>
  dispatch(event: Event): void
}

interface Call {
  readonly abort: AbortController
  ping?: (() => void) | undefined
}

/** Shorter pauses between two signs of life are bursts, not an interval. */
const LEAST_BEAT_MS = 1_000
/** A server that asks for a pause gets one between these. */
const LEAST_HINT_MS = 100
const MOST_HINT_MS = 300_000

/** What is shown of a state, beside the time of the last byte. */
const SHOWN = [
  'status',
  'attempt',
  'transport',
  'failures',
  'openedAtMs',
  'retryAtMs',
  'error',
  'reason',
  'ending',
] as const

/** Does what the conduct decides. All side effects of a connection's life are in this file. */
export function createDriver({
  plan,
  env,
  transports,
  startAt,
  ask,
  tell,
  opened,
  remember,
  forgetCursor,
  journal,
}: DriverOptions): Driver {
  const { now, after } = env.clock
  /** What was heard, as numbers that change with every byte and move no screen. */
  const heard: { byteAt?: number; beatAt?: number; beatMs?: number; hintMs?: number; since: number } = { since: 0 }
  const calls = new Map<number, Call>()
  const timers = new Map<Timer, () => void>()
  const queue: Event[] = []
  let state = idle(plan, startAt)
  let sent = false
  const shown = createStore(show())

  return { state: shown, dispatch }

  function dispatch(event: Event): void {
    // Run to completion: an event born of an effect waits for its turn.
    if (queue.push(event) > 1) return
    for (let next = queue[0]; next; queue.shift(), next = queue[0]) advance(next)
  }

  function advance(event: Event): void {
    const { beatMs, hintMs, byteAt = 0, since } = heard
    const world: World = {
      now: now(),
      luck: env.random(),
      quietMs: now() - Math.max(byteAt, since),
      beatMs,
      hintMs,
      hasCursor: ask(sent).cursor !== undefined,
    }
    journal?.(event, world)
    const before = state
    const [next, arms, errand] = step(state, event, world, plan)
    state = next
    if (state.status !== before.status) forgetTimers()
    for (const [timer, ms] of Object.entries(arms ?? {})) arm(timer as Timer, ms)
    if (errand) run(errand)
    hangUp()
    if (state.last > before.last) place(state.last, state.probe ?? state.index)
    // What nobody can see changes nothing on a screen.
    if (SHOWN.some((key) => valueAt(state, key) !== valueAt(before, key))) shown.set(show())
  }

  function run(errand: Errand): void {
    if (errand === 'ping') calls.get(state.attempt)?.ping?.()
    else if (errand === 'remember') remember(state.index)
    else forgetCursor()
  }

  function arm(timer: Timer, ms: number): void {
    timers.get(timer)?.()
    const due = now() + ms
    if (ms < Infinity)
      timers.set(
        timer,
        after(ms, () => dispatch({ type: 'timer', timer, lateMs: now() - due })),
      )
  }

  function forgetTimers(): void {
    for (const forget of timers.values()) forget()
    timers.clear()
  }

  /** Whoever the state no longer names is hung up, and nothing more is heard of them. */
  function hangUp(): void {
    const { status, attempt, probe, last } = state
    const live = status === 'connecting' || status === 'open'
    for (const [number, { abort }] of calls) {
      if (live && (number === attempt || (probe !== undefined && number === last))) continue
      calls.delete(number)
      abort.abort()
    }
  }

  function place(attempt: number, index: number): void {
    const call: Call = { abort: new AbortController() }
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
    delete heard.beatAt

    const sink: Sink = {
      ...tell,
      frame: guarded(tell.frame),
      checkpoint: guarded(tell.checkpoint),
      fault: guarded(tell.fault),
      retryAfter: guarded((ms) => {
        heard.hintMs = Math.min(Math.max(ms, LEAST_HINT_MS), MOST_HINT_MS)
      }),
      welcome: guarded((welcome) => {
        if (welcome.heartbeatMs) heard.beatMs = welcome.heartbeatMs
        tell.welcome(welcome)
      }),
      sent() {
        sent = sentHere = true
      },
      opened(channel = {}) {
        if (isOpen || !calls.has(attempt)) return
        isOpen = true
        call.ping = channel.ping
        heard.since = now()
        dispatch({ type: 'opened', attempt, quietMs: channel.quietMs, canPing: !!channel.ping })
        if (current()) opened(channel)
      },
      alive: guarded((beat?: boolean) => {
        heard.byteAt = now()
        if (beat) {
          const pause = heard.byteAt - (heard.beatAt ?? heard.byteAt)
          if (pause >= LEAST_BEAT_MS) heard.beatMs = Math.max(heard.beatMs ?? 0, pause)
          heard.beatAt = heard.byteAt
        }
        if (proven) return
        proven = true
        dispatch({ type: 'proven', attempt })
      }),
    }

    const dial = async (): Promise<Ending | undefined> =>
      transports[index]?.dial({ ...ask(sent), sent, signal, env, pause: (ms) => pause(ms, signal) }, sink)
    void dial()
      // A transport that rejects has a fault of its own, and must not be asked for ever.
      .catch((cause: unknown): Ending => ({ kind: 'garbled', code: 'transport', message: String(cause), cause }))
      .then((ending = { kind: 'aborted' }) => {
        // Refused is not begun; only a gateway that gave up leaves that open.
        if (sentHere && ending.kind === 'refused' && (ending.status < 500 || ending.status === 503)) sent = false
        if (calls.delete(attempt)) dispatch({ type: 'ended', attempt, ending })
      })
  }

  /** Resolves after `ms`, or at once when `signal` fires. */
  function pause(ms: number, signal: AbortSignal): Promise<void> {
    return new Promise((resume) => {
      const wake = (): void => {
        forget()
        signal.removeEventListener('abort', wake)
        resume()
      }
      const forget = after(signal.aborted ? 0 : ms, wake)
      signal.addEventListener('abort', wake)
    })
  }

  /** The part of the state that is shown. The last byte's time is looked up when asked for: it is no change. */
  function show(): ConnectionState {
    const visible: Record<string, unknown> = {
      get lastByteAtMs() {
        return heard.byteAt
      },
    }
    for (const key of SHOWN) if (valueAt(state, key) !== undefined) visible[key] = valueAt(state, key)
    return visible as unknown as ConnectionState
  }
}

const valueAt = (state: State, key: string): unknown => state[key as keyof State]
