import { getEventListeners, setMaxListeners } from 'node:events'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { describe, expect, onTestFinished, test, vi } from 'vitest'
import {
  type Connection,
  type ConnectionState,
  createConnection,
  envelope,
  polling,
  type Transport,
} from '../../src/index.ts'
import { eventually, hurried, withSocket } from '../contract/listen.ts'
import { resuming } from '../contract/rigs.ts'
import { type Census, createCensus } from '../tools/census.ts'
import { openHub } from '../tools/hub.ts'

const RECONNECTS = 2_000
/** Enough for everything that is filled once: caches, pools, compiled code. */
const WARM_UP = 500
/** One attempt leaves more than this behind if anything holds on to it; without that, a heap still wanders a little. */
const MOST_BYTES_EACH = 1_000
const CYCLES = 1_000

setFlagsFromString('--expose-gc')
const collect = runInNewContext('gc') as () => void

/** What is in use now that the garbage is gone; some of it takes another turn to go. */
async function heapBytes(): Promise<number> {
  for (let turn = 0; turn < 4; turn++) {
    collect()
    await new Promise((resolve) => setTimeout(resolve, 5))
  }
  return process.memoryUsage().heapUsed
}

/** A transport whose signals are known, as long as anybody else knows them. */
function tracked(transport: Transport): { readonly transport: Transport; readonly abortListeners: () => number } {
  let signals: WeakRef<AbortSignal>[] = []
  return {
    transport: {
      ...transport,
      dial(attempt, sink) {
        signals.push(new WeakRef(attempt.signal))
        return transport.dial(attempt, sink)
      },
    },
    abortListeners() {
      signals = signals.filter((signal) => signal.deref())
      return signals.reduce((sum, signal) => {
        const known = signal.deref()
        return sum + (known ? getEventListeners(known, 'abort').length : 0)
      }, 0)
    },
  }
}

/** A page for code that asks for one: its listeners can be counted. */
function page(): () => number {
  const target = new EventTarget()
  vi.stubGlobal('addEventListener', target.addEventListener.bind(target))
  vi.stubGlobal('removeEventListener', target.removeEventListener.bind(target))
  onTestFinished(() => void vi.unstubAllGlobals())
  const types = ['online', 'offline', 'visibilitychange', 'resume', 'pagehide', 'pageshow']
  return () => types.reduce((sum, type) => sum + getEventListeners(target, type).length, 0)
}

async function setUp(transport: (origin: string) => Transport, times = 100) {
  const door = { shut: false }
  const hub = await openHub({ beatMs: 1_000, shuns: () => door.shut })
  const census = createCensus(hurried(times))
  const { transport: transports, abortListeners } = tracked(transport(hub.origin))
  const connection = createConnection({
    transports,
    lingerMs: 0,
    backoff: { firstMs: 10, maxMs: 10 },
    env: { ...withSocket, ...census.env },
  })
  onTestFinished(() => connection.close())
  return { hub, door, census, connection, abortListeners }
}

/** Resolves when the state is as it should be. */
function reached({ state }: Connection<string>, fits: (now: ConnectionState) => boolean): Promise<void> {
  return new Promise((resolve) => {
    const leave = state.subscribe(look)
    function look(): void {
      if (!fits(state.get())) return
      leave()
      resolve()
    }
    look()
  })
}

const openedAfter = (connection: Connection<string>, before: number): Promise<void> =>
  reached(connection, ({ status, attempt }) => status === 'open' && attempt > before)

/** Redials, and is hung up on, in turn. */
async function reconnect({ connection, hub, door }: Awaited<ReturnType<typeof setUp>>, times: number): Promise<void> {
  for (let nth = 0; nth < times; nth++) {
    const { attempt } = connection.state.get()
    if (nth % 2) {
      // A poll that is not under way cannot be cut; the next one can.
      door.shut = true
      hub.cut()
      await reached(connection, ({ status }) => status !== 'open')
      door.shut = false
    } else connection.reconnect()
    await openedAfter(connection, attempt)
  }
}

const options = { maxChars: 2 ** 24, everyMs: 200, waitMs: 20_000, repeat: true }
const rigs = resuming.filter(({ enveloped }) => enveloped)
const counts = ({ timers, watchers }: Census): object => ({ timers, watchers })

describe.each(rigs)('$name', (rig) => {
  const start = () => setUp((origin) => rig.transport(origin, { ...options, ...{ sendUrl: `${origin}/letters` } }))

  test(`${RECONNECTS} reconnects leave nothing behind`, { timeout: 60_000 }, async () => {
    const line = await start()
    const { hub, census, connection, abortListeners } = line
    let heard = 0
    const leave = connection.subscribe(() => heard++)
    await openedAfter(connection, 0)
    await reconnect(line, WARM_UP)
    const before = { ...counts(census), bytes: await heapBytes(), wires: hub.wires, live: hub.live }
    const signalled = abortListeners()
    await reconnect(line, RECONNECTS)
    expect(connection.state.get().attempt).toBeGreaterThan(RECONNECTS + WARM_UP)
    const bytes = await heapBytes()
    hub.say('still there')
    await eventually(() => expect(heard).toBe(1))

    await eventually(() => expect(census.timers).toBeLessThanOrEqual(3))
    expect(census.watchers).toBe(1)
    // A client keeps a line or two in store; what matters is that they do not grow with the attempts.
    expect(hub.wires).toBeLessThanOrEqual(before.wires + 3)
    await eventually(() => expect(hub.live).toBeLessThanOrEqual(1))
    expect(abortListeners()).toBeLessThanOrEqual(signalled + 3)
    expect((bytes - before.bytes) / RECONNECTS).toBeLessThan(MOST_BYTES_EACH)

    leave()
    await eventually(() => expect(counts(census)).toEqual({ timers: 0, watchers: 0 }))
    await eventually(() => expect(hub.live).toBe(0))
    await heapBytes()
    expect(abortListeners()).toBe(0)
  })

  test(`${CYCLES} times of listening and leaving end with nobody and nothing`, { timeout: 60_000 }, async () => {
    const { hub, census, connection, abortListeners } = await start()
    const listening = page()
    for (let nth = 0; nth < CYCLES; nth++) {
      const leave = connection.subscribe(() => {})
      // Some stay until the line is open, some leave before, and now and then there are two.
      if (nth % 3 === 0) await openedAfter(connection, 0)
      if (nth % 3 === 1) connection.subscribe(() => {})()
      leave()
      if (nth % 3 === 2) await closed(connection)
    }
    await closed(connection)
    await eventually(() => expect(counts(census)).toEqual({ timers: 0, watchers: 0 }))
    await eventually(() => expect(hub.live).toBe(0))
    await heapBytes()
    expect(abortListeners()).toBe(0)
    expect(listening()).toBe(0)
  })

  test('a thousand letters over one line leave nothing behind, neither with them nor with their signal', async () => {
    const { hub, census, connection, abortListeners } = await start()
    const leave = connection.subscribe(() => {})
    await openedAfter(connection, 0)
    const { signal } = new AbortController()
    setMaxListeners(0, signal)
    const before = census.timers
    for (let nth = 0; nth < CYCLES; nth += 100) {
      await Promise.all(
        Array.from({ length: 100 }, (_, at) => connection.send(nth + at, { signal, timeoutMs: 1_000_000 })),
      )
    }
    expect(hub.taken).toEqual(Array.from({ length: CYCLES }, (_, nth) => nth))
    expect(getEventListeners(signal, 'abort')).toEqual([])
    expect(census.timers).toBeLessThanOrEqual(before + 1)
    await heapBytes()
    expect(abortListeners()).toBeLessThanOrEqual(4)
    leave()
    await eventually(() => expect(counts(census)).toEqual({ timers: 0, watchers: 0 }))
  })
})

test('the page itself is listened to by those who are open, and by nobody else', async () => {
  const hub = await openHub()
  const listening = page()
  const rig = rigs[0] ?? expect.unreachable()
  const make = () =>
    createConnection({
      transports: rig.transport(hub.origin),
      lingerMs: 0,
      env: { ...withSocket, clock: hurried(100) },
    })
  const connections = Array.from({ length: 10 }, make)
  expect(listening()).toBe(0)
  const leave = connections.map((connection) => connection.subscribe(() => {}))
  await Promise.all(connections.map((connection) => openedAfter(connection, 0)))
  expect(listening()).toBe(60)
  for (const go of leave) go()
  await Promise.all(connections.map(closed))
  expect(listening()).toBe(0)
})

test('two thousand polls over one line do not pile up listeners on its signal', { timeout: 60_000 }, async () => {
  const { hub, census, connection, abortListeners } = await setUp(
    (origin) => polling(origin, { everyMs: 10, dialect: envelope() }),
    // Slow enough that a busy machine is not taken for a dead line.
    5,
  )
  connection.subscribe(() => {})
  await openedAfter(connection, 0)
  await eventually(() => expect(hub.asked).toBeGreaterThan(RECONNECTS), 50_000)
  expect(connection.state.get().attempt).toBe(1)
  await heapBytes()
  expect(abortListeners()).toBeLessThanOrEqual(4)
  expect(census.timers).toBeLessThanOrEqual(4)
})

function closed({ state }: Connection<string>): Promise<void> {
  return eventually(() => expect(state.get().status).toBe('closed'))
}
