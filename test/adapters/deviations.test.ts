// What the two packages do in their own way. Each name is a row in docs/adapters.md; a test that goes red here says that
// a package was mended, and that the row, and what the adapter does about it, can go.
import { readFileSync } from 'node:fs'
import { fetchEventSource as rawFetchEventSource } from '@microsoft/fetch-event-source'
import RawReconnectingWebSocket from 'reconnecting-websocket'
import { describe, expect, onTestFinished, test, vi } from 'vitest'
import { WebSocket } from 'ws'
import { fetchEventSource } from '../../src/adapters/fetchEventSource.ts'
import { reconnectingWebSocket } from '../../src/adapters/reconnectingWebSocket.ts'
import { type Env, sse, type Transport, webSocket } from '../../src/index.ts'
import { call, eventually, uncaughtDuring } from '../contract/listen.ts'
import { nobody, serve } from '../contract/server.ts'

/** Answers each request with these chunks, each of them as one, and hangs up. */
const streamOf = (...chunks: readonly (string | Uint8Array)[]) => ({
  fetch: async () => {
    const bytes = chunks.map((chunk) => (typeof chunk === 'string' ? new TextEncoder().encode(chunk) : chunk))
    const body = new ReadableStream({
      pull(to) {
        const next = bytes.shift()
        if (next) to.enqueue(next)
        else to.close()
      },
    })
    return new Response(body, { headers: { 'content-type': 'text/event-stream' } })
  },
})

/** What a transport makes of a stream: every word but those of life, and the ids of the frames. */
async function reading(transport: Transport, text: string): Promise<readonly (string | undefined)[]> {
  const { said, frames, ending } = call(transport, { env: streamOf(text) })
  const { kind } = await ending
  const words = said.filter((word) => word !== 'alive' && word !== 'opened')
  return [...words, ...frames.map(({ id }) => (id === undefined ? 'no id' : `id ${id}`)), kind]
}

/** The name, what the server says, what the standard makes of it, and what the package does. */
const misread = [
  ['empty lines of data at the head of an event are lost', 'data:\ndata: a\n\n', 'frame \na', 'frame a'],
  ['an event of empty data is not heard', 'data:\n\n', 'frame ', undefined],
  ['a field without a colon is passed over', 'data\ndata: a\n\n', 'frame \na', 'frame a'],
  ['an empty id does not clear the cursor', 'id:\ndata: a\n\n', 'id ', 'no id'],
  ['a byte order mark at the head of a value is lost', 'data: \uFEFFa\n\n', 'frame \uFEFFa', 'frame a'],
  ['a retry that only begins with a number is heeded', 'retry: 10x\n\n', undefined, 'retry 10'],
] as const

describe('fetch-event-source, as it shows through the adapter:', () => {
  test.each(misread)('%s', async (_, text, standard, deviation) => {
    const [right, own] = [await reading(sse('http://x/'), text), await reading(fetchEventSource('http://x/'), text)]
    if (standard !== undefined) expect(right).toContain(standard)
    if (deviation !== undefined) expect(own).toContain(deviation)
    expect(own).not.toEqual(right)
  })

  test('a line counts against maxChars before its meaning is known', async () => {
    const noise = ['x'.repeat(60), 'x'.repeat(60)]
    expect(await call(sse('http://x/', { maxChars: 100 }), { env: streamOf(...noise) }).ending).toEqual({
      kind: 'dropped',
    })
    const own = call(fetchEventSource('http://x/', { maxChars: 100 }), { env: streamOf(...noise) })
    expect(await own.ending).toMatchObject({ kind: 'garbled', code: 'too-large' })
  })

  test('only a comment that begins a chunk counts as a heartbeat', async () => {
    const wordsOf = async (transport: Transport, text: string): Promise<number> => {
      const attempt = call(transport, { env: streamOf(text) })
      await attempt.ending
      return attempt.words
    }
    const [first, later] = [':beat\n\ndata: a\n\n', 'data: a\n\n:beat\n\n']
    expect(await wordsOf(sse('http://x/'), later)).toBe(await wordsOf(sse('http://x/'), first))
    expect(await wordsOf(fetchEventSource('http://x/'), first)).toBe(await wordsOf(sse('http://x/'), first))
    expect(await wordsOf(fetchEventSource('http://x/'), later)).toBe((await wordsOf(sse('http://x/'), later)) - 1)
  })
})

/** What the package wants of a page, to be run in Node at all. */
function pretendPage(): void {
  onTestFinished(() => void vi.unstubAllGlobals())
  vi.stubGlobal('window', { setTimeout, clearTimeout, fetch })
  vi.stubGlobal('document', { hidden: false, addEventListener() {}, removeEventListener() {} })
}

/** The package by itself, until the test is over. */
function raw(url: string, options: Parameters<typeof rawFetchEventSource>[1] = {}): Promise<void> {
  const leave = new AbortController()
  onTestFinished(() => leave.abort())
  return rawFetchEventSource(url, { signal: leave.signal, openWhenHidden: true, onerror: () => 5, ...options })
}

describe('fetch-event-source, as the adapter keeps it from showing:', () => {
  test('a comment is told as a message', async () => {
    pretendPage()
    const messages: unknown[] = []
    await raw('http://x/', { ...streamOf(':beat\n\n'), onmessage: (message) => messages.push(message) })
    expect(messages).toMatchObject([{ data: '', event: '', id: '' }])
    expect(await reading(fetchEventSource('http://x/'), ':beat\n\n')).toEqual(['dropped'])
  })

  test.each([
    ['an id with NUL in it is taken', 'id: a\0b\ndata: a\n\n', { id: 'a\0b' }, ['frame a', 'no id', 'dropped']],
    ['a negative retry is taken', 'retry: -5\ndata: a\n\n', { retry: -5 }, ['frame a', 'no id', 'dropped']],
  ])('%s', async (_, text, taken, ours) => {
    pretendPage()
    const messages: unknown[] = []
    await raw('http://x/', { ...streamOf(text), onmessage: (message) => messages.push(message) })
    expect(messages).toMatchObject([taken])
    expect(await reading(fetchEventSource('http://x/'), text)).toEqual(ours)
    expect(await reading(sse('http://x/'), text)).toEqual(ours)
  })

  test('a long line is copied again for every chunk', async () => {
    pretendPage()
    const piece = 'x'.repeat(1_000)
    const line = ['data: ', ...Array.from({ length: 200 }, () => piece), '\n\n']
    const copying = vi.spyOn(Uint8Array.prototype, 'set')
    onTestFinished(() => copying.mockRestore())
    const copied = (): number => {
      const bytes = copying.mock.calls.reduce((sum, [source]) => sum + source.length, 0)
      copying.mockClear()
      return bytes
    }
    await raw('http://x/', streamOf(...line))
    expect(copied()).toBeGreaterThan(200 * 200 * 0.5 * piece.length)
    const { frames, ending } = call(fetchEventSource('http://x/'), { env: streamOf(...line) })
    await ending
    expect(copied()).toBeLessThan(2 * 200 * piece.length)
    expect(frames[0]?.data).toHaveLength(200 * piece.length)
  })

  test('the cursor moves to an event that never came whole', async () => {
    pretendPage()
    const { origin, asked } = await serve({
      http(_, response) {
        response.writeHead(200, { 'content-type': 'text/event-stream' }).write('id: 1\ndata: a\n\nid: 2\ndata: cut')
        setImmediate(() => response.destroy())
      },
    })
    void raw(origin)
    await eventually(() => expect(asked[1]?.cursor).toBe('2'))
    const { said, frames, ending } = call(fetchEventSource(origin))
    await ending
    expect([frames.at(-1)?.id, said.filter((word) => word.startsWith('checkpoint'))]).toEqual(['1', []])
  })

  test('a POST is sent again after a drop', async () => {
    pretendPage()
    const { origin, asked } = await serve({ http: (_, response) => void response.destroy() })
    void raw(origin, { method: 'POST', body: 'pay' })
    await eventually(() => expect(asked.filter(({ method }) => method === 'POST').length).toBeGreaterThan(1))
    const again = call(fetchEventSource(`${origin}/ours`, { method: 'POST', body: 'pay' }), { sent: true })
    expect(await again.ending).toMatchObject({ kind: 'unusable', code: 'not-repeated' })
    expect(asked.filter(({ path }) => path === '/ours')).toEqual([])
  })

  test('headers in a Headers object are not sent', async () => {
    pretendPage()
    const { origin, asked } = await serve({ http: (_, response) => response.writeHead(204).end() })
    const headers = new Headers({ authorization: 'Bearer 7' })
    // The package's types do not take it; those who write JavaScript are not told.
    void raw(origin, { headers: headers as unknown as Record<string, string> })
    await eventually(() => expect(asked.length).toBeGreaterThan(0))
    expect(asked[0]?.headers.authorization).toBe(undefined)
    await call(fetchEventSource(`${origin}/ours`, { headers })).ending
    expect(asked.find(({ path }) => path === '/ours')?.headers.authorization).toBe('Bearer 7')
  })

  test('a signal that has fired already is not heeded', async () => {
    pretendPage()
    const { origin, asked } = await serve({ http: (_, response) => response.writeHead(204).end() })
    const signal = AbortSignal.abort()
    const giveUp = (error: unknown): never => {
      throw error
    }
    await expect(rawFetchEventSource(origin, { signal, openWhenHidden: true, onerror: giveUp })).rejects.toBeInstanceOf(
      Error,
    )
    expect(asked.length).toBe(1)
    expect(await call(fetchEventSource(`${origin}/ours`), { signal }).ending).toEqual({ kind: 'aborted' })
    expect(asked.length).toBe(1)
  })

  test('an end reaches for window and document', async () => {
    const texts: string[] = []
    const alone = await uncaughtDuring(async () => {
      const onmessage = ({ data }: { readonly data: string }): void => void texts.push(data)
      void rawFetchEventSource('http://x/', { ...streamOf('data: a\n\n'), openWhenHidden: true, onmessage })
      await eventually(() => expect(texts).toEqual(['a']))
    })
    expect(alone).toMatchObject([{ name: 'ReferenceError' }])
    const ours = await uncaughtDuring(async () => {
      expect(await reading(fetchEventSource('http://x/'), 'data: a\n\n')).toEqual(['frame a', 'no id', 'dropped'])
    })
    expect(ours).toEqual([])
  })
})

test('fetch-event-source reads everything else as the standard has it, wherever it is cut', async () => {
  const text = [
    '\uFEFFdata: 消息 🙂\n\n',
    ': a comment 注释\r\n',
    'id: 消息-1\r\nevent: 新\r\ndata: a\r\ndata:  b\r\ndata:\r\ndata: c\r\n\r\n',
    'event: without data\n\n',
    'data: its event was forgotten\runknown: field\rno colon\r\r',
    'retry: 1500\n\nretry: soon\nretry:\n\n',
    'id: 3\n\n',
    'Data: no\ndata : no\n:data: no\n\n',
    'event:\ndata:{"x":1}\n\n',
    'id: 4\ndata: never finished\n',
  ].join('')
  const bytes = new TextEncoder().encode(text)
  const read = async (transport: Transport, chunks: readonly Uint8Array[]): Promise<unknown> => {
    const { said, frames, ending } = call(transport, { env: streamOf(...chunks) })
    return [await ending, said.filter((word) => word !== 'alive'), frames]
  }
  const right = await read(sse('http://x/'), [bytes])
  expect(right).toMatchObject([{ kind: 'dropped' }, expect.arrayContaining(['frame a\n b\n\nc', 'checkpoint 3']), {}])
  for (let at = 1; at < bytes.length; at++)
    expect(await read(fetchEventSource('http://x/'), [bytes.subarray(0, at), bytes.subarray(at)])).toEqual(right)
  const single = [...bytes].map((byte) => Uint8Array.of(byte))
  expect(await read(fetchEventSource('http://x/'), single)).toEqual(right)
})

describe('reconnecting-websocket, as it shows through the adapter:', () => {
  test('a socket is dialled a turn later, by a timer of the package', async () => {
    const { origin } = await serve({ socket: () => {} })
    const dialled: string[] = []
    class Noted extends WebSocket {
      constructor(url: string, protocols?: string[]) {
        dialled.push(url)
        super(url, protocols)
      }
    }
    const env = { WebSocket: Noted as unknown as Env['WebSocket'] }
    vi.useFakeTimers({ toFake: ['setTimeout'] })
    onTestFinished(() => void vi.useRealTimers())
    const settle = (): Promise<void> => new Promise((done) => setImmediate(done))
    call(webSocket(origin), { env })
    await settle()
    expect(dialled.length).toBe(1)
    call(reconnectingWebSocket(origin), { env })
    await settle()
    expect(dialled.length).toBe(1)
    await vi.advanceTimersByTimeAsync(0)
    expect(dialled.length).toBe(2)
  })
})

describe('reconnecting-websocket, as the adapter keeps it from showing:', () => {
  const once = { WebSocket, maxRetries: 0 }

  test('a refused connection is told as a clean close with code 1000', async () => {
    const url = (await nobody()).replace('http', 'ws')
    const closed = new Promise((settle) => {
      new RawReconnectingWebSocket(url, [], once).onclose = settle
    })
    expect(await closed).toMatchObject({ code: 1000 })
    expect(await call(reconnectingWebSocket(url)).ending).toMatchObject({ kind: 'closed', code: 1006 })
  })

  test('a class of sockets that throws leaves the instance waiting for ever', async () => {
    const { origin } = await serve({ socket: () => {} })
    const protocols = ['no protocol']
    const heard: string[] = []
    const uncaught = await uncaughtDuring(async () => {
      const stuck = new RawReconnectingWebSocket(origin.replace('http', 'ws'), protocols, once)
      stuck.onclose = () => void heard.push('close')
      stuck.onerror = () => void heard.push('error')
    })
    expect([uncaught, heard]).toMatchObject([[{ name: 'SyntaxError' }], []])
    const ours = call(reconnectingWebSocket(origin, { protocols }))
    expect(await ours.ending).toMatchObject({ kind: 'unusable', code: 'refused-here' })
    expect(await call(webSocket(origin, { protocols })).ending).toEqual(await ours.ending)
  })

  test('a timeout leaves an error that ends the process in Node', async () => {
    const { origin, busy } = await serve({ mute: true })
    const uncaught = await uncaughtDuring(async () => {
      const url = origin.replace('http', 'ws')
      const timed = new RawReconnectingWebSocket(url, [], { ...once, connectionTimeout: 20 })
      await new Promise((settle) => (timed.onclose = settle))
    })
    expect(uncaught).toMatchObject([{ message: expect.stringContaining('before the connection') as string }])
    const ours = await uncaughtDuring(async () => {
      await eventually(() => expect(busy.size).toBe(0))
      const attempt = call(reconnectingWebSocket(origin))
      await eventually(() => expect(busy.size).toBe(1))
      attempt.hangUp()
      await eventually(() => expect(busy.size).toBe(0))
    })
    expect(ours).toEqual([])
  })

  test('what is sent after the close is queued for ever', () => {
    const socket = new RawReconnectingWebSocket('ws://x/', [], { ...once, startClosed: true })
    socket.close()
    socket.send('lost')
    expect(socket.bufferedAmount).toBe(4)
  })

  test('bufferedAmount counts characters', () => {
    const socket = new RawReconnectingWebSocket('ws://x/', [], { ...once, startClosed: true })
    socket.send('消息')
    expect(socket.bufferedAmount).toBe(2)
  })
})

test('docs/adapters.md has a row for each of them, and no other', ({ task }) => {
  const text = readFileSync(new URL('../../docs/adapters.md', import.meta.url), 'utf8')
  const rows = [...text.matchAll(/^\| (.+?) +\|.*\|.*\|$/gm)].map(([, name]) => name)
  const tests = task.file.tasks.flatMap((suite) => ('tasks' in suite ? suite.tasks.map(({ name }) => name) : []))
  expect(new Set(rows.filter((name) => name !== 'what' && !/^-+$/.test(name ?? '')))).toEqual(new Set(tests))
})
