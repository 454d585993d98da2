import type { IncomingMessage, ServerResponse } from 'node:http'
import { describe, expect, test } from 'vitest'
import { envelope, type HttpOptions, longPolling, polling, sse, type Transport, webSocket } from '../../src/index.ts'
import { eventually, hold } from './listen.ts'
import { type Asked, serve } from './server.ts'

interface Post {
  readonly path: string
  readonly headers: IncomingMessage['headers']
  readonly body: Buffer
}

/** A server that takes posts and keeps a stream or a poll open beside them. */
async function desk(answer: (post: Post, response: ServerResponse, nth: number) => void) {
  const posts: Post[] = []
  const { origin, wires } = await serve({
    http({ method, path, headers }: Asked, response, request) {
      if (method === 'GET') {
        const stream = headers.accept === 'text/event-stream'
        response.writeHead(200, { 'content-type': stream ? 'text/event-stream' : 'application/json' })
        return void (stream ? response.write(':\n\n') : response.end('[]'))
      }
      const chunks: Buffer[] = []
      request.on('data', (chunk: Buffer) => chunks.push(chunk))
      request.on('end', () => {
        const post: Post = { path, headers, body: Buffer.concat(chunks) }
        answer(post, response, posts.push(post))
      })
    },
  })
  return { origin, posts, wires }
}

const ok = (_: Post, response: ServerResponse): void => void response.writeHead(204).end()

const ways: Record<string, (url: string, options: HttpOptions) => Transport> = {
  sse,
  longPolling,
  polling: (url, options) => polling(url, { everyMs: 20, ...options }),
}

describe.each(Object.entries(ways))('sending beside %s', (_name, way) => {
  test('posts each message, one after the other, under an id of its own', async () => {
    const { origin, posts } = await desk(ok)
    const { connection } = hold({ transports: way(`${origin}/news`, { sendUrl: `${origin}/say` }) })
    await Promise.all(['一', { two: 2 }, Uint8Array.of(3)].map((data) => connection.send(data)))
    expect(posts.map(({ path, headers, body }) => [path, headers['content-type'], body.toString('latin1')])).toEqual([
      ['/say', 'text/plain', Buffer.from('一').toString('latin1')],
      ['/say', 'application/json', '{"two":2}'],
      ['/say', undefined, '\u0003'],
    ])
    expect(new Set(posts.map(({ headers }) => headers['idempotency-key'])).size).toBe(3)
  })

  test('posts envelopes where the server speaks them', async () => {
    const { origin, posts } = await desk(ok)
    const dialect = envelope()
    const { connection } = hold({ transports: way(`${origin}/news`, { sendUrl: `${origin}/say`, dialect }) })
    await connection.send({ two: 2 }, { id: 'order-17' })
    expect(posts.map(({ headers, body }) => [headers['idempotency-key'], String(body)])).toEqual([
      ['order-17', '{"id":"order-17","data":{"two":2}}'],
    ])
  })

  test('posts again under the same id what was not taken: too busy, a gateway, a torn wire', async () => {
    const { origin, posts } = await desk((post, response, nth) => {
      if (nth === 1) response.writeHead(503).end()
      else if (nth === 2) response.writeHead(502).end()
      else if (nth === 3) response.socket?.destroy()
      else ok(post, response)
    })
    const { connection } = hold({ transports: way(`${origin}/news`, { sendUrl: `${origin}/say` }) })
    await Promise.all([connection.send('one', { id: 'a' }), connection.send('two', { id: 'b' })])
    expect(posts.map(({ headers }) => headers['idempotency-key'])).toEqual(['a', 'a', 'a', 'a', 'b'])
  })

  test('renews its credentials once, and rejects with what the server said', async () => {
    const { origin, posts } = await desk((_, response) => void response.writeHead(401).end())
    let fetched = 0
    const headers = ({ renew }: { readonly renew: boolean }) => ({ authorization: `token ${renew ? ++fetched : 0}` })
    const { connection } = hold({ transports: way(`${origin}/news`, { sendUrl: `${origin}/say`, headers }) })
    await expect(connection.send('x')).rejects.toMatchObject({ kind: 'auth', code: 'http-401', status: 401 })
    expect(posts.map((post) => post.headers.authorization)).toEqual(['token 0', 'token 1'])
  })

  test('rejects what the server will never take, and the line goes on', async () => {
    const { origin } = await desk((post, response) =>
      String(post.body) === 'bad' ? void response.writeHead(422).end() : ok(post, response),
    )
    const { connection } = hold({ transports: way(`${origin}/news`, { sendUrl: `${origin}/say` }) })
    await expect(connection.send('bad')).rejects.toMatchObject({ kind: 'request', code: 'http-422' })
    await connection.send('good')
    expect(connection.state.get().status).toBe('open')
  })

  test('does not take the answer of another page for an acknowledgement', async () => {
    const { origin } = await desk((_, response) => void response.writeHead(302, { location: '/news' }).end())
    const { connection } = hold({ transports: way(`${origin}/news`, { sendUrl: `${origin}/say` }) })
    await expect(connection.send('x')).rejects.toMatchObject({ kind: 'request', code: 'redirect' })
  })

  test('rejects an id that no header can hold, instead of trying for ever', async () => {
    const { origin, posts } = await desk(ok)
    const { connection } = hold({ transports: way(`${origin}/news`, { sendUrl: `${origin}/say` }) })
    await expect(connection.send('x', { id: '消息' })).rejects.toMatchObject({ kind: 'request', code: 'bad-id' })
    await connection.send(42)
    expect(posts.map(({ headers }) => headers['content-type'])).toEqual(['application/json'])
  })

  test('rejects what cannot be written down, and a bad address', async () => {
    const { origin } = await desk(ok)
    const { connection } = hold({ transports: way(`${origin}/news`, { sendUrl: `${origin}/say` }) })
    await expect(connection.send(1n)).rejects.toMatchObject({ kind: 'request' })
    const other = hold({ transports: way(`${origin}/news`, { sendUrl: 'ftp://nowhere' }) })
    await expect(other.connection.send('x')).rejects.toMatchObject({ kind: 'request', code: 'bad-url' })
  })
})

describe('sending over a WebSocket in envelopes', () => {
  /** A server that answers what it is told to. */
  const talk = async (answer: (item: { id?: string; data?: unknown }, nth: number) => object | 'drop' | undefined) => {
    const items: { id?: string; data?: unknown }[] = []
    const { origin } = await serve({
      socket(socket) {
        socket.on('message', (bytes) => {
          const item = JSON.parse(String(bytes as Buffer)) as { t?: string; id?: string }
          if (item.t === 'hello') return socket.send('{"t":"welcome"}')
          const reply = answer(item, items.push(item))
          if (reply === 'drop') socket.terminate()
          else if (reply) socket.send(JSON.stringify(reply))
        })
      },
    })
    return { items, transports: webSocket(origin, { dialect: envelope() }) }
  }

  test('resolves with the acknowledgement, and sends again under the same id after a drop', async () => {
    const { items, transports } = await talk(({ id }, nth) => (nth === 2 ? 'drop' : { t: 'ack', id }))
    const { connection } = hold({ transports })
    await Promise.all(['one', 'two', 'three'].map((data) => connection.send(data, { id: data })))
    expect(items.filter(({ id }) => id === 'one')).toHaveLength(1)
    expect(items.filter(({ id }) => id === 'two')).toHaveLength(2)
  })

  test('rejects what the server refuses, with its reason', async () => {
    const { transports } = await talk(({ id }) => ({ t: 'nack', id, reason: 'too rude' }))
    const { connection } = hold({ transports })
    await expect(connection.send('x')).rejects.toMatchObject({ kind: 'request', code: 'refused', message: 'too rude' })
  })

  test('an answer to a message that nobody sent means nothing', async () => {
    const { transports } = await talk(({ id }) => [{ t: 'ack', id: 'other' }, { t: 'ack' }, { t: 'ack', id }])
    const { connection, faults } = hold({ transports })
    await connection.send('x')
    expect(faults).toEqual([])
  })
})

describe('a large binary frame', () => {
  test('is bounded like any other message', async () => {
    const { origin } = await serve({ socket: (socket) => socket.send(Buffer.alloc(2_000)) })
    const { states } = hold({ transports: webSocket(origin, { maxChars: 1_000 }) })
    await eventually(() =>
      expect(states.some((state) => 'error' in state && state.error?.code === 'too-large')).toBe(true),
    )
  })
})
