// Every promise about messages, kept in bad weather. A failure names its seed; CHAOS_SEED=<seed> draws the same faults
// again, CHAOS_SEEDS=<count> draws more of them.
import { expect, test } from 'vitest'
import { type Connection, envelope, sse, type Transport, webSocket } from '../../src/index.ts'
import { eventually, type Held, hold, hurried } from '../contract/listen.ts'
import { resuming } from '../contract/rigs.ts'
import { type Hub, openHub, type Wire } from '../tools/hub.ts'
import { createLuck, type Luck } from '../tools/luck.ts'
import { openProxy, type ProxiedLine, type Proxy } from '../tools/proxy.ts'

const { CHAOS_SEED, CHAOS_SEEDS = '3' } = process.env
const seeds = CHAOS_SEED
  ? [Number(CHAOS_SEED)]
  : Array.from({ length: Number(CHAOS_SEEDS) }, () => Math.floor(Math.random() * 2 ** 31))

/** How many faults strike while the messages come; more strike lines as they begin. */
const STRIKES = 200
const MESSAGES_PER_STRIKE = 15
const LETTERS_PER_STRIKE = 4
/** As many may wait for a POST after the other; beyond 256 they would be refused, rightly. */
const MOST_WAITING = 100
/** A clock that runs so much faster, so that silence is found in half a second. */
const TIMES = 25

interface Course {
  readonly name: string
  /** Whether now this, now that kind of transport is cut off at once, so that others must do. */
  readonly shuns: boolean
  transports(origin: string): readonly Transport[]
}

/** What all transports are given; each takes what it knows. The times are those of the hurried clock. */
const common = (origin: string) => ({
  maxChars: 2 ** 24,
  everyMs: 250,
  waitMs: 4_000,
  repeat: true,
  sendUrl: `${origin}/letters`,
})

const wires: Readonly<Record<string, Wire>> = {
  sse: 'stream',
  longPolling: 'answers',
  polling: 'answers',
  webSocket: 'frames',
}

const courses: readonly Course[] = [
  ...resuming.map(({ name, enveloped, transport }) => ({
    name,
    shuns: false,
    transports: (origin: string) => [transport(enveloped ? origin : `${origin}/?plain`, common(origin))],
  })),
  {
    name: 'a fallback over all',
    shuns: true,
    transports: (origin) =>
      resuming
        .filter(({ enveloped }) => enveloped)
        .toReversed()
        .map(({ transport }) => transport(origin, common(origin))),
  },
]

/** What happened, for the last line of a failure. */
interface Weather {
  readonly struck: Record<string, number>
}

/** Meets each new line with something, as often as not. */
function strikeNew(line: ProxiedLine, luck: Luck, weather: Weather): void {
  const strikes: Record<string, () => void> = {
    'reset later': () => line.cut('reset', luck.below(4_000)),
    'finish later': () => line.cut('finish', luck.below(4_000)),
    shred: () => line.shred(true),
    delay: () => line.delay(1 + luck.below(8)),
    throttle: () => line.throttle(20_000 + luck.below(80_000)),
    'half close': () => line.halfClose(luck.pick(['up', 'down'])),
    'dead line': () => line.blackHole(true, luck.pick(['up', 'down', undefined])),
  }
  const odds = {
    'reset later': 20,
    'finish later': 20,
    shred: 8,
    delay: 8,
    throttle: 4,
    'half close': 2,
    'dead line': 1,
  }
  let draw = luck.below(100)
  for (const [name, share] of Object.entries(odds)) {
    draw -= share
    if (draw >= 0) continue
    count(weather, name)
    return strikes[name]?.()
  }
}

/** Does something to all that is open. */
async function strike(
  proxy: Proxy,
  hub: Hub,
  connection: Connection<string>,
  luck: Luck,
  weather: Weather,
): Promise<void> {
  const strikes: readonly (readonly [number, string, () => void | Promise<void>])[] = [
    [30, 'reset', () => proxy.cut('reset', luck.below(600))],
    [20, 'finish', () => proxy.cut('finish', luck.below(600))],
    [10, 'server hangs up', () => hub.cut()],
    [6, 'server restarts', () => hub.restart()],
    [6, 'redial', () => connection.reconnect()],
    [8, 'shred', () => proxy.shred(true)],
    [8, 'delay', () => proxy.delay(1 + luck.below(8))],
    [5, 'refuse', () => refuseFor(proxy, 1 + luck.below(10))],
    [4, 'black out', () => blackOutFor(proxy, 1 + luck.below(40))],
    [3, 'black hole', () => proxy.blackHole(true, luck.pick(['up', 'down', undefined]))],
  ]
  let draw = luck.below(100)
  for (const [share, name, happen] of strikes) {
    draw -= share
    if (draw >= 0) continue
    count(weather, name)
    return happen()
  }
}

const count = ({ struck }: Weather, name: string): number => (struck[name] = (struck[name] ?? 0) + 1)

const passing = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms))

async function refuseFor(proxy: Proxy, ms: number): Promise<void> {
  proxy.refuse(true)
  proxy.cut('reset')
  await passing(ms)
  proxy.refuse(false)
}

/** Shorter than any limit, or longer: both must be borne. */
async function blackOutFor(proxy: Proxy, ms: number): Promise<void> {
  proxy.blackHole(true)
  await passing(ms)
  proxy.blackHole(false)
}

/**
 * Waits until all or something new has come, or a new line is tried: the next strike shall meet another moment. A line
 * may also be slow, so not for ever.
 */
async function sign({ data, connection: { state } }: Held<string>, all: number): Promise<void> {
  const { length } = data
  const { attempt } = state.get()
  const until = Date.now() + 1_000
  while (Date.now() < until && data.length === length && data.length < all && state.get().attempt === attempt)
    await passing(1)
}

// All courses of a seed run at once: most of their time they wait for one another's silence to be found.
test.each(seeds)(
  'nothing is lost, doubled or out of order, either way (CHAOS_SEED=%i)',
  { timeout: 100_000 },
  async (seed) => {
    await Promise.all(courses.map((course) => run(course, seed)))
  },
)

async function run(course: Course, seed: number): Promise<void> {
  const luck = createLuck(seed)
  const weather: Weather = { struck: {} }
  const shunned = new Set<Wire>()
  const hub = await openHub({
    shuns: (wire) => shunned.has(wire),
    overlap: () => (luck.chance(0.3) ? luck.below(50) : 0),
    beatMs: 40,
    holdMs: 120,
    mood: () => (luck.chance(0.03) ? luck.pick(['busy', 'forgetful']) : 'well'),
    unmeasured: () => luck.chance(0.2),
  })
  const proxy = await openProxy(hub.port)
  proxy.meet((line) => strikeNew(line, luck, weather))
  const held = hold({
    transports: course.transports(proxy.origin),
    heartbeat: { silenceMs: 10_000, pingAfterMs: 4_000, pongWithinMs: 4_000 },
    upgradeAfterMs: 3_000,
    env: { clock: hurried(TIMES) },
  })
  const { connection, data } = held
  const said: string[] = []
  const letters: number[] = []
  const refused: unknown[] = []
  let waiting = 0

  for (let nth = 0; nth < STRIKES; nth++) {
    const texts = Array.from({ length: MESSAGES_PER_STRIKE }, (_, at) => textOf(said.length + at, luck))
    said.push(...texts)
    hub.say(...texts)
    for (let one = 0; one < LETTERS_PER_STRIKE && waiting < MOST_WAITING; one++) {
      const letter = letters.push(letters.length) - 1
      waiting++
      connection
        .send({ letter })
        .catch((error: unknown) => refused.push(error))
        .finally(() => waiting--)
    }
    if (course.shuns && nth % 20 === 10) {
      // The way that is in use is closed, and the others are open again.
      shunned.clear()
      shunned.add(wires[connection.state.get().transport] ?? 'frames')
      hub.cut()
    }
    await strike(proxy, hub, connection, luck, weather)
    if (luck.chance(0.5)) await sign(held, said.length)
    else await passing(luck.below(4))
  }
  shunned.clear()
  proxy.meet(undefined)
  proxy.blackHole(false)
  proxy.shred(false)
  proxy.delay(0)
  proxy.throttle(Infinity)

  const used = [...new Set(held.states.flatMap(({ status, transport }) => (status === 'open' ? [transport] : [])))]
  const story = JSON.stringify({
    course: course.name,
    used,
    seed,
    attempts: connection.state.get().attempt,
    lines: proxy.accepted,
    ...weather,
  })
  await eventually(() => expect([data.length >= said.length, waiting], story).toEqual([true, 0]), 40_000)
  // Whatever comes late comes before this.
  said.push('last')
  hub.say('last')
  await eventually(() => expect(data.at(-1), story).toBe('last'))
  expect(firstDifference(data, said), story).toBeUndefined()
  expect(refused, story).toEqual([])
  expect(
    firstDifference(
      hub.taken,
      letters.map((letter) => ({ letter })),
    ),
    story,
  ).toBeUndefined()
  expect(held.gaps, story).toEqual([])
  // Only what was cut short can be unreadable, and it came again.
  expect(
    held.faults.filter(({ code }) => code !== 'not-json'),
    story,
  ).toEqual([])
  // The weather was bad.
  if (course.shuns) expect(used.length, story).toBeGreaterThan(1)
  expect(connection.state.get().attempt, story).toBeGreaterThan(STRIKES / 4)
  if (process.env.CHAOS_TALK) console.log(data.length, letters.length, hub.repeats, story)
}

/** Short and long ones, some of several lines, some beyond ASCII. */
const textOf = (nth: number, luck: Luck): string =>
  `${nth} ${luck.pick(['', '…', 'línea\nline\n\n行', ' x '.repeat(luck.below(60))])}`

/** Where two lists part, so that a failure does not print thousands. */
function firstDifference(got: readonly unknown[], wanted: readonly unknown[]): object | undefined {
  const at = wanted.findIndex((item, place) => JSON.stringify(item) !== JSON.stringify(got[place]))
  if (at < 0 && got.length === wanted.length) return undefined
  const place = at < 0 ? wanted.length : at
  return {
    place,
    got: got.slice(place, place + 3),
    wanted: wanted.slice(place, place + 3),
    lengths: [got.length, wanted.length],
  }
}

test('a better transport takes over without a double, however much came meanwhile', async () => {
  const dialect = envelope()
  const hub = await openHub()
  const proxy = await openProxy(hub.port)
  proxy.refuse(true)
  const { data, connection } = hold({
    transports: [webSocket(proxy.origin, { dialect }), sse(hub.origin, { dialect })],
    upgradeAfterMs: 50,
  })
  const texts = Array.from({ length: 3_000 }, (_, nth) => `${nth}`)
  hub.say(...texts.slice(0, 1_000))
  await eventually(() => expect(data).toHaveLength(1_000))
  // The better one is on its way now, with the cursor of this moment.
  proxy.meet((line) => line.blackHole(true))
  proxy.refuse(false)
  await eventually(() => expect(proxy.accepted).toBe(1))
  hub.say(...texts.slice(1_000))
  await eventually(() => expect(data).toHaveLength(3_000))
  proxy.blackHole(false)
  await eventually(() => expect(connection.state.get()).toMatchObject({ status: 'open', transport: 'webSocket' }))
  hub.say('last')
  await eventually(() => expect(data.at(-1)).toBe('last'))
  expect(firstDifference(data, [...texts, 'last'])).toBeUndefined()
})
