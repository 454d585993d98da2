import { describe, expect, test } from 'vitest'
import { createConnection, type Message, sse } from '../../src/index.ts'
import { eventually, withSocket } from './listen.ts'
import { rigs } from './rigs.ts'
import { openRoom } from './room.ts'
import { nobody, serve } from './server.ts'

const connect = (url: string) =>
  createConnection({ transports: sse(url), env: withSocket, lingerMs: 0, backoff: { firstMs: 10 } })
const stream = (text: string, ends = false) =>
  serve({
    http({ cursor }, response) {
      if (ends && cursor !== undefined) return void response.writeHead(204).end()
      response.writeHead(200, { 'content-type': 'text/event-stream' }).write(text)
      if (ends) response.end()
    },
  })
const five = [1, 2, 3, 4, 5].map((n) => `id: ${n}\ndata: ${n}\n\n`).join('')

describe.each(rigs)('$name', (rig) => {
  test('is read one by one, and closed when the reader breaks off', async () => {
    const room = await openRoom(rig)
    room.say('一', '二', '三')
    const connection = createConnection({ transports: rig.transport(room.url), env: withSocket, lingerMs: 0 })
    const read: string[] = []
    for await (const { data } of connection) {
      read.push(data)
      if (data === '二') break
    }
    expect(read).toEqual(['一', '二'])
    await eventually(() => expect(connection.state.get()).toMatchObject({ status: 'closed', reason: 'unused' }))
    await eventually(() => expect(room.readers).toBe(0))
  })
})

test('ends when the server has finished, with all that came before', async () => {
  const { origin } = await stream(five, true)
  const read: string[] = []
  for await (const { data } of connect(origin)) read.push(data)
  expect(read).toEqual(['1', '2', '3', '4', '5'])
})

test('ends when the connection is closed, after what waits was read', async () => {
  const { origin } = await stream(five)
  const connection = connect(origin)
  const messages = connection.messages()
  const first = await messages.next()
  expect(first.value).toMatchObject({ data: '1' })
  connection.close()
  const rest: Message<string>[] = []
  for await (const message of messages) rest.push(message)
  expect(rest.map(({ data }) => data)).toEqual(['2', '3', '4', '5'])
  expect(await messages.next()).toEqual({ done: true, value: undefined })
})

test('throws once the line has failed', async () => {
  const { origin } = await serve({ http: (_, response) => response.writeHead(403).end() })
  const read = async (): Promise<void> => {
    for await (const message of connect(origin)) expect.unreachable(message.data)
  }
  await expect(read()).rejects.toMatchObject({ kind: 'forbidden', status: 403 })
})

test('goes on over a drop', async () => {
  let nth = 0
  const { origin } = await serve({
    http: (_, response) =>
      response.writeHead(200, { 'content-type': 'text/event-stream' }).end(`id: ${++nth}\ndata: ${nth}\n\n`),
  })
  const read: string[] = []
  for await (const { data } of connect(origin)) if (read.push(data) === 3) break
  expect(read).toEqual(['1', '2', '3'])
})

describe('a reader that is slower than the line', () => {
  const slow = async (limits: Parameters<ReturnType<typeof connect>['messages']>[0]) => {
    const { origin } = await stream(`${five}id: 6\ndata: 6\n\n`)
    const connection = connect(origin)
    let heard = 0
    const messages = connection.messages(limits)
    const leave = connection.subscribe(() => heard++)
    await eventually(() => expect(heard).toBe(6))
    leave()
    return { connection, messages }
  }
  const take = async (messages: AsyncIterator<Message<string>>, many: number): Promise<string[]> => {
    const read: string[] = []
    for (let nth = 0; nth < many; nth++) read.push(((await messages.next()).value as Message<string>).data)
    return read
  }

  test.each([
    ['drop-oldest', ['4', '5', '6']],
    ['drop-newest', ['1', '2', '3']],
  ] as const)('loses what the policy says: %s', async (overflow, kept) => {
    const { messages, connection } = await slow({ limit: 3, overflow })
    expect(await take(messages, 3)).toEqual(kept)
    expect(connection.state.get().status).toBe('open')
    await messages.return?.()
    await eventually(() => expect(connection.state.get().status).toBe('closed'))
  })

  test('is told so by default, after what it could still read, and leaves the line', async () => {
    const { messages, connection } = await slow({ limit: 3 })
    expect(await take(messages, 3)).toEqual(['1', '2', '3'])
    await expect(messages.next()).rejects.toMatchObject({ kind: 'overflow', code: 'iterator' })
    expect(await messages.next()).toEqual({ done: true, value: undefined })
    await eventually(() => expect(connection.state.get().status).toBe('closed'))
  })
})

test('many may wait for the next message, and all are let go', async () => {
  const connection = connect(await nobody())
  const messages = connection.messages()
  const waiting = [messages.next(), messages.next()]
  await messages.return?.()
  expect(await Promise.all(waiting)).toEqual([
    { done: true, value: undefined },
    { done: true, value: undefined },
  ])
})
