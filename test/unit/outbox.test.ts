import { describe, expect, test } from 'vitest'
import type { Ending } from '../../src/index.js'
import type { ScriptedCall } from '../../src/testing/index.js'
import { setUp } from './setUp.js'

interface Post {
  readonly data: unknown
  readonly id: string
  readonly renew: boolean
  answer(ending?: Ending): void
}

/** Opens a line whose server answers each message, when the test says so. */
function openFor(call: ScriptedCall, { serial = false } = {}): Post[] {
  const posts: Post[] = []
  call.open({
    serial,
    send: (data, id, renew = false) => new Promise((answer) => posts.push({ data, id, renew, answer })),
  })
  return posts
}

/** How a promise stands, without waiting for it. */
function watch(promise: Promise<void>): { now: string } {
  const seen = { now: 'waits' }
  promise.then(
    () => (seen.now = 'done'),
    (error: { code: string }) => (seen.now = error.code),
  )
  return seen
}

const dataOf = (posts: readonly Post[]): unknown[] => posts.map(({ data }) => data)

describe('where the server acknowledges', () => {
  test('send resolves with its word, not before', async () => {
    const { clock, connection, last } = setUp()
    connection.subscribe(() => {})
    const posts = openFor(last())
    const sent = watch(connection.send('one'))
    await clock.pass(5_000)
    expect(sent.now).toBe('waits')
    posts[0]?.answer()
    await clock.pass(0)
    expect(sent.now).toBe('done')
  })

  test('what was not acknowledged before a drop is sent again, in order and under the same id', async () => {
    const { clock, connection, last } = setUp()
    connection.subscribe(() => {})
    const first = openFor(last())
    const all = ['one', 'two', 'three'].map((data) => watch(connection.send(data)))
    first[1]?.answer()
    await clock.pass(0)
    last().drop()
    await clock.pass(2_000)
    const second = openFor(last())
    expect(dataOf(second)).toEqual(['one', 'three'])
    expect(second.map(({ id }) => id)).toEqual([first[0]?.id, first[2]?.id])
    // The word of the line before may still come, and counts; a failure that was its own does not.
    first[0]?.answer()
    first[2]?.answer({ kind: 'dropped' })
    await clock.pass(0)
    expect(all.map(({ now }) => now)).toEqual(['done', 'done', 'waits'])
    second[1]?.answer()
    await clock.pass(0)
    expect(all[2]?.now).toBe('done')
  })

  test('a message may bring its own id', async () => {
    const { connection, last } = setUp()
    connection.subscribe(() => {})
    const posts = openFor(last())
    void connection.send('order', { id: 'order-17' })
    expect(posts[0]?.id).toBe('order-17')
  })

  test('what the server will not have is rejected with its reason, and the next one goes on', async () => {
    const { clock, connection, last } = setUp()
    connection.subscribe(() => {})
    const posts = openFor(last(), { serial: true })
    const all = ['bad', 'good'].map((data) => watch(connection.send(data)))
    posts[0]?.answer({ kind: 'refused', status: 422 })
    await clock.pass(0)
    posts[1]?.answer()
    await clock.pass(0)
    expect(all.map(({ now }) => now)).toEqual(['http-422', 'done'])
  })

  test('one that cannot overtake another waits for it, also over a pause that the server asked for', async () => {
    const { clock, connection, last } = setUp()
    connection.subscribe(() => {})
    const posts = openFor(last(), { serial: true })
    const all = ['one', 'two'].map((data) => watch(connection.send(data)))
    expect(dataOf(posts)).toEqual(['one'])
    posts[0]?.answer({ kind: 'refused', status: 503, retryAfterMs: 4_000 })
    await clock.pass(3_999)
    expect(dataOf(posts)).toEqual(['one'])
    await clock.pass(1_001)
    expect(dataOf(posts)).toEqual(['one', 'one'])
    expect(posts[1]?.id).toBe(posts[0]?.id)
    posts[1]?.answer()
    await clock.pass(0)
    expect(dataOf(posts)).toEqual(['one', 'one', 'two'])
    expect(all.map(({ now }) => now)).toEqual(['done', 'waits'])
  })

  test('refused credentials are renewed once, and then it is an error', async () => {
    const { clock, connection, last } = setUp()
    connection.subscribe(() => {})
    const posts = openFor(last(), { serial: true })
    const sent = watch(connection.send('one'))
    posts[0]?.answer({ kind: 'refused', status: 401 })
    await clock.pass(0)
    expect(posts.map(({ renew }) => renew)).toEqual([false, true])
    posts[1]?.answer({ kind: 'refused', status: 401 })
    await clock.pass(0)
    expect(sent.now).toBe('http-401')
    expect(posts).toHaveLength(2)
  })
})

describe('what waits', () => {
  test('is given up after its time, whether the line is there or not', async () => {
    const { clock, connection, last } = setUp()
    connection.subscribe(() => {})
    const waiting = watch(connection.send('early', { timeoutMs: 1_000 }))
    await clock.pass(1_000)
    expect(waiting.now).toBe('send-timeout')
    const posts = openFor(last())
    const unanswered = watch(connection.send('late', { timeoutMs: 1_000 }))
    expect(dataOf(posts)).toEqual(['late'])
    await clock.pass(1_000)
    expect(unanswered.now).toBe('send-timeout')
    last().drop()
    await clock.pass(2_000)
    expect(openFor(last())).toEqual([])
  })

  test('leaves no timer and no listener behind once it is settled', async () => {
    const { clock, connection, last } = setUp()
    const leave = connection.subscribe(() => {})
    const posts = openFor(last())
    const sent = connection.send('one', { timeoutMs: 60_000 })
    posts[0]?.answer()
    await sent
    leave()
    await clock.pass(1_000)
    expect(clock.pending).toBe(0)
  })

  test('is rejected when there are too many: the new one, or the oldest where that is asked for', async () => {
    const { clock, connection } = setUp({ outbox: { limit: 2 } })
    const all = ['one', 'two', 'three'].map((data) => watch(connection.send(data)))
    await clock.pass(0)
    expect(all.map(({ now }) => now)).toEqual(['waits', 'waits', 'outbox'])

    const other = setUp({ outbox: { limit: 2, overflow: 'drop-oldest' } })
    const others = ['one', 'two', 'three'].map((data) => watch(other.connection.send(data)))
    await other.clock.pass(0)
    expect(others.map(({ now }) => now)).toEqual(['outbox', 'waits', 'waits'])
  })

  test('is rejected when the line is closed, with nothing sent behind its back', async () => {
    const { clock, connection, last } = setUp()
    connection.subscribe(() => {})
    const posts = openFor(last())
    const sent = watch(connection.send('one'))
    connection.close()
    await clock.pass(0)
    expect(sent.now).toBe('closed')
    posts[0]?.answer({ kind: 'dropped' })
    await clock.pass(60_000)
    expect(posts).toHaveLength(1)
  })

  test('waits on through a page in the back/forward cache', async () => {
    const { clock, connection, surroundings, last } = setUp()
    connection.subscribe(() => {})
    openFor(last())
    const sent = watch(connection.send('one'))
    surroundings.tell('parked')
    await clock.pass(60_000)
    surroundings.tell('restored')
    const posts = openFor(last())
    expect(dataOf(posts)).toEqual(['one'])
    posts[0]?.answer()
    await clock.pass(0)
    expect(sent.now).toBe('done')
  })
})
