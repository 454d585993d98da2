import type { ServerResponse } from 'node:http'
import { describe, expect, test } from 'vitest'
import { longPolling, polling, sse, webSocket } from '../../src/index.ts'
import { call, eventually, hold } from './listen.ts'
import { serve } from './server.ts'

const MB = 1024 * 1024
const HUNDRED = 100 * MB

/** Writes a hundred megabytes as fast as they are taken, and counts how many were. */
function flood(response: ServerResponse, start: string, piece: string): { accepted: number } {
  const counted = { accepted: 0 }
  const chunk = Buffer.from(piece.repeat(Math.ceil(MB / piece.length)))
  response.write(start)
  const more = (): void => {
    while (!response.destroyed && counted.accepted < HUNDRED) {
      counted.accepted += chunk.length
      if (!response.write(chunk)) return void response.once('drain', more)
    }
    response.end()
  }
  more()
  return counted
}

const floods = [
  ['one line of data', 'id: 1\ndata: first\n\ndata: ', 'x', sse],
  ['one line of a comment', 'id: 1\ndata: first\n\n:', 'x', sse],
  ['one id', 'id: 1\ndata: first\n\nid: ', '消', sse],
  ['short lines of one event that never ends', 'id: 1\ndata: first\n\n', `data: ${'x'.repeat(90)}\n`, sse],
  ['the body of a poll', '', 'x', polling],
  ['the body of a long poll', '', '消', longPolling],
] as const

describe('a server that sends 100 MB', () => {
  test.each(floods)(
    'as %s is hung up on, and memory stays bounded',
    { timeout: 30_000 },
    async (_, start, piece, transport) => {
      let sent = { accepted: 0 }
      const { origin, busy } = await serve({
        http(__, response) {
          response.writeHead(200, { 'content-type': 'text/event-stream' })
          sent = flood(response, start, piece)
        },
      })
      const { said, ending } = call(transport(origin))
      expect(await ending).toMatchObject({ kind: 'garbled', code: 'too-large' })
      await eventually(() => expect(busy.size).toBe(0))
      expect(sent.accepted).toBeGreaterThan(0)
      expect(sent.accepted).toBeLessThan(75 * MB)
      expect(said.filter((word) => word.startsWith('frame'))).toEqual(transport === sse ? ['frame first'] : [])
    },
  )

  test('that mean nothing are passed over, and nothing of them is kept', { timeout: 30_000 }, async () => {
    const { origin } = await serve({
      http(_, response) {
        response.writeHead(200, { 'content-type': 'text/event-stream' })
        flood(response, '', 'x')
      },
    })
    const before = process.memoryUsage().heapUsed
    expect(await call(sse(origin)).ending).toEqual({ kind: 'dropped' })
    expect(process.memoryUsage().heapUsed - before).toBeLessThan(60 * MB)
  })
})

test('a frame, an event or a body that is larger than the option allows is told as such', async () => {
  const text = 'x'.repeat(2_000)
  const { origin } = await serve({
    http: (_, response) => response.writeHead(200, { 'content-type': 'text/event-stream' }).end(`data: ${text}`),
    socket: (socket) => socket.send(text),
  })
  for (const make of [sse, polling, longPolling, webSocket]) {
    const { reach, data } = hold({ transports: make(origin, { maxChars: 1_000 }) })
    const { error } = await reach('failed')
    expect(error).toMatchObject({ kind: 'protocol', code: 'too-large', retryable: false })
    expect(error.message).toContain('maxChars')
    expect(data).toEqual([])

    const ample = hold({ transports: make(`${origin}/?2`, { maxChars: 2_100 }) })
    if (make !== sse) await eventually(() => expect(ample.data[0]).toContain(text))
  }
})

test('an event that is too large is told as such where it comes whole in one piece, and nothing behind it is heard', async () => {
  const events = `data: before\n\ndata: ${'x'.repeat(200)}\n\ndata: behind\n\n`
  const { origin } = await serve({
    http: (_, response) => response.writeHead(200, { 'content-type': 'text/event-stream' }).end(events),
  })
  const { reach, data } = hold({ transports: sse(origin, { maxChars: 100 }), maxFailures: 1 })
  expect((await reach('failed')).error).toMatchObject({ kind: 'protocol', code: 'too-large' })
  expect(data).toEqual(['before'])
})

test('a WebSocket frame beyond the default limit is told as such', { timeout: 30_000 }, async () => {
  const { origin, busy } = await serve({ socket: (socket) => socket.send('x'.repeat(17 * MB)) })
  const { reach } = hold({ transports: webSocket(origin) })
  expect((await reach('failed')).error).toMatchObject({ kind: 'protocol', code: 'too-large' })
  await eventually(() => expect(busy.size).toBe(0))
})

test('an answer that is no HTTP at all is a broken line', async () => {
  const { origin } = await serve({ wire: (socket) => socket.end('SSH-2.0-OpenSSH\r\n') })
  for (const make of [sse, polling, longPolling, webSocket]) {
    const { reach } = hold({ transports: make(origin) })
    expect((await reach('waiting')).error).toMatchObject({ kind: 'network', retryable: true })
  }
})

test('bytes that are no UTF-8 become replacement characters, and the line goes on', async () => {
  const { origin } = await serve({
    http: (_, response) =>
      response
        .writeHead(200, { 'content-type': 'text/event-stream' })
        .end(Buffer.concat([Buffer.from('data: a'), Buffer.of(0xff, 0xe6), Buffer.from('b\n\ndata: c\n\n')])),
  })
  const { frames, ending } = call(sse(origin))
  await ending
  expect(frames.map(({ data }) => data)).toEqual(['a\uFFFD\uFFFDb', 'c'])
})
