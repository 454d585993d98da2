import { describe, expect, test } from 'vitest'
import { acrossTabs, type Connection, createConnection, type Ending } from '../../src/index.js'
import { type ManualClock, manualClock, type ScriptedTransport, scriptedTransport } from '../../src/testing/index.js'

/** The tabs of one browser: what they say goes to all others, in order, and a lock is held by one of them. */
function browser(clock: ManualClock) {
  const ears = new Map<string, Set<Air>>()
  class Air {
    onmessage: ((event: { data: unknown }) => void) | null = null
    readonly #name: string
    constructor(name: string) {
      this.#name = name
      ears.set(name, (ears.get(name) ?? new Set()).add(this))
    }
    postMessage(data: unknown): void {
      // As a browser does it: what cannot be cloned throws, and everybody gets a copy.
      const copy: unknown = structuredClone(data)
      for (const other of ears.get(this.#name) ?? []) {
        if (other !== this) queueMicrotask(() => !other.frozen && other.onmessage?.({ data: copy }))
      }
    }
    frozen = false
    close(): void {
      ears.get(this.#name)?.delete(this)
    }
  }

  interface Claim {
    readonly run: () => Promise<unknown>
    readonly settle: (value: unknown) => void
    readonly fail: (error: unknown) => void
  }
  let holder: Claim | undefined
  const queue: Claim[] = []
  const grant = (): void => {
    if (holder) return
    const claim = (holder = queue.shift())
    claim?.run().then(
      (value) => {
        claim.settle(value)
        if (holder === claim) holder = undefined
        grant()
      },
      (error: unknown) => claim.fail(error),
    )
  }
  const request = (_name: string, options: LockOptions, run: () => Promise<unknown>): Promise<unknown> =>
    new Promise((settle, fail) => {
      const claim: Claim = { run, settle, fail }
      if (options.steal) {
        holder?.fail(new DOMException('stolen', 'AbortError'))
        holder = undefined
        queue.unshift(claim)
      } else queue.push(claim)
      options.signal?.addEventListener('abort', () => {
        const at = queue.indexOf(claim)
        if (at >= 0) queue.splice(at, 1)
        fail(new DOMException('given up', 'AbortError'))
      })
      queueMicrotask(grant)
    })

  const env = {
    clock,
    random: () => 1,
    locks: { request } as unknown as LockManager,
    BroadcastChannel: Air as unknown as typeof BroadcastChannel,
  }
  return {
    env,
    /** Whoever holds the line says and hears nothing more. */
    freeze(air: number) {
      const one = [...[...ears.values()][0]!][air]!
      one.frozen = true
      one.postMessage = () => {}
    },
  }
}

interface Tab {
  readonly connection: Connection<string>
  readonly transport: ScriptedTransport
  readonly heard: string[]
  readonly gaps: string[]
  leave(): void
}

function setUp() {
  const clock = manualClock(1_000_000)
  const place = browser(clock)
  const open = (options: { resumeFrom?: string } = {}): Tab => {
    const transport = scriptedTransport()
    const connection = createConnection({
      transports: acrossTabs('news', transport),
      env: place.env,
      lingerMs: 0,
      ...options,
    })
    const heard: string[] = []
    const gaps: string[] = []
    connection.gaps.subscribe(({ reason }) => gaps.push(reason))
    const leave = connection.subscribe(({ data }) => heard.push(data))
    return { connection, transport, heard, gaps, leave }
  }
  const pass = (ms = 0): Promise<void> => clock.pass(ms)
  return { clock, place, open, pass }
}

describe('tabs that share a line', () => {
  test('have one between them, and all hear every message once', async () => {
    const { open, pass } = setUp()
    const tabs = [open(), open(), open()]
    await pass()
    expect(tabs.map(({ transport }) => transport.calls.length)).toEqual([1, 0, 0])
    tabs[0]!.transport.last().open()
    await pass()
    tabs[0]!.transport.last().message('one', { id: '1' })
    tabs[0]!.transport.last().message('two', { id: '2' })
    await pass()
    for (const { heard, connection } of tabs) {
      expect(heard).toEqual(['one', 'two'])
      expect(connection.state.get().status).toBe('open')
    }
  })

  test('go on with the next one where the one that held the line is closed: nothing is lost or doubled', async () => {
    const { open, pass } = setUp()
    const [first, second, third] = [open(), open(), open()]
    await pass()
    first.transport.last().open()
    await pass()
    first.transport.last().message('one', { id: '1' })
    await pass()
    first.connection.close()
    await pass()
    expect(first.transport.last().over).toBe(true)
    expect(second.transport.last().attempt.cursor).toBe('1')
    expect(third.transport.calls).toHaveLength(0)
    second.transport.last().message('one', { id: '1' })
    second.transport.last().message('two', { id: '2' })
    await pass()
    expect(second.heard).toEqual(['one', 'two'])
    expect(third.heard).toEqual(['one', 'two'])
    expect(first.heard).toEqual(['one'])
  })

  test('take the line from one that is frozen, which listens when it is back', async () => {
    const { open, pass, place } = setUp()
    const first = open()
    await pass()
    first.transport.last().message('one', { id: '1' })
    const second = open({ resumeFrom: '1' })
    await pass()
    expect(second.connection.state.get().status).toBe('open')
    place.freeze(0)
    await pass(5_000)
    expect(second.transport.calls).toHaveLength(0)
    await pass(5_000)
    expect(second.transport.calls).toHaveLength(1)
    expect(second.transport.last().attempt.cursor).toBe('1')
    // The first one was robbed: its line is hung up, and it comes back after a wait.
    expect(first.transport.calls[0]?.over).toBe(true)
    second.transport.last().message('two', { id: '2' })
    await pass(3_000)
    expect(first.connection.state.get().status).toBe('open')
    expect(first.transport.calls).toHaveLength(1)
    expect(first.heard).toEqual(['one', 'two'])
  })

  test('that come later are told what they have missed behind their cursor, or that it is lost', async () => {
    const { open, pass } = setUp()
    const first = open()
    await pass()
    for (const id of ['1', '2', '3']) first.transport.last().message(`message ${id}`, { id })
    const [fresh, behind, level, ancient] = [
      open(),
      open({ resumeFrom: '1' }),
      open({ resumeFrom: '3' }),
      open({ resumeFrom: 'old' }),
    ]
    await pass()
    first.transport.last().message('message 4', { id: '4' })
    await pass()
    expect(fresh.heard).toEqual(['message 4'])
    expect(behind.heard).toEqual(['message 2', 'message 3', 'message 4'])
    expect(level.heard).toEqual(['message 4'])
    expect([ancient.heard, ancient.gaps]).toEqual([['message 4'], ['lost']])
    expect([fresh.gaps, behind.gaps, level.gaps]).toEqual([[], [], []])
  })

  test('all hear how the line has ended, and do not ask again where that would be in vain', async () => {
    const { open, pass } = setUp()
    const [first, second] = [open(), open()]
    await pass()
    first.transport.last().open()
    await pass()
    first.transport.last().refuse(403)
    await pass(60_000)
    for (const { connection } of [first, second])
      expect(connection.state.get()).toMatchObject({ status: 'failed', error: { code: 'http-403' } })
    expect(second.transport.calls).toHaveLength(0)
  })

  test('hear of a gap together', async () => {
    const { open, pass } = setUp()
    const [first, second] = [open(), open()]
    await pass()
    first.transport.last().message('one', { id: '1' })
    await pass()
    first.transport.last().sink.welcome({ resumed: false })
    await pass()
    expect([first.gaps, second.gaps]).toEqual([['lost'], ['lost']])
  })

  test('send by way of the one that holds the line, and learn what became of it', async () => {
    const { open, pass } = setUp()
    const [first, second] = [open(), open()]
    await pass()
    const sent: unknown[] = []
    first.transport.last().open({
      send(data): Promise<Ending | undefined> {
        sent.push(data)
        return Promise.resolve(data === 'bad' ? { kind: 'refused', status: 422 } : undefined)
      },
    })
    await pass()
    await Promise.all([second.connection.send('good'), pass()])
    const bad = second.connection.send('bad')
    const outcome = bad.then(
      () => 'sent',
      (error: { code: string }) => error.code,
    )
    await pass()
    expect([sent, await outcome]).toEqual([['good', 'bad'], 'http-422'])
  })

  test('leave nothing behind', async () => {
    const { open, pass, clock } = setUp()
    const tabs = [open(), open()]
    await pass()
    tabs[0]!.transport.last().open()
    await pass()
    for (const { leave } of tabs) leave()
    await pass(0)
    await pass(0)
    expect(clock.pending).toBe(0)
  })
})

test('without Web Locks each tab has a line of its own', () => {
  const transport = scriptedTransport()
  const connection = createConnection({
    transports: acrossTabs('news', transport),
    env: { clock: manualClock(), locks: undefined },
  })
  connection.subscribe(() => {})
  expect(transport.calls).toHaveLength(1)
  connection.close()
})
