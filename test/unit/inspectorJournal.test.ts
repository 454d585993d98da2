// What the journal takes down of attempts and signs of life, for the inspector and for reports.
import { describe, expect, test } from 'vitest'
import { createJournal, type Recording, replay } from '../../src/index.js'
import { HoldlineError } from '../../src/index.js'
import { scriptedTransport } from '../../src/testing/index.js'
import { setUp } from './setUp.js'

const noted = (options: Parameters<typeof setUp>[0] = {}) => {
  const journal = createJournal()
  const life = setUp({ journal, ...options })
  return { journal, ...life, leave: life.connection.subscribe(() => {}) }
}

describe('an attempt', () => {
  test('is noted with what came over it, and how the other side ended it', async () => {
    const { journal, last, clock } = noted()
    last().sink.opened()
    last().sink.alive(false, 30)
    last().sink.frame({ event: 'message', data: 'hello', id: '7' })
    await clock.pass(1_000)
    last().sink.alive(false, 12)
    last().drop(new Error('secret'))
    await clock.pass(0)
    expect(journal.attempts).toEqual([
      {
        line: 1,
        attempt: 1,
        transport: 'scripted',
        startedAtMs: 1_000_000,
        openedAtMs: 1_000_000,
        endedAtMs: 1_001_000,
        ending: { kind: 'dropped' },
        code: 'dropped',
        messages: 1,
        bytes: 42,
        signs: 1,
        cursor: '7',
      },
    ])
  })

  test.each<[string, (life: ReturnType<typeof noted>) => unknown]>([
    ['closed', ({ connection }) => connection.close()],
    ['redialled', ({ connection }) => connection.reconnect()],
    ['parked', ({ surroundings }) => surroundings.tell('parked')],
    ['silence', ({ clock }) => clock.pass(120_000)],
  ])('that we hang up says "%s", and no ending', async (code, hangUp) => {
    const life = noted({ heartbeat: { silenceMs: 60_000 } })
    life.last().open({})
    await hangUp(life)
    expect(life.journal.attempts[0]).toMatchObject({ code, endedAtMs: expect.any(Number) as number })
    expect(life.journal.attempts[0]).not.toHaveProperty('ending')
  })

  test('says that nobody listens any more', async () => {
    const { journal, leave, last, clock } = noted()
    last().open()
    leave()
    await clock.pass(1_000)
    expect(journal.attempts[0]).toMatchObject({ code: 'unused' })
  })

  test('is replaced by that of a better transport, or the better one is given up', async () => {
    const [better, worse] = [scriptedTransport('better'), scriptedTransport('worse')]
    const { journal, clock } = noted({ transports: [better, worse] })
    for (let failed = 0; failed < 2; failed++) {
      better.last().drop()
      await clock.pass(1_000)
    }
    worse.last().open()
    await clock.pass(60_000)
    await clock.pass(10_000)
    await clock.pass(120_000)
    better.last().open()
    const told = journal.attempts.map(({ transport, code }) => `${transport} ${code ?? 'lives'}`)
    expect(told).toEqual(['better dropped', 'better dropped', 'worse replaced', 'better given-up', 'better lives'])
  })

  test('that is over hears no echoes', async () => {
    const { journal, last, connection } = noted()
    last().open()
    const { sink } = last()
    connection.close()
    sink.alive(false, 99)
    sink.frame({ event: 'message', data: 'late', id: '9' })
    expect(journal.attempts[0]).toMatchObject({ messages: 0, bytes: 0, code: 'closed' })
  })
})

describe('a sign of life', () => {
  test('is what was no message, counted once for a comment and the piece it came in', () => {
    const { journal, last } = noted()
    const { sink } = last()
    sink.opened()
    sink.alive(false, 3)
    sink.alive(true)
    expect(journal.signs).toMatchObject([{ type: 'life', count: 1, size: 3 }])
    sink.alive(false, 50)
    sink.welcome({ heartbeatMs: 15_000 })
    sink.alive(false, 20)
    sink.frame({ event: 'news', data: '弹幕', id: 'a' })
    sink.checkpoint('b')
    sink.retryAfter(500)
    sink.fault(new HoldlineError('unreadable', { kind: 'protocol', code: 'not-json' }))
    expect(journal.signs.map(({ type, size, id, text }) => [type, size, id, text])).toEqual([
      ['life', 3, undefined, undefined],
      ['welcome', 0, undefined, '{"heartbeatMs":15000}'],
      ['message', 2, 'a', 'news'],
      ['cursor', 0, 'b', undefined],
      ['retry', 0, '500', undefined],
      ['fault', 0, 'not-json', 'unreadable'],
    ])
    expect(journal.attempts[0]).toMatchObject({ signs: 1, bytes: 73, messages: 1, cursor: 'b' })
  })

  test('stands for all of its kind within a tenth of a second', async () => {
    const { journal, last, clock } = noted()
    for (let nth = 1; nth <= 500; nth++) last().message('x', { id: `${nth}` })
    await clock.pass(100)
    last().message('y', { id: '501' })
    expect(journal.signs).toMatchObject([
      { type: 'message', count: 500, size: 500, id: '500' },
      { type: 'message', count: 1, id: '501' },
    ])
    expect(journal.attempts[0]).toMatchObject({ messages: 501, signs: 0 })
  })
})

test('a gap is an event, told before whoever hears of it can do anything', async () => {
  const { journal, connection, last } = noted({ ids: 'counted' })
  connection.gaps.subscribe(() => connection.reconnect())
  last().message('one', { id: '1' })
  last().message('three', { id: '3' })
  const types = journal.entries.map(({ event }) => event.type)
  expect(types.slice(-2)).toEqual(['gap', 'redial'])
  const recording = JSON.parse(JSON.stringify(journal)) as Recording
  expect(replay(recording).map(({ status }) => status)).toEqual(recording.entries.map(({ state }) => state.status))
})

test('each line has a recording of its own, with its attempts and signs', async () => {
  const journal = createJournal()
  for (const word of ['one', 'two']) {
    const { connection, last } = setUp({ journal })
    connection.subscribe(() => {})
    last().message(word, { id: word })
    connection.close()
  }
  const recordings = journal.recordings()
  expect(recordings.map(({ attempts }) => attempts?.map(({ cursor }) => cursor))).toEqual([['one'], ['two']])
  expect(recordings.map(({ signs }) => signs?.map(({ id }) => id))).toEqual([['one'], ['two']])
  expect(recordings.map(({ entries }) => entries.map(({ line }) => line))).toEqual([
    [1, 1, 1, 1],
    [2, 2, 2, 2],
  ])
  expect(JSON.stringify(journal)).toBe(JSON.stringify(recordings[1]))
})

test('a journal keeps so many attempts and signs, and tells of each change', async () => {
  const journal = createJournal({ limit: 3 })
  let told = 0
  const leave = journal.subscribe(() => (told += 1))
  const { connection, last, clock } = setUp({ journal })
  connection.subscribe(() => {})
  for (let round = 0; round < 6; round++) {
    last().message('x', { id: `${round}` })
    last().drop()
    await clock.pass(200)
    connection.reconnect()
  }
  expect(journal.attempts.map(({ attempt }) => attempt)).toEqual([5, 6, 7])
  expect(journal.signs.map(({ id }) => id)).toEqual(['3', '4', '5'])
  expect(told).toBeGreaterThan(20)
  leave()
  const then = told
  last().message('x')
  expect(told).toBe(then)
})

test('a tap of one’s own hears what is told, and what it throws ends the attempt', async () => {
  const heard: string[] = []
  const tapped = setUp({
    journal: {
      note() {},
      tap: (sink, { attempt }) => ({
        ...sink,
        frame(frame) {
          heard.push(`#${attempt} ${frame.data}`)
          sink.frame(frame)
        },
      }),
    },
  })
  const messages: string[] = []
  tapped.connection.subscribe(({ data }) => messages.push(data))
  tapped.last().message('hello')
  expect([heard, messages]).toEqual([['#1 hello'], ['hello']])

  const broken = setUp({
    journal: {
      note() {},
      tap() {
        throw new Error('no ear')
      },
    },
  })
  broken.connection.subscribe(() => {})
  await broken.clock.pass(0)
  expect(broken.connection.state.get()).toMatchObject({ status: 'failed', error: { code: 'transport' } })
})

test('the inspector can be imported and defined where there is no page', async () => {
  const { defineInspector } = await import('../../src/inspector/index.js')
  expect(defineInspector()).toBeUndefined()
})
