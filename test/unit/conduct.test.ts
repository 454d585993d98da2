import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Ending } from '../../src/base/ending.js'
import { step } from '../../src/connection/conduct.js'
import { type Event, idle, type Plan, type State, type World } from '../../src/connection/machine.js'
import type { Surrounding } from '../../src/transports/env.js'
import { judge } from '../../src/policy/verdict.js'
import { scriptedTransport } from '../../src/testing/index.js'

const plan: Plan = {
  transports: [
    scriptedTransport('webSocket'),
    scriptedTransport('sse'),
    { ...scriptedTransport('longPolling'), patienceMs: 25_000 },
  ],
  backoff: { firstMs: 1000, growth: 2, maxMs: 30_000 },
  heartbeat: { pingAfterMs: 20_000, pongWithinMs: 10_000 },
  connectTimeoutMs: 10_000,
  maxFailures: Infinity,
  upgradeAfterMs: 60_000,
  judge,
}
const alone: Plan = { ...plan, transports: [scriptedTransport('sse')] }
const calm: World = { now: 0, luck: 1, quietMs: 0, cursor: undefined, sent: false, bytes: 0 }
const notice = (what: Surrounding): Event => ({ type: 'notice', what })
const dropped: Ending = { kind: 'dropped' }

const opened = (attempt: number, canPing = false): Event => ({ type: 'opened', attempt, canPing })
const proven = (attempt: number): Event => ({ type: 'proven', attempt })
const ended = (attempt: number, ending: Ending = dropped): Event & { readonly type: 'ended' } => ({
  type: 'ended',
  attempt,
  ending,
})
const due: Event = { type: 'timer', timer: 'due', lateMs: 0 }

/** Plays events and tells where they led and what was asked for at the end. */
function play(events: readonly Event[], use: Plan = plan, world: Partial<World> = {}, from: State = idle()) {
  let state: State = from
  let arms: object = {}
  let errand: string | undefined
  for (const event of events) {
    const [next, armed = {}, sent] = step(state, event, { ...calm, ...world }, use)
    state = next
    arms = armed
    errand = sent
  }
  // What is shown beside what is remembered: one object is easier to compare with.
  return { state: { ...state, ...state.shown }, arms, errand }
}

const line = [{ type: 'start' }, opened(1), proven(1)] satisfies Event[]

describe('an attempt', () => {
  test('is made when somebody starts listening, and has so long to answer', () => {
    const { state, arms } = play([{ type: 'start' }])
    expect(state).toMatchObject({ status: 'connecting', attempt: 1, transport: 'webSocket' })
    expect(arms).toEqual({ due: 10_000 })
  })

  test('is not made twice when a second listener comes', () => {
    expect(play([{ type: 'start' }, { type: 'start' }]).state.last).toBe(1)
  })

  test('is given the patience of its transport', () => {
    const longPolling = { ...plan, transports: plan.transports.slice(2) }
    expect(play([{ type: 'start' }], longPolling).arms).toEqual({ due: 35_000 })
  })

  test('that has no answer in time is a failure', () => {
    const { state } = play([{ type: 'start' }, due], alone)
    expect(state).toMatchObject({ status: 'waiting', error: { kind: 'timeout', code: 'connect-timeout' } })
  })

  test('that was given up is not listened to any more', () => {
    const { state } = play([...line, ended(1), due])
    expect(play([opened(1), ended(1), proven(1)], plan, {}, state).state).toEqual(state)
  })
})

describe('backoff', () => {
  test('doubles its ceiling after every failure up to the cap', () => {
    let state = play(line, alone).state
    const ceilings: unknown[] = []
    for (let i = 0; i < 7; i++) {
      const fall = play([ended(state.attempt)], alone, {}, state)
      ceilings.push((fall.arms as { due: number }).due)
      state = play([due], alone, {}, fall.state).state
    }
    expect(ceilings).toEqual([1000, 2000, 4000, 8000, 16_000, 30_000, 30_000])
  })

  test('is full jitter from the first retry, with a floor', () => {
    const first = (luck: number) => play([...line, ended(1)], alone, { luck }).arms
    expect([first(0), first(0.5), first(1)]).toEqual([{ due: 100 }, { due: 500 }, { due: 1000 }])
  })

  test('starts from the server’s hint, with a quarter of it as spread', () => {
    const refused: Ending = { kind: 'refused', status: 503, retryAfterMs: 8000 }
    expect(play([...line, ended(1, refused)], alone, { luck: 0 }).arms).toEqual({ due: 8000 })
    expect(play([...line, ended(1, refused)], alone, { luck: 1 }).arms).toEqual({ due: 10_000 })
    expect(play([...line, ended(1)], alone, { luck: 0, hintMs: 3000 }).arms).toEqual({ due: 3000 })
  })

  test('is forgiven only by a line that has held and has shown life', () => {
    const settle: Event = { type: 'timer', timer: 'settle', lateMs: 0 }
    const again = [{ type: 'start' }, opened(1), proven(1), ended(1), due, opened(2)] satisfies Event[]
    expect(play([...again, settle], alone)).toMatchObject({ state: { failures: 1 }, arms: { settle: 10_000 } })
    expect(play([...again, proven(2), settle], alone).state.failures).toBe(0)
    expect(play([...again, proven(2), ended(2)], alone).state.failures).toBe(2)
  })

  test('ends in failure after as many as were allowed', () => {
    const { state } = play([...line, ended(1), due, ended(2)], { ...alone, maxFailures: 2 })
    expect(state).toMatchObject({ status: 'failed', failures: 2, error: { kind: 'network' } })
  })
})

describe('fallback', () => {
  test('goes to the next transport after two attempts without life, and at once', () => {
    const { state } = play([{ type: 'start' }, ended(1), due, ended(2)])
    expect(state).toMatchObject({ status: 'connecting', attempt: 3, transport: 'sse' })
  })

  test('goes on at once when a transport can never work here', () => {
    const { state } = play([{ type: 'start' }, ended(1, { kind: 'refused', status: 405 })])
    expect(state).toMatchObject({ status: 'connecting', transport: 'sse' })
  })

  test('waits once every transport has failed, and fails where none can ever work', () => {
    const round = [
      { type: 'start' },
      ended(1),
      due,
      ended(2),
      ended(3),
      due,
      ended(4),
      ended(5),
      due,
      ended(6),
    ] satisfies Event[]
    expect(play(round).state).toMatchObject({ status: 'waiting', transport: 'webSocket' })
    const never: Ending = { kind: 'refused', status: 405 }
    expect(play([{ type: 'start' }, ended(1, never), ended(2, never), ended(3, never)]).state).toMatchObject({
      status: 'failed',
      error: { status: 405 },
    })
  })

  test('is more patient with a transport that has worked', () => {
    let { state } = play(line)
    for (let i = 0; i < 6; i++) state = play([ended(state.attempt), due], plan, {}, state).state
    expect(state.transport).toBe('webSocket')
    // Then the next one has its turn, after a wait: the server is gone, not the transport.
    expect(play([ended(state.attempt)], plan, {}, state).state).toMatchObject({ status: 'waiting', transport: 'sse' })
  })

  test('does not try another door where the server has said that this user may not', () => {
    expect(play([{ type: 'start' }, ended(1, { kind: 'refused', status: 403 })]).state.status).toBe('failed')
  })

  test('remembers what showed life', () => {
    expect(play(line).errand).toBe('remember')
  })

  describe('to something better', () => {
    const fallen = [
      { type: 'start' },
      ended(1, { kind: 'refused', status: 405 }),
      opened(2),
      proven(2),
    ] satisfies Event[]
    const upgrade: Event = { type: 'timer', timer: 'upgrade', lateMs: 0 }

    test('is tried later, beside the open line', () => {
      expect(play(fallen.slice(0, 3)).arms).toMatchObject({ upgrade: 60_000 })
      const { state, arms } = play([...fallen, upgrade])
      expect(state).toMatchObject({ status: 'open', attempt: 2, last: 3, probe: 0 })
      expect(arms).toEqual({ upgrade: 10_000 })
    })

    test('takes the line’s place once it has shown life, and not by its headers alone', () => {
      expect(play([...fallen, upgrade, opened(3)]).state).toMatchObject({ attempt: 2, transport: 'sse', probe: 0 })
      const { state } = play([...fallen, upgrade, opened(3), proven(3)])
      expect(state).toMatchObject({ status: 'open', attempt: 3, transport: 'webSocket', probe: undefined })
    })

    test('costs nothing when it fails, and comes later every time', () => {
      const { state, arms } = play([...fallen, upgrade, ended(3)])
      expect(state).toMatchObject({ status: 'open', attempt: 2, transport: 'sse', probe: undefined })
      expect(arms).toEqual({ upgrade: 120_000 })
    })

    test('is given up when it does not answer', () => {
      expect(play([...fallen, upgrade, upgrade]).state).toMatchObject({ status: 'open', probe: undefined })
    })
  })
})

describe('silence', () => {
  const silence = (lateMs = 0): Event => ({ type: 'timer', timer: 'silence', lateMs })
  const open = play([{ type: 'start' }, opened(1, true), proven(1)]).state

  test('of a two-way line is answered with a ping, then ends it', () => {
    const asked = play([silence()], plan, { quietMs: 20_000 }, open)
    expect(asked).toMatchObject({ errand: 'ping', arms: { silence: 10_000 } })
    expect(play([silence()], plan, { quietMs: 30_000 }, open).state).toMatchObject({
      status: 'waiting',
      error: { kind: 'timeout', code: 'silence' },
    })
  })

  test('of a line that spoke lately is given the rest of its time', () => {
    expect(play([silence()], plan, { quietMs: 12_000 }, open)).toMatchObject({ state: open, arms: { silence: 8000 } })
  })

  test('is asked about as often as the option says, also where the answer may take longer than that', () => {
    const eager = { ...plan, heartbeat: { pingAfterMs: 1_000, pongWithinMs: 10_000 } }
    const asked = play([{ type: 'start' }, opened(1, true), proven(1), silence()], eager, { quietMs: 1_000 })
    expect(asked).toMatchObject({ errand: 'ping', arms: { silence: 1_000 } })
  })

  test('says nothing about a stream whose server never beat', () => {
    const stream = play(line).state
    expect(play([silence()], plan, { quietMs: 3_600_000 }, stream).state).toEqual(stream)
  })

  test('is judged by the interval that the server showed', () => {
    const stream = play(line).state
    const after = (quietMs: number) => play([silence()], plan, { quietMs, beatMs: 15_000 }, stream).state.status
    expect([after(37_000), after(37_500)]).toEqual(['open', 'waiting'])
  })

  test('after a sleep is given a moment: what the network has buffered comes first', () => {
    const hour = 3_600_000
    const woken = play([silence(hour)], plan, { now: hour, quietMs: hour }, open)
    expect(woken).toMatchObject({ errand: 'ping', arms: { silence: 3000 }, state: { status: 'open' } })
    const later = { now: hour + 3_000 }
    expect(play([silence()], plan, { ...later, quietMs: hour + 3_000 }, woken.state).state.status).toBe('waiting')
    expect(play([silence()], plan, { ...later, quietMs: 2_000 }, woken.state).state.status).toBe('open')
  })

  test('of a poll is judged even without a heartbeat', () => {
    const polls = play([{ type: 'start' }, { ...opened(1), quietMs: 15_000 } as Event], {
      ...plan,
      heartbeat: false,
    }).state
    expect(play([silence()], { ...plan, heartbeat: false }, { quietMs: 15_000 }, polls).state.status).toBe('waiting')
  })
})

describe('the page', () => {
  const open = play(line, alone).state
  const asking = play([{ type: 'start' }, opened(1, true), proven(1)], alone).state

  test('that is put away hangs up, and dials at once when it is back', () => {
    const parked = play([...line, notice('parked')]).state
    expect(parked).toMatchObject({ status: 'paused', reason: 'parked' })
    expect(play([notice('restored')], plan, {}, parked).state).toMatchObject({ status: 'connecting', attempt: 2 })
  })

  test('that nobody has looked at for long hangs up, until somebody looks', () => {
    const hidden = play([...line, { type: 'park', reason: 'hidden' }]).state
    expect(hidden).toMatchObject({ status: 'paused', reason: 'hidden' })
    for (const what of ['online', 'resume', 'restored', 'offline'] as const)
      expect(play([notice(what)], plan, {}, hidden).state.status).toBe('paused')
    expect(play([notice('visible')], plan, {}, hidden).state).toMatchObject({ status: 'connecting', attempt: 2 })
  })

  test('waits for its snapshot, whatever happens to it', () => {
    const resting = play([...line, { type: 'park', reason: 'snapshot' }]).state
    for (const what of ['online', 'resume', 'restored', 'visible', 'hidden'] as const)
      expect(play([notice(what)], plan, {}, resting).state).toMatchObject({ status: 'paused', reason: 'snapshot' })
    expect(play([{ type: 'redial' }], plan, {}, resting).state.status).toBe('connecting')
  })

  test('that comes back online waits no longer, but not in step with all others', () => {
    expect(play([...line, ended(1), notice('online')], alone, { luck: 0.5 }).arms).toEqual({ due: 250 })
  })

  test('that goes offline or out of sight does not dial', () => {
    for (const what of ['offline', 'hidden'] as const)
      expect(play([...line, ended(1), notice(what)], alone).arms).toEqual({})
  })

  test('that comes back online in the middle of an attempt gives it two more seconds, unless it must not be repeated', () => {
    expect(play([{ type: 'start' }, notice('online')], alone).arms).toEqual({ due: 2_000 })
    expect(play([{ type: 'start' }, notice('online')], alone, { sent: true }).arms).toEqual({})
  })

  test.each(['online', 'resume', 'restored'] as const)(
    'that says "%s" asks an open line for a sign of life',
    (what) => {
      expect(play([notice(what)], alone, {}, asking)).toMatchObject({ errand: 'ping', arms: { silence: 3_000 } })
    },
  )

  test('that says "offline" is not believed: the line is asked, and lives on if it answers', () => {
    const asked = play([notice('offline')], alone, { now: 50_000, quietMs: 10 }, asking)
    expect(asked).toMatchObject({ errand: 'ping', state: { status: 'open' } })
    const silence: Event = { type: 'timer', timer: 'silence', lateMs: 0 }
    expect(play([silence], alone, { now: 53_000, quietMs: 2_900 }, asked.state).state.status).toBe('open')
    const dead = play([silence], alone, { now: 53_000, quietMs: 3_010 }, asked.state).state
    expect(dead).toMatchObject({ status: 'waiting', error: { code: 'silence' } })
    expect(play([notice('offline')], alone, {}, open).arms).toEqual({})
  })

  test('that was frozen makes a silent line anew where it cannot be asked, which is no failure', () => {
    const asked = play([notice('resume')], alone, { now: 50_000, quietMs: 30_000, luck: 0 }, open)
    expect(asked.arms).toEqual({ silence: 1_500 })
    const silence: Event = { type: 'timer', timer: 'silence', lateMs: 0 }
    const anew = play([silence], alone, { now: 51_500, quietMs: 31_500 }, asked.state).state
    expect(anew).toMatchObject({ status: 'connecting', attempt: 2, failures: 0 })
    // What the network had buffered came first: the line lives.
    expect(play([silence], alone, { now: 51_500, quietMs: 1_000 }, asked.state).state.status).toBe('open')
    // A question that must not be asked twice is left alone.
    expect(play([notice('resume')], alone, { sent: true }, open).arms).toEqual({ silence: 20_000 })
  })
})

describe('a stream that is held back on the way', () => {
  const started = [{ type: 'start' }, { ...opened(1), proofMs: 4_000 } as Event] satisfies Event[]

  test('is given so long for its first byte, and then the next transport has its turn at once', () => {
    const both = { ...plan, transports: [scriptedTransport('sse'), scriptedTransport('longPolling')] }
    expect(play(started, both)).toMatchObject({ state: { status: 'open' }, arms: { due: 4_000 } })
    expect(play([...started, due], both).state).toMatchObject({
      status: 'connecting',
      transport: 'longPolling',
      error: { kind: 'timeout', code: 'first-byte' },
    })
    // Even where it has worked before: another network has another proxy.
    const before = [...line, ended(1), due, { ...opened(2), proofMs: 4_000 } as Event, due] satisfies Event[]
    expect(play(before, both).state).toMatchObject({ transport: 'longPolling' })
  })

  test('is not one that has spoken', () => {
    expect(play([...started, proven(1), due], plan).state.status).toBe('open')
  })
})

test.each([
  [
    'the server finished',
    { kind: 'finished', reason: 'complete' },
    { status: 'closed', reason: 'ended', ending: 'complete' },
  ],
  ['the user may not', { kind: 'refused', status: 403 }, { status: 'failed', error: { kind: 'forbidden' } }],
  ['it is busy', { kind: 'refused', status: 429 }, { status: 'waiting', error: { kind: 'server-busy' } }],
  ['credentials may be stale', { kind: 'refused', status: 401 }, { status: 'waiting', error: { kind: 'auth' } }],
  [
    'a page of HTML came instead, after it had worked',
    { kind: 'garbled', code: 'content-type', message: '' },
    { status: 'waiting' },
  ],
] as const)('%s: %o', (_why, ending, shown) => {
  expect(play([...line, ended(1, ending)], alone).state).toMatchObject(shown)
})

test('new credentials are tried once, until a line has held', () => {
  const settle: Event = { type: 'timer', timer: 'settle', lateMs: 0 }
  const stale = ended(1, { kind: 'refused', status: 401 })
  expect(play([{ type: 'start' }, stale, due, { ...stale, attempt: 2 }], alone).state.status).toBe('failed')
  const between = [{ type: 'start' }, stale, due, opened(2), proven(2)] satisfies Event[]
  expect(play([...between, { ...stale, attempt: 2 }], alone).state.status).toBe('failed')
  expect(play([...between, settle, { ...stale, attempt: 2 }], alone).state.status).toBe('waiting')
})

test('credentials are asked for anew after they were refused, or once after an upgrade that was refused unsaid', () => {
  const after = (...endings: Ending[]): boolean =>
    play(
      [{ type: 'start' }, ...endings.flatMap((ending, at) => (at ? [due, ended(at + 1, ending)] : [ended(1, ending)]))],
      alone,
    ).state.renew
  const refused: Ending = { kind: 'closed', code: 1006, reason: '' }
  expect(after(dropped)).toBe(false)
  expect(after({ kind: 'refused', status: 401 })).toBe(true)
  expect(after({ kind: 'closed', code: 4401, reason: '' })).toBe(true)
  expect(after(refused)).toBe(true)
  expect(after(refused, refused)).toBe(false)
  expect(play([...line, ended(1, refused)], alone).state.renew).toBe(false)
})

test('an unknown cursor is forgotten and dialled without: at once the first time, after a wait the next', () => {
  const gone: Ending = { kind: 'refused', status: 410 }
  const first = play([...line, ended(1, gone)], alone, { cursor: 'c' })
  expect(first).toMatchObject({ state: { status: 'connecting', attempt: 2 }, errand: 'forgetCursor' })
  const second = play([opened(2), proven(2), ended(2, gone)], alone, { cursor: 'c' }, first.state)
  expect(second).toMatchObject({ state: { status: 'waiting' }, errand: 'forgetCursor' })
  expect(play([...line, ended(1, gone)], alone, { cursor: undefined }).state.status).toBe('failed')
})

test('whatever happens: attempts only grow, a closed line stays closed, and every wait has an end', () => {
  const attempts = fc.integer({ min: 0, max: 6 })
  const endings: fc.Arbitrary<Ending> = fc.constantFrom<Ending>(
    dropped,
    { kind: 'finished' },
    { kind: 'refused', status: 401 },
    { kind: 'refused', status: 404 },
    { kind: 'refused', status: 410 },
    { kind: 'refused', status: 503, retryAfterMs: 1e12 },
    { kind: 'closed', code: 1013, reason: '' },
    { kind: 'garbled', code: 'x', message: '' },
    { kind: 'unusable', code: 'x', message: '' },
  )
  const event = fc.oneof(
    fc.constantFrom<Event>(
      { type: 'start' },
      { type: 'stop', reason: 'closed' },
      { type: 'redial' },
      notice('online'),
      notice('parked'),
      notice('resume'),
      notice('visible'),
      { type: 'park', reason: 'hidden' },
    ),
    fc.record({ back: attempts, what: fc.constantFrom('opened', 'proven') }),
    fc.record({ back: attempts, ending: endings }),
    fc.constantFrom('due', 'silence', 'settle', 'upgrade'),
  )
  const world = fc.record({
    now: fc.integer({ min: 0, max: 1e9 }),
    luck: fc.double({ min: 0, max: 1, noNaN: true }),
    quietMs: fc.integer({ min: 0, max: 1e8 }),
    cursor: fc.option(fc.constant('c'), { nil: undefined }),
    sent: fc.boolean(),
    bytes: fc.nat(),
  })
  /** A timer fires only in the status that armed it; that is the driver's promise. */
  const armed = { due: ['connecting', 'waiting', 'open'], silence: ['open'], settle: ['open'], upgrade: ['open'] }

  fc.assert(
    fc.property(fc.array(fc.tuple(event, world), { maxLength: 60 }), (script) => {
      let state = idle()
      for (const [what, around] of script) {
        let told: Event
        if (typeof what === 'string') {
          const timer = what as keyof typeof armed
          if (!armed[timer].includes(state.shown.status) || (timer === 'upgrade' && state.index === 0)) continue
          told = { type: 'timer', timer, lateMs: 0 }
        } else if ('type' in what) told = what
        else if ('ending' in what) told = ended(state.last - what.back, what.ending)
        else told = { type: what.what, attempt: state.last - what.back, canPing: true } as Event
        const before = state
        const [next, arms = {}] = step(state, told, around, plan)
        state = next
        if (state.last < before.last || state.attempt > state.last) throw new Error('attempts went back')
        if (
          before.shown.status === 'closed' &&
          state.shown.status !== 'closed' &&
          !['start', 'redial'].includes(told.type)
        ) {
          throw new Error(`closed, then ${state.shown.status}`)
        }
        const { status } = state.shown
        if (status !== before.shown.status && (status === 'waiting' || status === 'connecting')) {
          if (!(Number(arms.due) >= 0 && Number(arms.due) <= 375_000)) throw new Error(`due in ${arms.due}`)
        }
        if (state.attempt > 0 && state.shown.transport !== plan.transports[state.index]?.name)
          throw new Error('no such transport')
      }
    }),
    { numRuns: 2000 },
  )
})
