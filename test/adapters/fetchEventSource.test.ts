import { expect, onTestFinished, test, vi } from 'vitest'
import { fetchEventSource } from '../../src/adapters/fetchEventSource.ts'
import type { Dialect, Frame, sse as Sse } from '../../src/index.ts'
import { call, eventually } from '../contract/listen.ts'
import { rigs } from '../contract/rigs.ts'
import { contract } from './contract.ts'

// Wherever the contract says `sse`, the adapter stands under its name.
vi.mock('../../src/index.ts', async (original) => {
  const { fetchEventSource } = await import('../../src/adapters/fetchEventSource.ts')
  const sse: typeof Sse = (url, options) => ({ ...fetchEventSource(url, options), name: 'sse' })
  return { ...(await original<object>()), sse }
})

contract({
  without: ['closeCodes', 'polls'],
  others: /^'?(polling|longPolling|webSocket)|WebSocket/,
  exceptions: {
    'grammar > reads an event stream as the standard has it': 'fields without a colon, empty lines of data, retry: 1.5',
    'grammar > reads the same wherever the stream is cut in two': 'the same',
    'grammar > reads the same byte by byte': 'the same',
    'envelope > an empty id clears the cursor, and an id that stands alone moves it': 'an empty id is none',
    'faults > an envelope over sse > that says "" is told as a fault': 'an event of empty data is not heard',
    'post > a request with a body > is not made again without a cursor, after "id: 5\\ndata: a\\n\\nid\\n\\n"':
      'an empty id is none',
    'hostile > a server that sends 100 MB > that mean nothing are passed over, and nothing of them is kept':
      'a line is read only once its end is there',
  },
})

test('the contract is about the adapter', () => {
  expect(rigs.find(({ name }) => name === 'sse')?.transport('/').label).toBe('fetchEventSource /')
})

test('an event that came whole is held against maxChars too', async () => {
  const fetch = async (): Promise<Response> =>
    new Response(`data: a\n\ndata: ${'x'.repeat(200)}\n\ndata: b\n\n`, {
      headers: { 'content-type': 'text/event-stream' },
    })
  const { frames, ending } = call(fetchEventSource('http://x/', { maxChars: 100 }), { env: { fetch } })
  expect(await ending).toMatchObject({ kind: 'garbled', code: 'too-large' })
  expect(frames.map(({ data }) => data)).toEqual(['a'])
})

test('events that are small, one by one, may be of any length together', async () => {
  const fetch = async (): Promise<Response> => {
    let left = 50
    const pull = (to: ReadableStreamDefaultController): void =>
      left-- > 0 ? to.enqueue(new TextEncoder().encode('data: a\n\n')) : to.close()
    return new Response(new ReadableStream({ pull }), { headers: { 'content-type': 'text/event-stream' } })
  }
  const { frames, ending } = call(fetchEventSource('http://x/', { maxChars: 100 }), { env: { fetch } })
  expect(await ending).toEqual({ kind: 'dropped' })
  expect(frames.length).toBe(50)
})

test('a dialect hears what the headers say, before the first event', async () => {
  const fetch = async (): Promise<Response> =>
    new Response('data: a\n\n', { headers: { 'content-type': 'text/event-stream', 'x-last': '7' } })
  const dialect: Dialect = {
    read: (unit, sink) => void sink.frame(unit as Frame),
    head: (headers, sink, cursor) => sink.checkpoint(`${headers.get('x-last')} after ${cursor}`),
  }
  const { said, ending } = call(fetchEventSource('http://x/', { dialect }), { cursor: '6', env: { fetch } })
  await ending
  expect(said).toEqual(['opened', 'checkpoint 7 after 6', 'alive', 'frame a'])
})

test('warns of the sixth stream that is open at once, and not of streams that have ended', async () => {
  const entry = { name: 'http://crowded/', nextHopProtocol: 'http/1.1' } as PerformanceResourceTiming
  const known = vi.spyOn(performance, 'getEntries').mockReturnValue([entry])
  onTestFinished(() => known.mockRestore())
  const answer = (body: BodyInit) => async (): Promise<Response> => {
    const response = new Response(body, { headers: { 'content-type': 'text/event-stream' } })
    return Object.defineProperty(response, 'url', { value: 'http://crowded/' })
  }
  const transport = fetchEventSource('http://crowded/')
  for (let count = 0; count < 6; count++) {
    const { faults, ending } = call(transport, { env: { fetch: answer('') } })
    await ending
    expect(faults).toEqual([])
  }
  const six = Array.from({ length: 6 }, () => call(transport, { env: { fetch: answer(new ReadableStream()) } }))
  await eventually(() => expect(six.every(({ said }) => said.includes('opened'))).toBe(true))
  expect(six.map(({ faults }) => faults.map(({ code }) => code))).toEqual([[], [], [], [], [], ['many-streams']])
})
