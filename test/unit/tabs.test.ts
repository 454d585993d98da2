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

/** How a promise stands, whenever it is asked. */
const settled = async (p: Promise<unknown>, pass: () => Promise<void>) => {
  let what = 'pending'
  p.then(
    () => (what = 'ok'),
    (e: { code?: string }) => (what = e.code ?? String(e)),
  )
  await pass()
  return () => what
}
test('send works in a tab that has taken over', async () => {
  const { open, pass } = setUp()
  const [first, second] = [open(), open()]
  await pass()
  first.transport.last().open()
  await pass()
  first.connection.close()
  await pass()
  second.transport.last().open()
  await pass()
  const what = await settled(second.connection.send('hi'), () => pass(60_000))
  expect([what(), second.transport.last().sent]).toEqual(['ok', ['hi']])
})
test('letter in flight via a leader that dies is sent by the new one', async () => {
  const { open, pass } = setUp()
  const [first, second] = [open(), open()]
  await pass()
  first.transport.last().open({ send: () => new Promise(() => {}) })
  await pass()
  const p = second.connection.send('hi')
  await pass()
  first.connection.close()
  await pass()
  second.transport.last().open()
  const what = await settled(p, () => pass(60_000))
  expect([what(), second.transport.last().sent]).toEqual(['ok', ['hi']])
})
test('a proxy can be sent from a follower', async () => {
  const { open, pass } = setUp()
  const [first, second] = [open(), open()]
  await pass()
  const sent: unknown[] = []
  first.transport.last().open({ send: (d) => void sent.push(d) })
  await pass()
  const what = await settled(second.connection.send(new Proxy({ a: 1 }, {})), () => pass(60_000))
  expect([what(), sent]).toEqual(['ok', [{ a: 1 }]])
})
test('order from a follower over a serial line', async () => {
  const { open, pass } = setUp()
  const [first, second] = [open(), open()]
  await pass()
  const sent: unknown[] = []
  let most = 0
  let now = 0
  first.transport.last().open({
    serial: true,
    send: async (d) => {
      most = Math.max(most, ++now)
      await Promise.resolve()
      sent.push(d)
      now--
      return undefined
    },
  })
  await pass()
  for (const n of [1, 2, 3]) void second.connection.send(n)
  await pass()
  expect([most, sent]).toEqual([1, [1, 2, 3]])
})
test('two letters under the same id from a follower both settle', async () => {
  const { open, pass } = setUp()
  const [first, second] = [open(), open()]
  await pass()
  first.transport.last().open({ send: async () => undefined })
  await pass()
  const a = await settled(second.connection.send(1, { id: 'x' }), async () => {})
  const b = await settled(second.connection.send(1, { id: 'x' }), pass)
  expect([a(), b()]).toEqual(['ok', 'ok'])
})
test('a leader whose timers are throttled, but which hears and speaks, is not robbed', async () => {
  const { open, pass, place } = setUp()
  const slow = manualClock(1_000_000)
  const env = place.env as { clock: ManualClock }
  const fast = env.clock
  env.clock = slow
  const first = open()
  env.clock = fast
  await pass()
  first.transport.last().message('one', { id: '1' })
  const second = open({ resumeFrom: '1' })
  await pass()
  for (let n = 2; n < 20; n++) {
    await pass(1000)
    if (!first.transport.last().over) first.transport.last().message(`m${n}`, { id: `${n}` })
  }
  expect([second.transport.calls.length, first.transport.calls[0]?.over]).toEqual([0, false])
})
test('no unhandled rejection where the leader leaves with a send in flight', async () => {
  const seen: unknown[] = []
  const on = (e: unknown): void => void seen.push(e)
  process.on('unhandledRejection', on)
  const { open, pass, place } = setUp()
  // as in a browser: a closed channel throws
  const Air = place.env.BroadcastChannel as unknown as {
    prototype: { close(): void; postMessage(d: unknown): void; shut?: boolean }
  }
  const { close, postMessage } = Air.prototype
  Air.prototype.close = function (this: { shut?: boolean }) {
    this.shut = true
    close.call(this as never)
  }
  Air.prototype.postMessage = function (this: { shut?: boolean }, d: unknown) {
    if (this.shut) throw new DOMException('closed', 'InvalidStateError')
    postMessage.call(this as never, d)
  }
  const [first, second] = [open(), open()]
  await pass()
  let answer = (_e?: Ending): void => {}
  first.transport.last().open({ send: () => new Promise((r) => (answer = r)) })
  await pass()
  void second.connection.send('hi').catch(() => {})
  await pass()
  first.connection.close()
  answer({ kind: 'dropped' })
  await pass()
  await new Promise((r) => setTimeout(r, 20))
  process.off('unhandledRejection', on)
  expect(seen).toEqual([])
})
test('letter in flight via a leader that dies goes out by way of the third tab', async () => {
  const { open, pass } = setUp()
  const [first, second, third] = [open(), open(), open()]
  await pass()
  first.transport.last().open({ send: () => new Promise(() => {}) })
  await pass()
  const p = third.connection.send('hi')
  await pass()
  first.connection.close()
  await pass()
  second.transport.last().open({ send: (d) => (sent.push(d), Promise.resolve(undefined)) })
  const sent: unknown[] = []
  const what = await settled(p, () => pass(60_000))
  expect([what(), sent]).toEqual(['ok', ['hi']])
})
test('a leader that is still waiting for its server is not robbed', async () => {
  const { open, pass } = setUp()
  const tabs = [open(), open()]
  await pass()
  await pass(9_000)
  const calls = tabs.map(({ transport }) => transport.calls.length)
  const gone = tabs[0]!.transport.calls[0]?.over
  expect([calls, gone]).toEqual([[1, 0], false])
})
test('a server that takes eight seconds to answer is reached at last', async () => {
  const { open, pass } = setUp()
  const tabs = [open(), open()]
  await pass()
  const begun = new Map<object, number>()
  for (let s = 0; s < 300; s++) {
    for (const { transport } of tabs)
      for (const call of transport.calls) {
        if (!begun.has(call)) begun.set(call, s)
        if (!call.over && s - begun.get(call)! === 8) call.open()
      }
    await pass(1_000)
  }
  expect([tabs.map(({ connection }) => connection.state.get().status), begun.size]).toEqual([['open', 'open'], 1])
})
test('a line that was taken over is still asked for signs of life', async () => {
  const { open, pass } = setUp()
  const [first, second] = [open(), open()]
  await pass()
  first.transport.last().open()
  await pass()
  first.connection.close()
  await pass()
  let pings = 0
  second.transport.last().open({ ping: () => void pings++, send: () => {} })
  await pass(120_000)
  expect([pings > 0, second.transport.calls[0]?.over]).toEqual([true, true])
})

test('a tab that comes back behind the first message of a new line is told of it', async () => {
  const { open, pass } = setUp()
  const first = open({ resumeFrom: '1' })
  await pass()
  first.transport.last().message('two', { id: '2' })
  await pass()
  const second = open({ resumeFrom: '1' })
  await pass()
  first.transport.last().message('three', { id: '3' })
  await pass()
  expect([second.heard, second.gaps]).toEqual([['two', 'three'], []])
})
