import { describe, expect, test } from 'vitest'
import {
  createConnection,
  createJournal,
  type Gap,
  observable,
  type Recording,
  replay,
  shared,
  storedCursor,
} from '../../src/index.js'
import { scriptedTransport } from '../../src/testing/index.js'
import { setUp } from './setUp.js'

/** A storage like a page's. */
function storage() {
  const kept = new Map<string, string>()
  let writes = 0
  return {
    kept,
    get writes() {
      return writes
    },
    getItem: (key: string) => kept.get(key) ?? null,
    setItem(key: string, value: string) {
      writes++
      kept.set(key, value)
    },
    removeItem: (key: string) => void kept.delete(key),
  }
}

describe('a cursor that is kept', () => {
  test('is where the next page goes on, and is written once for all that came in one go', async () => {
    const place = storage()
    const before = setUp({ persist: storedCursor('news', place) })
    before.connection.subscribe(() => {})
    for (const id of ['1', '2', '3']) before.last().message(`message ${id}`, { id })
    await before.clock.pass(0)
    expect([place.kept.get('news'), place.writes]).toEqual(['3', 1])
    before.connection.close()

    const after = setUp({ persist: storedCursor('news', place) })
    after.connection.subscribe(() => {})
    expect(after.last().attempt.cursor).toBe('3')
  })

  test('is forgotten where the server has forgotten it', async () => {
    const place = storage()
    place.setItem('news', 'old')
    const { clock, connection, last } = setUp({ persist: storedCursor('news', place) })
    connection.subscribe(() => {})
    last().refuse(410)
    await clock.pass(0)
    expect(last().attempt.cursor).toBeUndefined()
    expect(place.kept.has('news')).toBe(false)
  })

  test('is done without where there is no storage, or it is full or forbidden', async () => {
    const fail = (): never => {
      throw new DOMException('no', 'QuotaExceededError')
    }
    for (const place of [undefined, { getItem: fail, setItem: fail, removeItem: fail }]) {
      const { clock, connection, last } = setUp({ persist: storedCursor('news', place) })
      connection.subscribe(() => {})
      last().message('one', { id: '1' })
      await clock.pass(0)
      expect(connection.state.get().status).toBe('open')
    }
  })
})

describe('ordered ids', () => {
  const told = (ids: 'opaque' | 'ordered', ...said: string[]): string[] => {
    const { connection, last } = setUp({ ids })
    const heard: string[] = []
    connection.subscribe(({ id }) => heard.push(id ?? ''))
    for (const id of said) last().message('x', { id })
    return heard
  }

  test('need no memory: whatever is not behind the cursor has been seen, however long ago', () => {
    const many = Array.from({ length: 3_000 }, (_, nth) => `${nth + 1}`)
    expect(told('ordered', ...many, ...many)).toEqual(many)
    // Names alone are remembered so far back, and no further.
    expect(told('opaque', ...many, ...many).length).toBeGreaterThan(many.length)
  })

  test('are compared as numbers of any length, or else as text', () => {
    expect(told('ordered', '9', '10', '9', '99999999999999999998', '99999999999999999999', '10')).toEqual([
      '9',
      '10',
      '99999999999999999998',
      '99999999999999999999',
    ])
    expect(told('ordered', 'k3-0001', 'k3-0002', 'k3-0001', 'k4-0001')).toEqual(['k3-0001', 'k3-0002', 'k4-0001'])
  })
})

describe('a snapshot', () => {
  test('is fetched at a gap while the line rests, and the line goes on from its cursor', async () => {
    const gaps: Gap[] = []
    let deliver = (_cursor: string): void => {}
    const { clock, connection, last } = setUp({
      snapshot: (gap) => {
        gaps.push(gap)
        return new Promise((resolve) => (deliver = resolve))
      },
    })
    const heard: string[] = []
    connection.subscribe(({ data }) => heard.push(data))
    last().message('one', { id: '1' })
    last().message('three', { id: '3', prev: '2' })
    await clock.pass(0)
    expect(gaps).toEqual([{ after: '1', before: '3', reason: 'skipped', again: false }])
    expect(connection.state.get()).toMatchObject({ status: 'paused', reason: 'snapshot' })
    expect(last().over).toBe(true)
    deliver('7')
    await clock.pass(0)
    expect(last().attempt.cursor).toBe('7')
    last().message('eight', { id: '8', prev: '7' })
    expect(heard).toEqual(['one', 'eight'])
  })

  test('that fails is a fault, and the line goes on behind the gap instead of asking for ever', async () => {
    let asked = 0
    const { clock, connection, last } = setUp({
      snapshot: () => {
        asked++
        throw new Error('no snapshot today')
      },
    })
    const heard: string[] = []
    const faults: string[] = []
    connection.faults.subscribe(({ code }) => faults.push(code))
    connection.subscribe(({ data }) => heard.push(data))
    last().message('one', { id: '1' })
    last().message('three', { id: '3', prev: '2' })
    await clock.pass(0)
    last().message('three', { id: '3', prev: '2' })
    await clock.pass(0)
    expect([asked, faults, heard]).toEqual([1, ['snapshot'], ['one', 'three']])
    expect(connection.state.get().status).toBe('open')
  })

  test('whose cursor the server does not know either is not fetched again and again', async () => {
    let asked = 0
    const { clock, connection, last, transport } = setUp({ snapshot: () => `guess ${++asked}` })
    connection.subscribe(() => {})
    last().message('one', { id: '1' })
    last().sink.welcome({ resumed: false })
    await clock.pass(0)
    expect(last().attempt.cursor).toBe('guess 1')
    last().open()
    last().sink.welcome({ resumed: false })
    await clock.pass(60_000)
    expect([asked, transport.calls.length]).toEqual([1, 2])
  })

  test('that comes when the line was closed opens nothing', async () => {
    let deliver = (_cursor: string): void => {}
    const { clock, connection, last, transport } = setUp({
      snapshot: () => new Promise((resolve) => (deliver = resolve)),
    })
    connection.subscribe(() => {})
    last().message('one', { id: '1' })
    last().message('three', { id: '3', prev: '2' })
    connection.close()
    deliver('3')
    await clock.pass(60_000)
    expect(connection.state.get().status).toBe('closed')
    expect(transport.calls).toHaveLength(1)
  })
})

describe('a page that is hidden', () => {
  test('keeps its line, unless it is told after how long to hang up', async () => {
    const kept = setUp()
    kept.connection.subscribe(() => {})
    kept.last().message('one', { id: '1' })
    kept.surroundings.tell('hidden')
    await kept.clock.pass(15_000)
    expect(kept.connection.state.get().status).toBe('open')

    const { clock, connection, surroundings, last } = setUp({ pauseAfterMs: 10_000 })
    connection.subscribe(() => {})
    last().message('one', { id: '1' })
    surroundings.tell('hidden')
    await clock.pass(9_999)
    expect(connection.state.get().status).toBe('open')
    await clock.pass(1)
    expect(connection.state.get()).toMatchObject({ status: 'paused', reason: 'hidden' })
    await clock.pass(60_000)
    surroundings.tell('visible')
    expect(connection.state.get().status).toBe('connecting')
    expect(last().attempt.cursor).toBe('1')
  })

  test('that is seen in time is not hung up, and nothing is left of the watch', async () => {
    const { clock, connection, surroundings, last } = setUp({ pauseAfterMs: 10_000, lingerMs: 0 })
    const leave = connection.subscribe(() => {})
    last().open()
    surroundings.tell('hidden')
    await clock.pass(9_000)
    surroundings.tell('visible')
    await clock.pass(9_000)
    expect(connection.state.get().status).toBe('open')
    surroundings.tell('hidden')
    leave()
    await clock.pass(0)
    expect([connection.state.get().status, clock.pending]).toEqual(['closed', 0])
  })
})

describe('the journal', () => {
  const life = async (options = {}) => {
    const journal = createJournal(options)
    const { clock, connection, last } = setUp({ journal })
    connection.subscribe(() => {})
    last().message('one', { id: '1' })
    await clock.pass(20_000)
    last().refuse(503)
    await clock.pass(3_000)
    last().drop()
    await clock.pass(0)
    return { journal, connection }
  }

  test('replays to the same states, also from its JSON', async () => {
    const { journal, connection } = await life()
    expect(connection.journal).toBe(journal)
    const plain = (value: unknown): unknown => JSON.parse(JSON.stringify(value))
    const recording = plain(journal) as Recording
    expect(plain(replay(recording))).toEqual(recording.entries.map(({ state }) => state))
    expect(recording.entries.length).toBeGreaterThan(6)
    expect(journal.entries.at(-1)).toMatchObject({
      event: { type: 'ended', attempt: 2 },
      world: { cursor: '1' },
      state: { status: 'waiting', error: { code: 'dropped' } },
    })
  })

  test('keeps the last so many, and replays from there', async () => {
    const { journal } = await life({ limit: 3 })
    expect(journal.entries).toHaveLength(3)
    const recording = JSON.parse(JSON.stringify(journal)) as Recording
    expect(replay(recording).at(-1)).toMatchObject({ status: 'waiting', attempt: 2 })
  })
})

describe('credentials that are shared', () => {
  const asking = (line: object, renew = false) => ({ line, renew, signal: new AbortController().signal })

  test('are fetched once, and anew when they were refused: once for all who were', async () => {
    let fetched = 0
    const token = shared(async () => `token ${++fetched}`)
    const [a, b] = [{}, {}]
    expect(await Promise.all([token(asking(a)), token(asking(b))])).toEqual(['token 1', 'token 1'])
    expect(await token(asking(a, true))).toBe('token 2')
    // Refused for the old one, which somebody has renewed meanwhile.
    expect(await token(asking(b, true))).toBe('token 2')
    expect(await token(asking(b, true))).toBe('token 3')
    expect(fetched).toBe(3)
  })

  test('that could not be had are asked for again', async () => {
    let fetched = 0
    const token = shared(() => {
      if (++fetched === 1) throw new Error('offline')
      return 'token'
    })
    await expect(token(asking({}))).rejects.toThrow('offline')
    expect(await token(asking({}))).toBe('token')
  })
})

describe('other faces', () => {
  test('a stream gives each message, and lets go of the line when it is cancelled', async () => {
    const { clock, connection, last } = setUp({ lingerMs: 0 })
    const reader = connection.stream().getReader()
    last().message('one')
    last().message('two')
    expect((await reader.read()).value?.data).toBe('one')
    expect((await reader.read()).value?.data).toBe('two')
    const third = reader.read()
    await reader.cancel()
    expect((await third).done).toBe(true)
    await clock.pass(0)
    expect(connection.state.get().status).toBe('closed')
  })

  test('a stream ends with the line, fails with it, and is bounded', async () => {
    const closed = setUp()
    const reader = closed.connection.stream().getReader()
    closed.last().message('one')
    closed.connection.close()
    expect((await reader.read()).value?.data).toBe('one')
    expect((await reader.read()).done).toBe(true)

    const failed = setUp()
    const other = failed.connection.stream().getReader()
    failed.last().refuse(403)
    await expect(other.read()).rejects.toMatchObject({ code: 'http-403' })

    const slow = setUp()
    const late = slow.connection.stream({ limit: 2 }).getReader()
    for (const text of ['1', '2', '3', '4']) slow.last().message(text)
    await late.read()
    await late.read()
    await expect(late.read().then(() => late.read())).rejects.toMatchObject({ kind: 'overflow' })
  })

  test('an Observable tells what comes, and how it ended', async () => {
    const seen: unknown[] = []
    const observer = {
      next: ({ data }: { data: string }) => seen.push(data),
      error: ({ code }: { code: string }) => seen.push(code),
      complete: () => seen.push('complete'),
    }
    const one = setUp()
    observable(one.connection).subscribe(observer)
    one.last().message('one')
    one.connection.close()
    const two = setUp()
    observable(two.connection).subscribe(observer)
    two.last().refuse(403)
    await two.clock.pass(0)
    expect(seen).toEqual(['one', 'complete', 'http-403'])
  })

  test('whoever unsubscribes from an Observable hears nothing more, and lets go of the line', async () => {
    const transport = scriptedTransport()
    const connection = createConnection({ transports: transport, lingerMs: 0 })
    const seen: unknown[] = []
    const { unsubscribe } = observable(connection).subscribe(({ data }) => seen.push(data))
    transport.last().message('one')
    unsubscribe()
    await expect.poll(() => connection.state.get().status).toBe('closed')
    expect(seen).toEqual(['one'])
  })
})
