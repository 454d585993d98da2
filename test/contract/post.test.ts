import { describe, expect, test } from 'vitest'
import { sse } from '../../src/index.ts'
import { eventually, hold } from './listen.ts'
import { type Asked, serve } from './server.ts'

/** Answers with this stream, the first time, and hangs up after it; then with an end. */
const stream = (text: string, status: (asked: Asked, nth: number) => number = () => 200) => {
  let nth = 0
  return serve({
    http(asked, response, request) {
      request.resume()
      const code = nth > 0 && asked.method === 'GET' ? 204 : status(asked, nth)
      response.writeHead(code, { 'content-type': 'text/event-stream' })
      response.end(nth++ === 0 && code === 200 ? text : undefined)
    },
  })
}
const methods = (asked: readonly Asked[]): string[] => asked.map(({ method }) => method)

describe('a request with a body', () => {
  test('is made once: after a drop the line goes on with GET and the cursor, without the body', async () => {
    const { origin, asked } = await stream('id: 5\ndata: a\n\n')
    const { reach, data } = hold({ transports: sse(origin, { body: { ask: 1 } }) })
    await reach('closed')
    expect(asked.map(({ method, cursor }) => [method, cursor])).toEqual([
      ['POST', undefined],
      ['GET', '5'],
    ])
    expect(asked[1]?.headers['content-type']).toBe(undefined)
    expect(data).toEqual(['a'])
  })

  test.each(['', 'data: no id\n\n', 'id: 5\ndata: a\n\nid\n\n'])(
    'is not made again without a cursor, after %j',
    async (text) => {
      const { origin, asked } = await stream(text)
      const { reach } = hold({ transports: sse(origin, { body: 'x' }) })
      const { error } = await reach('failed')
      expect(error).toMatchObject({ kind: 'request', code: 'not-repeated', retryable: false })
      expect(error.message).toContain('repeat')
      expect(methods(asked)).toEqual(['POST'])
    },
  )

  test('is made again where that is allowed', async () => {
    const { origin, asked } = await stream('id: 5\ndata: a\n\n')
    hold({ transports: sse(origin, { body: 'x', repeat: true }) })
    await eventually(() => expect(asked.length).toBeGreaterThan(2))
    expect(new Set(methods(asked))).toEqual(new Set(['POST']))
    expect(asked[1]?.cursor).toBe('5')
  })

  test.each([401, 429, 503])('is made again after %i: a refused one was not begun', async (status) => {
    const { origin, asked } = await stream('', (_, nth) => (nth === 0 ? status : 204))
    const { reach } = hold({ transports: sse(origin, { body: 'x' }) })
    await reach('closed')
    expect(methods(asked)).toEqual(['POST', 'POST'])
  })

  test.each([500, 502, 504])('is not made again after %i: it may have been begun', async (status) => {
    const { origin, asked } = await stream('', () => status)
    const { reach } = hold({ transports: sse(origin, { body: 'x' }) })
    expect((await reach('failed')).error).toMatchObject({ code: 'not-repeated' })
    expect(methods(asked)).toEqual(['POST'])
  })

  test('is not made again when somebody asks to reconnect', async () => {
    const { origin, asked } = await serve({ mute: true })
    const { connection, reach } = hold({ transports: sse(origin, { method: 'PUT' }) })
    await eventually(() => expect(asked.length).toBe(1))
    connection.reconnect()
    expect((await reach('failed')).error).toMatchObject({ code: 'not-repeated' })
    expect(methods(asked)).toEqual(['PUT'])
  })
})
