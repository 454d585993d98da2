import { describe, expect, test } from 'vitest'
import { type ConnectionState, envelope, longPolling, sse, type Transport, webSocket } from '../../src/index.ts'
import { eventually, type Held, hold, hurried } from '../contract/listen.ts'
import { type Hub, type HubOptions, openHub } from '../tools/hub.ts'
import { openProxy, type Proxy } from '../tools/proxy.ts'

/** The numbers below are those of a clock that runs forty times faster: ten seconds take a quarter of one. */
const TIMES = 40
const dialect = envelope()

interface Case {
  readonly name: string
  readonly hub: HubOptions
  readonly transport: (url: string) => Transport
  /** The silence after which a line is given up, in milliseconds, and how late that may be noticed. */
  readonly limitMs: number
  readonly sends: boolean
}

const cases: readonly Case[] = [
  {
    name: 'sse whose server has shown its heartbeat by comments',
    // One every 2 s: the limit is 25 s, the least one.
    hub: { beatMs: 50 },
    transport: (url) => sse(`${url}/?plain`),
    limitMs: 25_000,
    sends: false,
  },
  {
    name: 'sse in envelopes whose welcome has announced a heartbeat',
    hub: { beatMs: 50, heartbeatMs: 12_000 },
    transport: (url) => sse(url, { dialect, sendUrl: `${url}/letters` }),
    limitMs: 30_000,
    sends: true,
  },
  {
    name: 'webSocket in envelopes that is asked for a sign of life',
    hub: {},
    transport: (url) => webSocket(url, { dialect }),
    limitMs: 30_000,
    sends: true,
  },
  {
    name: 'longPolling in envelopes whose question is held',
    // The server holds a question for as long as was agreed on, by the hurried clock.
    // Its wires are not kept for the next question, so that each one that is open is one that waits.
    hub: { holdMs: 20_000 / TIMES, closes: true },
    transport: (url) => longPolling(url, { dialect, waitMs: 20_000, sendUrl: `${url}/letters` }),
    limitMs: 30_000,
    sends: true,
  },
]

const texts = (from: number, to: number): string[] => Array.from({ length: to - from }, (_, at) => `text ${from + at}`)

/** An open line that has shown how it lives. */
async function setUp({ hub: options, transport }: Case) {
  const hub = await openHub(options)
  const proxy = await openProxy(hub.port)
  const clock = hurried(TIMES)
  const held = hold({ transports: transport(proxy.origin), env: { clock } })
  hub.say(...texts(0, 3))
  await held.reach('open')
  await eventually(() => expect(held.data).toEqual(texts(0, 3)))
  const since = clock.now()
  // Quiet times on a good line are no silence.
  await eventually(() => expect(clock.now() - since).toBeGreaterThan(45_000))
  expectCalm(held)
  return { hub, proxy, clock, held, states: statesFromNow(held) }
}

function statesFromNow({ connection: { state } }: Held<string>): readonly ConnectionState[] {
  const states: ConnectionState[] = []
  state.subscribe(() => states.push(state.get()))
  return states
}

const expectCalm = ({ states, connection }: Pick<Held<string>, 'states' | 'connection'>): void => {
  expect(states.filter(({ status }) => status === 'waiting')).toEqual([])
  expect(connection.state.get()).toMatchObject({ status: 'open', attempt: 1 })
}

const errorOf = (state: ConnectionState | undefined): unknown => state && 'error' in state && state.error

describe.each(cases)('$name', (kind) => {
  test('a peer that vanishes is found by its silence, and nobody waits for the old line to close', async () => {
    const { hub, proxy, clock, held, states } = await setUp(kind)
    const old = [...proxy.lines]
    const since = clock.now()
    for (const line of old) line.blackHole(true)
    hub.say(...texts(3, 6))
    await eventually(() => expect(held.connection.state.get().attempt).toBe(2))
    const tookMs = clock.now() - since
    // What was heard last was heard a little before; and a timer on a busy machine may ring late.
    expect(tookMs).toBeGreaterThan(kind.limitMs - 22_000)
    expect(tookMs).toBeLessThan(kind.limitMs + 25_000)
    const [waiting, connecting] = states
    expect([waiting?.status, connecting?.status]).toEqual(['waiting', 'connecting'])
    for (const state of [waiting, connecting])
      expect(errorOf(state)).toMatchObject({ kind: 'timeout', code: 'silence', retryable: true })

    // The new line goes on behind the last message, while the old one still hangs.
    await eventually(() => expect(held.data).toEqual(texts(0, 6)))
    expect([...proxy.lines]).toEqual(expect.arrayContaining(old))
    for (const line of old) line.blackHole(false)
    await eventually(() => expect([...proxy.lines].filter((line) => old.includes(line))).toEqual([]))
    hub.say('last')
    await eventually(() => expect(held.data).toEqual([...texts(0, 6), 'last']))
    expect(held.gaps).toEqual([])
    expect(held.faults).toEqual([])
  })

  test('while the whole network is away it tries again and again, and then nothing is lost or doubled', async () => {
    const { hub, proxy, held, states } = await setUp(kind)
    const vanish = (on: boolean): void => {
      proxy.blackHole(on)
      proxy.meet(on ? (line) => line.blackHole(true) : undefined)
    }
    vanish(true)
    hub.say(...texts(3, 10))
    await eventually(() => expect(held.connection.state.get().attempt).toBeGreaterThanOrEqual(3))
    const codes = states.map((state) => errorOf(state) && (errorOf(state) as { code: string }).code)
    expect(codes).toEqual(expect.arrayContaining(['silence', 'connect-timeout']))
    vanish(false)
    hub.say(...texts(10, 12))
    await eventually(() => expect(held.data.length).toBeGreaterThanOrEqual(12))
    hub.say('last')
    await eventually(() => expect(held.data.at(-1)).toBe('last'))
    expect(held.data).toEqual([...texts(0, 12), 'last'])
    expect(held.gaps).toEqual([])
  })
})

describe.each(cases.filter(({ sends }) => sends))('$name', (kind) => {
  test('what was sent into the silence is sent again, and the server has it once and in order', async () => {
    const { hub, proxy, held } = await setUp(kind)
    const { state, send } = held.connection
    const old = [...proxy.lines]
    for (const line of old) line.blackHole(true)
    proxy.meet((line) => {
      // A POST goes over a line of its own, and that is dead too.
      if (state.get().attempt > 1) return
      line.blackHole(true)
      old.push(line)
    })
    const letters = ['a', 'b', 'c'].map((text) => send({ text }))
    await Promise.all(letters)
    expect(state.get().attempt).toBeGreaterThan(1)
    expect(hub.taken).toEqual([{ text: 'a' }, { text: 'b' }, { text: 'c' }])
    const { repeats } = hub
    // Now the first copies arrive, late.
    for (const line of old) line.blackHole(false)
    await eventually(() => expect([...proxy.lines].filter((line) => old.includes(line))).toEqual([]))
    await send({ text: 'd' })
    expect(hub.repeats).toBeGreaterThan(repeats)
    expect(hub.taken).toEqual([{ text: 'a' }, { text: 'b' }, { text: 'c' }, { text: 'd' }])
  })
})

test.each(['up', 'down'] as const)('a WebSocket that is dead in one direction only (%s) is found too', async (way) => {
  const kind = cases.find(({ name }) => name.startsWith('webSocket')) ?? expect.unreachable()
  const { hub, proxy, held, states } = await setUp(kind)
  const before = hub.pings
  for (const line of proxy.lines) line.blackHole(true, way)
  await eventually(() => expect(held.connection.state.get().attempt).toBe(2))
  expect(errorOf(states[0])).toMatchObject({ code: 'silence' })
  // The server has heard the question, or has not.
  expect(hub.pings > before).toBe(way === 'down')
  hub.say('after')
  await eventually(() => expect(held.data).toEqual([...texts(0, 3), 'after']))
})

test('the option heartbeat says how much silence is too much, by the machine’s own clock', async () => {
  const { hub, proxy } = await direct()
  const held = hold({
    transports: webSocket(proxy.origin, { dialect }),
    heartbeat: { pingAfterMs: 100, pongWithinMs: 300 },
  })
  await held.reach('open')
  await eventually(() => expect(hub.pings).toBeGreaterThan(2))
  expectCalm(held)
  const states = statesFromNow(held)
  const since = Date.now()
  for (const line of proxy.lines) line.blackHole(true)
  await eventually(() => expect(held.connection.state.get().attempt).toBe(2))
  expect(Date.now() - since).toBeLessThan(4_000)
  expect(errorOf(states[0])).toMatchObject({ kind: 'timeout', code: 'silence' })
  await held.reach('open')
})

async function direct(): Promise<{ hub: Hub; proxy: Proxy }> {
  const hub = await openHub()
  return { hub, proxy: await openProxy(hub.port) }
}
