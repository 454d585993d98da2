import { describe, expect, test, vi } from 'vitest'
import { createConnection } from '../../src/index.js'
import { manualClock, scriptedTransport } from '../../src/testing/index.js'
import { setUp } from './setUp.js'

describe('who listens holds the line', () => {
  test('the first listener opens it, the last one closes it after a while, and a remount costs nothing', async () => {
    const { clock, transport, connection } = setUp()
    expect(connection.state.get().status).toBe('idle')
    const first = connection.subscribe(() => {})
    const second = connection.subscribe(() => {})
    first()
    second()
    await clock.pass(999)
    const third = connection.subscribe(() => {})
    await clock.pass(5000)
    expect(transport.calls).toHaveLength(1)
    third()
    await clock.pass(1000)
    expect(connection.state.get()).toMatchObject({ status: 'closed', reason: 'unused' })
    expect(transport.calls[0]?.attempt.signal.aborted).toBe(true)
    expect(clock.pending).toBe(0)
  })

  test('nothing is left in the surroundings, and no timer runs, once it is closed', () => {
    const { clock, surroundings, connection, last } = setUp()
    connection.subscribe(() => {})
    last().open()
    expect(surroundings.size()).toBe(1)
    connection.close()
    expect([surroundings.size(), clock.pending]).toEqual([0, 0])
  })

  test('a closed connection is opened again by the next listener, from where it was', () => {
    const { connection, last } = setUp()
    connection.subscribe(() => {})
    last().message('one', { id: '1' })
    connection.close()
    connection.subscribe(() => {})
    expect(last().attempt.cursor).toBe('1')
  })

  test('what an attempt says after it was hung up is heard by nobody', async () => {
    const { clock, connection, last } = setUp()
    const heard = vi.fn()
    connection.subscribe(heard)
    const old = last()
    old.open()
    connection.close()
    old.sink.frame({ event: 'message', data: 'late', id: '9' })
    await clock.pass(0)
    expect(heard).not.toHaveBeenCalled()
    expect(connection.state.get().status).toBe('closed')
  })
})

describe('the cursor', () => {
  test('moves only once the listeners have had the message', async () => {
    const { clock, connection, last } = setUp()
    const cursors: (string | undefined)[] = []
    connection.subscribe(({ id }) => {
      // Whoever breaks the line from within has not taken this message in yet.
      if (id === '2' && cursors.length === 0) {
        connection.reconnect()
        cursors.push(last().attempt.cursor)
      }
    })
    last().message('one', { id: '1' })
    last().message('two', { id: '2' })
    await clock.pass(0)
    expect(cursors).toEqual(['1'])
  })

  test('moves past what nobody can decode: it must not come again', () => {
    const faults: unknown[] = []
    const { connection, last } = setUp({
      decode: ({ data }) => {
        if (data === 'bad') throw new Error('cannot')
        return data
      },
    })
    connection.faults.subscribe((fault) => faults.push(fault))
    connection.subscribe(() => {})
    last().message('bad', { id: '7' })
    connection.reconnect()
    expect(faults).toHaveLength(1)
    expect(last().attempt.cursor).toBe('7')
  })

  test('delivers each id once, however often the server sends it', () => {
    const { connection, last } = setUp()
    const heard: string[] = []
    connection.subscribe(({ data }) => heard.push(data))
    for (const id of ['1', '2', '1', '2', '3']) last().message(id, { id })
    connection.reconnect()
    for (const id of ['2', '3', '4']) last().message(id, { id })
    expect(heard).toEqual(['1', '2', '3', '4'])
  })
})

describe('a gap', () => {
  test('is told when the server no longer has what comes after the cursor', () => {
    const { connection, last } = setUp({ resumeFrom: '41' })
    const gaps: unknown[] = []
    connection.gaps.subscribe((gap) => gaps.push(gap))
    connection.subscribe(() => {})
    last().open()
    last().sink.welcome({ resumed: false })
    expect(gaps).toEqual([{ after: '41', before: undefined, reason: 'lost', again: false }])
  })

  test('is told when a message names another as the one before it, and can be asked for again', () => {
    const { connection, last } = setUp()
    const heard: string[] = []
    const gaps: unknown[] = []
    connection.subscribe(({ data }) => heard.push(data))
    connection.gaps.subscribe((gap) => {
      gaps.push(gap)
      if (gaps.length === 1) connection.reconnect()
    })
    last().message('one', { id: '1' })
    last().message('three', { id: '3', prev: '2' })
    expect(gaps).toEqual([{ after: '1', before: '3', reason: 'skipped', again: false }])
    expect(last().attempt.cursor).toBe('1')
    last().message('two', { id: '2', prev: '1' })
    last().message('three', { id: '3', prev: '2' })
    expect(heard).toEqual(['one', 'two', 'three'])
  })
})

test('a listener that throws harms nobody else, and is not hushed up', async () => {
  const { connection, last } = setUp()
  const heard: string[] = []
  const thrown: unknown[] = []
  const before = process.listeners('uncaughtException')
  process.removeAllListeners('uncaughtException').on('uncaughtException', (error) => thrown.push(error))
  connection.subscribe(() => {
    throw new Error('bad listener')
  })
  connection.subscribe(({ data }) => heard.push(data))
  last().message('one')
  await new Promise((later) => setTimeout(later))
  process.removeAllListeners('uncaughtException')
  for (const listener of before) process.on('uncaughtException', listener)
  expect(heard).toEqual(['one'])
  expect(thrown).toEqual([new Error('bad listener')])
  expect(connection.state.get().status).toBe('open')
})

test('bytes move the time of the last byte and nothing else', async () => {
  const { clock, connection, last } = setUp()
  connection.subscribe(() => {})
  last().message('one')
  const changes = vi.fn()
  connection.state.subscribe(changes)
  const before = connection.state.get()
  await clock.pass(5)
  last().sink.alive()
  expect(connection.state.get()).toBe(before)
  expect(before.lastByteAtMs).toBe(1_000_005)
  expect(changes).not.toHaveBeenCalled()
})

test('a page that is put away hangs up, and goes on from the cursor when it is back', () => {
  const { surroundings, connection, last } = setUp()
  connection.subscribe(() => {})
  last().message('one', { id: '1' })
  surroundings.tell('parked')
  expect(connection.state.get()).toMatchObject({ status: 'paused', reason: 'parked' })
  expect(last().over).toBe(true)
  surroundings.tell('restored')
  expect(connection.state.get().status).toBe('connecting')
  expect(last().attempt.cursor).toBe('1')
})

describe('fallback and upgrade', () => {
  function two() {
    const clock = manualClock(1_000_000)
    const [best, plain] = [scriptedTransport('best'), scriptedTransport('plain')]
    const kept = new Map<string, string>()
    const storage = {
      getItem: (key: string) => kept.get(key) ?? null,
      setItem: (key: string, value: string) => void kept.set(key, value),
      removeItem: (key: string) => void kept.delete(key),
    }
    const open = () => createConnection({ transports: [best, plain], env: { clock, random: () => 0, storage } })
    return { clock, best, plain, open, kept }
  }

  test('the cursor is carried across, the better transport is tried again beside the open one, nothing is doubled', async () => {
    const { clock, best, plain, open } = two()
    const connection = open()
    const heard: string[] = []
    connection.subscribe(({ data }) => heard.push(data))
    best.last().message('one', { id: '1' })
    best.last().refuse(503)
    for (let i = 0; plain.calls.length === 0 && i < 20; i++) {
      await clock.pass(1000)
      if (best.calls.some((call) => !call.over)) best.last().refuse(503)
      await clock.pass(0)
    }
    expect(plain.last().attempt.cursor).toBe('1')
    plain.last().message('two', { id: '2' })
    const before = best.calls.length
    await clock.pass(60_000)
    expect(best.calls).toHaveLength(before + 1)
    expect(best.last().attempt.cursor).toBe('2')
    plain.last().message('three', { id: '3' })
    // Open, but not a byte of it: a proxy may hold it back, and the line in use goes on.
    best.last().sink.opened({})
    expect(connection.state.get()).toMatchObject({ status: 'open', transport: 'plain' })
    expect(plain.last().over).toBe(false)
    best.last().open()
    for (const [id, data] of [
      ['3', 'three'],
      ['4', 'four'],
    ] as const)
      best.last().message(data, { id })
    plain.last().sink.frame({ event: 'message', data: 'echo', id: '5' })
    expect(heard).toEqual(['one', 'two', 'three', 'four'])
    expect(plain.last().over).toBe(true)
    expect(connection.state.get()).toMatchObject({ status: 'open', transport: 'best' })
  })

  test('the transport that worked is tried first for ten minutes', async () => {
    const { clock, best, plain, open } = two()
    const first = open()
    first.subscribe(() => {})
    best.last().refuse(405)
    await clock.pass(0)
    plain.last().message('one')
    first.close()
    const second = open()
    second.subscribe(() => {})
    expect(best.calls).toHaveLength(1)
    second.close()
    await clock.pass(600_000)
    open().subscribe(() => {})
    expect(best.calls).toHaveLength(2)
  })
})
