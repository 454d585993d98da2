import { ABORTED } from '../base/ending.js'
import { createStore, type Readable } from '../base/store.js'
import type { Frame } from '../frames/frame.js'
import type { Env } from '../transports/env.js'
import type { Attempt, Channel, Sink, Transport } from '../transports/transport.js'
import { type Effect, type Event, idle, type Plan, type State, step, type Timer, type World } from './conduct.js'
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

/** Shorter pauses between two signs of life are bursts, not an interval. */
const LEAST_BEAT_MS = 1_000
/** A server that asks for a pause gets one between these. */
const RETRY_MS = { least: 100, most: 300_000 }

/** Does what the conduct decides. All side effects of a connection's life are in this file. */
export function createDriver(options: DriverOptions): Driver {
  const { plan, env, transports, tell, journal } = options
  const { clock } = env
  /** What was heard, as numbers that change with every byte and move no screen. */
  const heard = { atMs: undefined as number | undefined, sinceMs: 0, beatAtMs: 0, beatMs: undefined as number | undefined }
  const calls = new Map<number, { readonly abort: AbortController; readonly channel: Channel | undefined }>()
  const timers = new Map<Timer, () => void>()
  const queue: Event[] = []
  let state = idle(plan, options.startAt)
  let hintMs: number | undefined
  let sent = false
  const shown = createStore(show(state))

  return { state: shown, dispatch }

  function dispatch(event: Event): void {
    queue.push(event)
    // Run to completion: an event born of an effect waits for its turn.
    if (queue.length > 1) return
    for (let next = queue[0]; next; queue.shift(), next = queue[0]) advance(next)
  }

  function advance(event: Event): void {
    const now = clock.now()
    const world: World = {
      now,
      luck: env.random(),
      quietMs: now - Math.max(heard.atMs ?? 0, heard.sinceMs),
      beatMs: heard.beatMs,
      hintMs,
      hasCursor: options.ask(sent).cursor !== undefined,
    }
    journal?.(event, world)
    const before = state
    const [after, effects] = step(before, event, world, plan)
    if (after === before && effects.length === 0) return
    state = after
    if (after.status !== before.status) forgetTimers()
    for (const effect of effects) perform(effect)
    // What nobody can see changes nothing on a screen.
    if (!looksAlike(before, after)) shown.set(show(after))
  }

  function perform(effect: Effect): void {
    switch (effect.do) {
      case 'hangUp': {
        const call = calls.get(effect.attempt)
        calls.delete(effect.attempt)
        return call?.abort.abort()
      }
      case 'arm':
        return arm(effect.timer, effect.ms)
      case 'dial':
        return place(effect.attempt, effect.index)
      case 'ping':
        return calls.get(state.attempt)?.channel?.ping?.()
      case 'remember':
        return options.remember(effect.index)
      case 'forgetCursor':
        return options.forgetCursor()
    }
  }

  function arm(timer: Timer, ms: number): void {
    if (ms === Infinity) return
    const due = clock.now() + ms
    timers.get(timer)?.()
    timers.set(
      timer,
      clock.after(ms, () => dispatch({ type: 'timer', timer, lateMs: clock.now() - due })),
    )
  }

  function forgetTimers(): void {
    for (const forget of timers.values()) forget()
    timers.clear()
  }

  function place(attempt: number, index: number): void {
    const abort = new AbortController()
    const { signal } = abort
    calls.set(attempt, { abort, channel: undefined })
    /** The one place where echoes of a call that was hung up are told apart. */
    const live = (): boolean => !signal.aborted && calls.has(attempt)
    const current = (): boolean => live() && state.attempt === attempt
    let opened = false
    let proven = false
    let sentHere = false

    const sink: Sink = {
      sent: () => void (sent = sentHere = true),
      opened(channel = {}) {
        if (opened || !live()) return
        opened = true
        calls.set(attempt, { abort, channel })
        heard.sinceMs = clock.now()
        dispatch({ type: 'opened', attempt, quietMs: channel.quietMs, canPing: channel.ping !== undefined })
        if (current()) options.opened(channel)
      },
      alive(beat = false) {
        if (!current()) return
        const now = (heard.atMs = clock.now())
        if (beat) {
          const pause = now - heard.beatAtMs
          if (heard.beatAtMs > 0 && pause >= LEAST_BEAT_MS) heard.beatMs = Math.max(heard.beatMs ?? 0, pause)
          heard.beatAtMs = now
        }
        if (!proven) {
          proven = true
          dispatch({ type: 'proven', attempt })
        }
      },
      frame: (frame: Frame) => void (current() && tell.frame(frame)),
      checkpoint: (id) => void (current() && tell.checkpoint(id)),
      retryAfter: (ms) => void (hintMs = Math.min(Math.max(ms, RETRY_MS.least), RETRY_MS.most)),
      welcome(welcome) {
        if (!current()) return
        if (welcome.heartbeatMs !== undefined) heard.beatMs = welcome.heartbeatMs
        tell.welcome(welcome)
      },
      fault: (error) => void (current() && tell.fault(error)),
    }
    heard.beatAtMs = 0

    const dial = async () =>
      transports[index]?.dial(
        { ...options.ask(sent), sent, signal, env, pause: (ms) => pause(ms, env, signal) },
        sink,
      ) ?? ABORTED
    void dial()
      // A transport that rejects has a fault of its own, and must not be asked for ever.
      .catch((cause: unknown) => ({ kind: 'garbled', code: 'transport', message: `The transport failed: ${cause}`, cause }) as const)
      .then((ending) => {
        // Refused is not begun; only a gateway that gave up leaves that open.
        if (sentHere && ending.kind === 'refused' && (ending.status < 500 || ending.status === 503)) sent = false
        if (calls.delete(attempt)) dispatch({ type: 'ended', attempt, ending })
      })
  }

  /** The part of the state that is shown. The last byte's time is looked up when asked for: it is no change. */
  function show(value: State): ConnectionState {
    const visible: Record<string, unknown> = {
      get lastByteAtMs() {
        return heard.atMs
      },
    }
    for (const key of VISIBLE) if (key in value) visible[key] = value[key as keyof State]
    return visible as unknown as ConnectionState
  }
}

/** Resolves after `ms`, or at once when `signal` fires. */
function pause(ms: number, { clock }: Env, signal: AbortSignal): Promise<void> {
  return new Promise((resume) => {
    const wake = (): void => {
      forget()
      signal.removeEventListener('abort', wake)
      resume()
    }
    const forget = clock.after(ms, wake)
    signal.addEventListener('abort', wake)
    if (signal.aborted) wake()
  })
}

const VISIBLE = [
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

const looksAlike = (a: State, b: State): boolean =>
  VISIBLE.every((key) => a[key as keyof State] === b[key as keyof State])
