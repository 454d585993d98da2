import { expect, onTestFinished, vi } from 'vitest'
import { WebSocket } from 'ws'
import {
  type Attempt,
  type Clock,
  type Connection,
  type ConnectionOptions,
  type ConnectionState,
  createConnection,
  type Ending,
  type Env,
  type Frame,
  type Gap,
  type HoldlineError,
  type Message,
  type Sink,
  type Transport,
} from '../../src/index.ts'
import { createEnv } from '../../src/transports/env.ts'

/** Node 20 has no WebSocket of its own. */
export const withSocket: Partial<Env> = { WebSocket: WebSocket as unknown as Env['WebSocket'] }

/** A machine that is busy stops for longer than this; a connection must not take that for sleep. */
const STEP_MS = 20

/**
 * A clock that runs so many times faster: waits of seconds cost a test milliseconds. It stands still while the machine is
 * busy with something else, or a hundred milliseconds of that would pass for ten seconds of sleep.
 */
export function hurried(times: number): Clock {
  const start = Date.now()
  let passed = 0
  let last = start
  const tick = (): number => {
    const now = Date.now()
    passed += Math.min(now - last, STEP_MS)
    last = now
    return passed
  }
  const ticking: unknown = setInterval(tick, STEP_MS / 4)
  // In Node it must not keep the process alive; a page has nothing to keep.
  if (ticking instanceof Object && 'unref' in ticking) (ticking as { unref(): void }).unref()
  const now = (): number => start + tick() * times
  return {
    now,
    after(ms, task) {
      const due = now() + ms
      let id: ReturnType<typeof setTimeout>
      const wait = (left: number): void => {
        id = setTimeout(() => (due > now() ? wait(due - now()) : task()), Math.min(left / times, 2 ** 31 - 1))
      }
      wait(ms)
      return () => clearTimeout(id)
    },
  }
}

export const eventually = (check: () => unknown, timeout = 20_000): Promise<void> =>
  vi.waitFor(async () => void (await check()), { timeout, interval: 2 })

/** One attempt and all that it said. */
export interface Call {
  /** What was said, in words; life that follows life is said once. */
  readonly said: readonly string[]
  readonly frames: readonly Frame[]
  readonly faults: readonly HoldlineError[]
  readonly ending: Promise<Ending>
  readonly signal: AbortSignal
  /** How often the transport spoke, of whatever. */
  readonly words: number
  hangUp(): void
}

export interface CallOptions extends Partial<Omit<Attempt, 'env' | 'signal'>> {
  readonly env?: Partial<Env>
  readonly signal?: AbortSignal
  readonly onFrame?: (frame: Frame) => void
}

export function call(transport: Transport, { env: given, onFrame, ...more }: CallOptions = {}): Call {
  const hangUp = new AbortController()
  const said: string[] = []
  const frames: Frame[] = []
  const faults: HoldlineError[] = []
  const counted = { words: 0 }
  const say = (word: string): void => {
    counted.words++
    if (word !== 'alive' || said.at(-1) !== 'alive') said.push(word)
  }
  const sink: Sink = {
    sent: () => say('sent'),
    // Told once, however often it is said: that is the sink's promise.
    opened: () => (said.includes('opened') ? undefined : say('opened')),
    alive: () => say('alive'),
    frame(frame) {
      frames.push(frame)
      say(`frame ${frame.data}`)
      onFrame?.(frame)
    },
    checkpoint: (id) => say(`checkpoint ${id}`),
    retryAfter: (ms) => say(`retry ${ms}`),
    welcome: ({ resumed, heartbeatMs }) => say(`welcome ${resumed} ${heartbeatMs}`),
    fault(error) {
      faults.push(error)
      say(`fault ${error.code}`)
    },
  }
  const env = createEnv({ ...withSocket, ...given })
  const { signal } = hangUp
  onTestFinished(() => hangUp.abort())
  const attempt: Attempt = {
    cursor: undefined,
    sent: false,
    renew: false,
    line: env,
    signal,
    env,
    pause: (ms) => pause(ms, env.clock, signal),
    ...more,
  }
  return {
    said,
    frames,
    faults,
    signal,
    get words() {
      return counted.words
    },
    ending: transport.dial(attempt, sink),
    hangUp: () => hangUp.abort(),
  }
}

const pause = (ms: number, clock: Clock, signal: AbortSignal): Promise<void> =>
  new Promise((resume) => {
    const wake = (): void => {
      forget()
      signal.removeEventListener('abort', wake)
      resume()
    }
    const forget = clock.after(ms, wake)
    signal.addEventListener('abort', wake)
  })

/** A connection with somebody listening, and all that was heard. */
export interface Held<T> {
  readonly connection: Connection<T>
  readonly heard: readonly Message<T>[]
  /** What the messages held. */
  readonly data: readonly T[]
  readonly states: readonly ConnectionState[]
  readonly faults: readonly HoldlineError[]
  readonly gaps: readonly Gap[]
  leave(): void
  /** The state, once it has this status. */
  reach<S extends ConnectionState['status']>(status: S): Promise<ConnectionState & { status: S }>
}

export function hold<T = string>(options: ConnectionOptions<T>): Held<T> {
  const connection = createConnection<T>({
    lingerMs: 0,
    ...options,
    backoff: { firstMs: 10, maxMs: 10, ...options.backoff },
    env: { ...withSocket, ...options.env },
  })
  const heard: Message<T>[] = []
  const data: T[] = []
  const states: ConnectionState[] = []
  const faults: HoldlineError[] = []
  const gaps: Gap[] = []
  connection.state.subscribe(() => states.push(connection.state.get()))
  connection.faults.subscribe((error) => faults.push(error))
  connection.gaps.subscribe((gap) => gaps.push(gap))
  const leave = connection.subscribe((message) => {
    heard.push(message)
    data.push(message.data)
  })
  onTestFinished(() => connection.close())
  return {
    connection,
    heard,
    data,
    states,
    faults,
    gaps,
    leave,
    async reach(status) {
      await eventually(() => expect(connection.state.get().status).toBe(status))
      return connection.state.get() as ConnectionState & { status: typeof status }
    },
  }
}

/** The errors that nobody caught while `task` ran; they would otherwise be the runner's. */
export async function uncaughtDuring(task: () => Promise<void>): Promise<unknown[]> {
  const caught: unknown[] = []
  const kinds = ['uncaughtException', 'unhandledRejection'] as const
  const keep = (error: unknown): void => void caught.push(error)
  const before = kinds.map((kind) => process.rawListeners(kind) as ((error: unknown) => void)[])
  for (const kind of kinds) process.removeAllListeners(kind).on(kind, keep)
  try {
    await task()
    await new Promise((resolve) => setTimeout(resolve, 20))
  } finally {
    kinds.forEach((kind, at) => {
      process.removeAllListeners(kind)
      for (const listener of before[at] ?? []) process.on(kind, listener)
    })
  }
  return caught
}
