import { type AddressInfo, connect, createServer, type Socket } from 'node:net'
import { expect, onTestFinished, test, vi } from 'vitest'
import { eventually } from '../contract/listen.ts'
import { createLuck } from './luck.ts'
import { openProxy, type Proxy } from './proxy.ts'

/** One side of a line, and what it met. */
interface Side {
  readonly socket: Socket
  readonly heard: () => string
  readonly pieces: readonly number[]
  /** `end` for a FIN, an error's code for anything worse. */
  readonly events: readonly string[]
}

function watch(socket: Socket): Side {
  const chunks: Buffer[] = []
  const events: string[] = []
  socket.on('data', (bytes: Buffer) => chunks.push(bytes))
  socket.on('end', () => events.push('end'))
  socket.on('error', (error: NodeJS.ErrnoException) => events.push(error.code ?? 'error'))
  socket.on('close', () => events.push('close'))
  onTestFinished(() => void socket.destroy())
  return {
    socket,
    heard: () => String(Buffer.concat(chunks)),
    events,
    get pieces() {
      return chunks.map(({ length }) => length)
    },
  }
}

/** A server that does nothing by itself, a proxy before it, and clients that dial through. */
async function setUp() {
  const sides: Side[] = []
  const server = createServer({ allowHalfOpen: true }, (socket) => sides.push(watch(socket)))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => void server.close())
  const proxy = await openProxy((server.address() as AddressInfo).port)
  const dial = async (): Promise<{ client: Side; server: Side }> => {
    const nth = sides.length
    const client = watch(connect({ port: proxy.port, host: '127.0.0.1', allowHalfOpen: true }))
    await eventually(() => expect(sides[nth]).toBeDefined())
    return { client, server: sides[nth] ?? expect.unreachable() }
  }
  return { proxy, dial, sides, knock: () => watch(connect({ port: proxy.port, host: '127.0.0.1' })) }
}

const only = (proxy: Proxy) => [...proxy.lines][0] ?? expect.unreachable()

test('hands on both ways, and the end of each side by itself', async () => {
  const { proxy, dial } = await setUp()
  const { client, server } = await dial()
  client.socket.end('question')
  await eventually(() => expect(server.events).toEqual(['end']))
  expect(server.heard()).toBe('question')
  server.socket.end('answer')
  await eventually(() => expect(client.events).toEqual(['end', 'close']))
  expect(client.heard()).toBe('answer')
  expect(proxy.accepted).toBe(1)
  await eventually(() => expect(proxy.lines.size).toBe(0))
})

test('hands on an RST of either side', async () => {
  const { proxy, dial } = await setUp()
  const first = await dial()
  first.client.socket.resetAndDestroy()
  await eventually(() => expect(first.server.events).toEqual(['ECONNRESET', 'close']))
  const second = await dial()
  second.server.socket.resetAndDestroy()
  await eventually(() => expect(second.client.events).toEqual(['ECONNRESET', 'close']))
  await eventually(() => expect(proxy.lines.size).toBe(0))
})

test('tells when the server cannot be reached', async () => {
  const { port, close } = await openProxy(1)
  const client = watch(connect({ port, host: '127.0.0.1' }))
  await eventually(() => expect(client.events).toContain('close'))
  expect(client.events).toContain('ECONNRESET')
  await close()
})

test.each([0, 1, 7, 100_000])('cuts with an RST after %i bytes of the answer', async (bytes) => {
  const { proxy, dial } = await setUp()
  const { client, server } = await dial()
  only(proxy).cut('reset', bytes)
  server.socket.write('x'.repeat(200_000))
  await eventually(() => expect(client.events).toEqual(['ECONNRESET', 'close']))
  expect(client.heard()).toHaveLength(bytes)
  await eventually(() => expect(server.events).toContain('close'))
  await eventually(() => expect(proxy.lines.size).toBe(0))
})

test.each([0, 1, 7, 100_000])('cuts with a FIN after %i bytes of the answer', async (bytes) => {
  const { proxy, dial } = await setUp()
  const { client, server } = await dial()
  only(proxy).cut('finish', bytes)
  server.socket.write('x'.repeat(200_000))
  await eventually(() => expect(client.events).toEqual(['end']))
  expect(client.heard()).toHaveLength(bytes)
  // Nobody hears what is still said, and nobody minds.
  client.socket.end('late')
  await eventually(() => expect(client.events).toEqual(['end', 'close']))
  expect(server.heard()).toBe('')
  await eventually(() => expect(proxy.lines.size).toBe(0))
})

test('counts the bytes to a cut from the moment it was asked for', async () => {
  const { proxy, dial } = await setUp()
  const { client, server } = await dial()
  server.socket.write('before')
  await eventually(() => expect(client.heard()).toBe('before'))
  expect(only(proxy).moved).toMatchObject({ up: 0, down: 6 })
  only(proxy).cut('reset', 3)
  server.socket.write('after')
  await eventually(() => expect(client.events).toContain('close'))
  expect(client.heard()).toBe('beforeaft')
})

test.each([['down'], ['up'], [undefined]] as const)(
  'a black hole (%s) swallows bytes and ends until it is lifted',
  async (way) => {
    const { proxy, dial } = await setUp()
    const { client, server } = await dial()
    // Another line is the measure: what goes through there would have gone through here.
    only(proxy).blackHole(true, way)
    const other = await dial()
    client.socket.end('question')
    server.socket.end('answer')
    other.client.socket.end('question')
    other.server.socket.end('answer')
    await eventually(() => expect(other.client.events).toContain('close'))
    await eventually(() => expect(other.server.events).toContain('close'))
    expect(server.heard()).toBe(way === 'down' ? 'question' : '')
    expect(client.heard()).toBe(way === 'up' ? 'answer' : '')
    expect(server.events.includes('end')).toBe(way === 'down')
    expect(client.events.includes('end')).toBe(way === 'up')
    expect(proxy.lines.size).toBe(1)
    proxy.blackHole(false)
    await eventually(() => expect([client.heard(), server.heard()]).toEqual(['answer', 'question']))
    await eventually(() => expect(proxy.lines.size).toBe(0))
  },
)

test('a black hole also hides that a side has broken off', async () => {
  const { proxy, dial } = await setUp()
  const { client, server } = await dial()
  proxy.blackHole(true)
  client.socket.resetAndDestroy()
  await eventually(() => expect(client.events).toEqual(['close']))
  const other = await dial()
  other.client.socket.end()
  await eventually(() => expect(other.server.events).toContain('end'))
  expect(server.events).toEqual([])
  proxy.blackHole(false)
  await eventually(() => expect(server.events).toEqual(['ECONNRESET', 'close']))
})

test('delays each piece, in order, and stops to', async () => {
  const { proxy, dial } = await setUp()
  const { client, server } = await dial()
  proxy.delay(80)
  const since = Date.now()
  server.socket.write('slow ')
  await eventually(() => expect(client.heard()).toBe('slow '))
  // A timer may ring a millisecond early.
  expect(Date.now() - since).toBeGreaterThanOrEqual(79)
  server.socket.write('slow too ')
  await eventually(() => expect(only(proxy).moved.down).toBe(5))
  proxy.delay(0)
  server.socket.write('fast')
  await eventually(() => expect(client.heard()).toBe('slow slow too fast'))
})

test('throttles to so many bytes per second, each way', async () => {
  const { proxy, dial } = await setUp()
  const { client, server } = await dial()
  proxy.throttle(100_000)
  const since = Date.now()
  server.socket.write('x'.repeat(20_000))
  client.socket.write('y'.repeat(20_000))
  await eventually(() => expect([client.heard().length, server.heard().length]).toEqual([20_000, 20_000]))
  expect(Date.now() - since).toBeGreaterThanOrEqual(150)
  proxy.throttle(Infinity)
  server.socket.write('x'.repeat(1_000_000))
  await eventually(() => expect(client.heard()).toHaveLength(1_020_000))
  expect(Date.now() - since).toBeLessThan(5_000)
})

test('splits to single bytes, and none is lost', async () => {
  const { proxy, dial } = await setUp()
  const { client, server } = await dial()
  proxy.shred(true)
  server.socket.write('消息 in pieces')
  await eventually(() => expect(client.heard()).toBe('消息 in pieces'))
  expect(client.pieces).toEqual(Array.from({ length: 16 }, () => 1))
  proxy.shred(false)
  server.socket.write('whole')
  await eventually(() => expect(client.pieces.at(-1)).toBe(5))
})

test('refuses new connections with an RST, and leaves the others alone', async () => {
  const { proxy, dial, knock, sides } = await setUp()
  const { client, server } = await dial()
  proxy.refuse(true)
  const refused = knock()
  await eventually(() => expect(refused.events).toEqual(['ECONNRESET', 'close']))
  server.socket.write('still here')
  await eventually(() => expect(client.heard()).toBe('still here'))
  expect([proxy.accepted, proxy.refused, sides.length]).toEqual([1, 1, 1])
  proxy.refuse(false)
  await dial()
  expect(proxy.accepted).toBe(2)
})

test('closes one way, and the other goes on', async () => {
  const { proxy, dial } = await setUp()
  const { client, server } = await dial()
  proxy.halfClose('down')
  await eventually(() => expect(client.events).toEqual(['end']))
  server.socket.write('nobody hears this')
  client.socket.write('but this')
  await eventually(() => expect(server.heard()).toBe('but this'))
  expect([client.heard(), server.events]).toEqual(['', []])

  const other = await dial()
  proxy.halfClose('up')
  await eventually(() => expect(other.server.events).toEqual(['end']))
  other.server.socket.write('an answer all the same')
  await eventually(() => expect(other.client.heard()).toBe('an answer all the same'))
})

test('a guest meets each line before its first byte, and faults of one line are not those of others', async () => {
  const { proxy, dial } = await setUp()
  proxy.meet((line) => {
    if (line.nth === 1) line.blackHole(true)
  })
  const [first, second] = [await dial(), await dial()]
  second.server.socket.write('swallowed')
  first.server.socket.write('heard')
  await eventually(() => expect(first.client.heard()).toBe('heard'))
  expect(second.client.heard()).toBe('')
  proxy.meet(undefined)
  const third = await dial()
  third.server.socket.write('heard')
  await eventually(() => expect(third.client.heard()).toBe('heard'))
})

test('a reader that is slow slows the one who speaks, and loses nothing', async () => {
  const { proxy, dial } = await setUp()
  const { client, server } = await dial()
  proxy.blackHole(true)
  server.socket.write('x'.repeat(20_000_000))
  const other = await dial()
  other.server.socket.end('y'.repeat(1_000_000))
  await eventually(() => expect(other.client.events).toContain('end'))
  expect(server.socket.writableLength).toBeGreaterThan(0)
  proxy.blackHole(false)
  // Asked seldom, and by its length alone: a failure would otherwise print all of it.
  const whole = (): void => expect(client.heard().length).toBe(20_000_000)
  await vi.waitFor(whole, { timeout: 15_000, interval: 200 })
})

test('luck is the same for the same seed, and another one for the next', () => {
  const draws = (seed: number): number[] => {
    const luck = createLuck(seed)
    return Array.from({ length: 50 }, () => luck.below(1_000))
  }
  expect(draws(1)).toEqual(draws(1))
  expect(draws(1)).not.toEqual(draws(2))
  expect(new Set(draws(3)).size).toBeGreaterThan(40)
  expect(Math.max(...draws(4))).toBeLessThan(1_000)
  const luck = createLuck(5)
  const heads = Array.from({ length: 10_000 }, () => luck.chance(0.3)).filter(Boolean).length
  expect(heads).toBeGreaterThan(2_700)
  expect(heads).toBeLessThan(3_300)
})
