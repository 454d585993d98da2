import type { ServerResponse } from 'node:http'
import { expect, test } from 'vitest'
import { sse } from '../../src/index.ts'
import { type Call, call, eventually } from './listen.ts'
import { serve } from './server.ts'

const stream = [
  '\uFEFFdata: 消息 🙂\n\n',
  ': a comment 注释\r\n',
  'id: 消息-1\r\nevent: 新\r\ndata: a\r\ndata:  b\r\n\r\n',
  'id: 2\rdata\rdata:\rdata: c\r\r',
  'data:\n\n',
  'data\n\n',
  'event: without data\n\n',
  'data: its event was forgotten\nunknown: field\nno colon\n\n',
  'retry: 1500\n\nretry: -5\nretry: 1.5\nretry: soon\nretry\nretry:\n\n',
  'id: a\0b\ndata: NUL\n\n',
  'id: 3\n\n',
  'id\n\n',
  'Data: no\ndata : no\n:data: no\n\n',
  'event:\ndata:{"x":1}\n\n',
  'id: 4\ndata: never finished\n',
].join('')

const read = [
  'frame 消息 🙂',
  'frame a\n b',
  'frame \n\nc',
  'frame ',
  'frame ',
  'frame its event was forgotten',
  'retry 1500',
  'frame NUL',
  'checkpoint 3',
  'checkpoint ',
  'frame {"x":1}',
]

const heard = ({ said }: Call): string[] => said.filter((word) => word !== 'alive' && word !== 'opened')

/** A server that says nothing by itself: the test writes. */
async function silent(): Promise<{ url: string; response: () => Promise<ServerResponse> }> {
  let asked: ServerResponse | undefined
  const { origin } = await serve({
    http(_, response) {
      response.writeHead(200, { 'content-type': 'text/event-stream; charset=utf-8' }).flushHeaders()
      asked = response
    },
  })
  return {
    url: origin,
    async response() {
      await eventually(() => expect(asked).toBeDefined())
      const response = asked as ServerResponse
      asked = undefined
      return response
    },
  }
}

/** Writes the pieces, each of them only once the one before has arrived. */
async function feed(
  pieces: readonly Uint8Array[],
  { url, response: next }: Awaited<ReturnType<typeof silent>>,
): Promise<Call> {
  const attempt = call(sse(url))
  const response = await next()
  for (const piece of pieces) {
    const { words } = attempt
    response.write(piece)
    await eventually(() => expect(attempt.words).toBeGreaterThan(words))
  }
  response.end()
  expect(await attempt.ending).toEqual({ kind: 'dropped' })
  return attempt
}

test('reads an event stream as the standard has it', async () => {
  const attempt = await feed([Buffer.from(stream)], await silent())
  expect(heard(attempt)).toEqual(read)
  expect(attempt.frames.map(({ event, id }) => [event, id])).toEqual([
    ['message', undefined],
    ['新', '消息-1'],
    ['message', '2'],
    ['message', undefined],
    ['message', undefined],
    ['message', undefined],
    ['message', undefined],
    ['message', undefined],
  ])
})

test('reads the same wherever the stream is cut in two', { timeout: 30_000 }, async () => {
  const bytes = Buffer.from(stream)
  const server = await silent()
  for (let at = 1; at < bytes.length; at++) {
    const attempt = await feed([bytes.subarray(0, at), bytes.subarray(at)], server)
    expect(heard(attempt), `cut at byte ${at}`).toEqual(read)
  }
})

test('reads the same byte by byte', async () => {
  const pieces = [...Buffer.from(stream)].map((byte) => Uint8Array.of(byte))
  expect(heard(await feed(pieces, await silent()))).toEqual(read)
})

test('hands an event on as soon as its last byte is there', async () => {
  const server = await silent()
  const attempt = call(sse(server.url))
  const response = await server.response()
  for (const [piece, data] of [
    ['data: a\r', ''],
    ['\n\r', 'a'],
    ['\ndata: b\r\r', 'b'],
    ['data: c\n\n', 'c'],
  ] as const) {
    response.write(piece)
    await eventually(() => expect(attempt.frames.at(-1)?.data ?? '').toBe(data))
  }
})
