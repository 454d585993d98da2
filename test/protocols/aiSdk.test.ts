import type { ServerResponse } from 'node:http'
import { AbstractChat, type ChatState, type ChatStatus, type UIMessage, type UIMessageChunk } from 'ai'
import { expect, onTestFinished, test } from 'vitest'
import { holdlineChatTransport, type HoldlineChatTransportOptions } from '../../src/aiSdk/index.ts'
import { envelope, longPolling, sse, webSocket } from '../../src/index.ts'
import { eventually, withSocket } from '../contract/listen.ts'
import { type Asked, serve } from '../contract/server.ts'

/** The AI SDK's own chat, with no framework around it. */
class Chat extends AbstractChat<UIMessage> {
  constructor(init: Partial<ConstructorParameters<typeof AbstractChat<UIMessage>>[0]>) {
    super({ ...init, state: plainState() })
  }
}

const plainState = (): ChatState<UIMessage> => {
  const state: ChatState<UIMessage> = {
    status: 'ready' as ChatStatus,
    error: undefined,
    messages: [],
    pushMessage: (message) => void (state.messages = [...state.messages, message]),
    popMessage: () => void (state.messages = state.messages.slice(0, -1)),
    replaceMessage: (at, message) =>
      void (state.messages = state.messages.map((other, nth) => (nth === at ? message : other))),
    snapshot: (thing) => structuredClone(thing),
  }
  return state
}

const ANSWER = Array.from('Grüße, 世界 👋🏽')
const chunks: UIMessageChunk[] = [
  { type: 'start', messageId: 'from-the-server', messageMetadata: { model: 'm' } },
  { type: 'start-step' },
  { type: 'tool-input-start', toolCallId: 'c', toolName: 'weather' },
  { type: 'tool-input-delta', toolCallId: 'c', inputTextDelta: '{"city":"Zü' },
  { type: 'tool-input-delta', toolCallId: 'c', inputTextDelta: 'rich"}' },
  { type: 'tool-input-available', toolCallId: 'c', toolName: 'weather', input: { city: 'Zürich' } },
  { type: 'tool-output-available', toolCallId: 'c', output: 21 },
  { type: 'text-start', id: '0' },
  ...ANSWER.map((delta) => ({ type: 'text-delta', id: '0', delta }) as const),
  { type: 'text-end', id: '0' },
  { type: 'finish-step' },
  { type: 'finish', finishReason: 'stop' },
]
const log = [...chunks.map((chunk) => JSON.stringify(chunk)), '[DONE]']

type How = NonNullable<HoldlineChatTransportOptions['resume']>

interface Wish {
  readonly resume?: How
  /** After how many events each line is cut; the last one is not. */
  readonly cuts?: readonly number[]
  /** How many events there are so far. */
  readonly soFar?: number
  readonly lines?: readonly string[]
  readonly transports?: (origin: string) => HoldlineChatTransportOptions['transports']
}

const head = { 'content-type': 'text/event-stream', 'x-vercel-ai-ui-message-stream': 'v1' }

/** A server that tells one answer: numbered, as PROTOCOL.md has it, or whole each time, as the AI SDK's do. */
async function setUp({ resume = 'cursor', cuts = [], soFar, lines = log, transports }: Wish = {}) {
  const left = [...cuts]
  const posts: { readonly body: unknown; readonly asked: Asked }[] = []
  const numbered = resume === 'cursor'

  const tell = (cursor: number, response: ServerResponse): void => {
    response.writeHead(200, head)
    const cut = left.shift()
    const told = lines.slice(cursor, soFar).slice(0, cut)
    const text = told.map((data, at) => `${numbered ? `id: ${cursor + at + 1}\n` : ''}data: ${data}\n\n`).join('')
    if (cut !== undefined) return void response.write(`: \n\n${text}`, () => setTimeout(() => response.destroy(), 10))
    response.write(`: \n\n${text}`)
    if (soFar === undefined) response.end(numbered ? 'event: holdline\ndata: {"t":"end"}\n\n' : '')
  }

  const server = await serve({
    http(asked, response, request) {
      if (asked.method === 'DELETE') return void response.writeHead(204).end()
      if (asked.method === 'GET') return tell(numbered ? Number(asked.cursor ?? 0) : 0, response)
      let body = ''
      request.on('data', (piece: Buffer) => (body += piece.toString()))
      request.on('end', () => {
        posts.push({ body: JSON.parse(body), asked })
        tell(0, response)
      })
    },
    socket(socket) {
      socket.on('message', (bytes: Buffer) => {
        const hello = JSON.parse(String(bytes)) as { t: string; cursor?: string; body: unknown }
        if (hello.t === 'run') posts.push({ body: hello.body, asked: server.asked.at(-1)! })
        const from = Number(hello.cursor ?? 0)
        const cut = left.shift()
        const items = lines
          .slice(from)
          .slice(0, cut)
          .map((data, at) => ({ id: `${from + at + 1}`, data }))
        socket.send(JSON.stringify([{ t: 'welcome' }, ...items, ...(cut === undefined ? [{ t: 'end' }] : [])]))
        if (cut !== undefined) socket.close(1012)
      })
    },
  })

  const open = (more: Partial<HoldlineChatTransportOptions> = {}, id = 'chat/1') => {
    const told: { isAbort: boolean; isError: boolean; isDisconnect: boolean }[] = []
    const chat = new Chat({
      id,
      transport: holdlineChatTransport({
        transports: transports?.(server.origin) ?? sse(`${server.origin}/api/chat`),
        resume,
        backoff: { firstMs: 1, maxMs: 1 },
        env: withSocket,
        ...more,
      }),
      onFinish: (finish) => told.push(finish),
    })
    onTestFinished(() => chat.stop())
    return { chat, told }
  }
  const verbs = (): string[] => server.asked.map(({ method, path }) => `${method} ${path}`)
  return { server, posts, open, verbs }
}

/** The message that the AI SDK's own way leads to, over a line that holds. */
async function uncut(): Promise<UIMessage> {
  const { open } = await setUp({ resume: 'replay' })
  const { chat } = open()
  await chat.sendMessage({ text: 'Weather?' })
  return chat.messages.at(-1)!
}

test('the hook’s chat gets its answer, and the server the request of the AI SDK', async () => {
  const { open, posts } = await setUp()
  const { chat, told } = open({ headers: () => ({ authorization: 'Bearer a' }), body: { own: 1, both: 1 } })
  await chat.sendMessage({ text: 'Weather?' }, { headers: { 'x-more': 'b' }, body: { both: 2 } })
  expect(chat.status).toBe('ready')
  expect(chat.messages.at(-1)).toMatchObject({
    id: 'from-the-server',
    metadata: { model: 'm' },
    parts: [
      { type: 'step-start' },
      { type: 'tool-weather', state: 'output-available', output: 21 },
      { type: 'text', text: ANSWER.join(''), state: 'done' },
    ],
  })
  expect(told).toMatchObject([{ isAbort: false, isError: false }])
  expect(posts).toMatchObject([
    {
      body: { id: 'chat/1', own: 1, both: 2, trigger: 'submit-message', messages: [{ role: 'user' }] },
      asked: { headers: { authorization: 'Bearer a', 'x-more': 'b', 'content-type': 'application/json' } },
    },
  ])
})

test.each([
  ['a server that numbers its chunks', 'cursor'],
  ['a server that tells it all again', 'replay'],
] as const)('an answer of %s, cut again and again, is the same, and asked for by POST once', async (_what, resume) => {
  const cuts = resume === 'cursor' ? [1, 3, 2, 4, 5] : [1, 4, 7, 11, 20]
  const { open, posts, verbs } = await setUp({ resume, cuts })
  const { chat, told } = open()
  await chat.sendMessage({ text: 'Weather?' })
  expect(chat.messages.at(-1)).toEqual(await uncut())
  expect(told).toMatchObject([{ isAbort: false, isError: false, isDisconnect: false }])
  expect(posts).toHaveLength(1)
  const again = resume === 'cursor' ? 'GET /api/chat' : 'GET /api/chat/chat%2F1/stream'
  expect(verbs()).toEqual(['POST /api/chat', ...cuts.map(() => again)])
})

test('over a WebSocket it is the same', async () => {
  const { open, posts } = await setUp({ cuts: [3, 4], transports: (origin) => webSocket(`${origin}/ws`) })
  const { chat } = open()
  await chat.sendMessage({ text: 'Weather?' })
  expect(chat.messages.at(-1)).toEqual(await uncut())
  expect(posts).toHaveLength(1)
})

test('over long polling it is the same', async () => {
  let posts = 0
  const server = await serve({
    http({ method, cursor }, response, request) {
      request.resume()
      if (method === 'POST') posts++
      const from = Number(cursor ?? 0)
      const items = log.slice(from, from + 4).map((data, at) => ({ id: `${from + at + 1}`, data }))
      response.end(JSON.stringify([...items, ...(from + 4 >= log.length ? [{ t: 'end' }] : [])]))
    },
  })
  const chat = new Chat({
    transport: holdlineChatTransport({ transports: longPolling(server.origin, { dialect: envelope() }) }),
  })
  await chat.sendMessage({ text: 'Weather?' })
  expect(chat.messages.at(-1)).toEqual(await uncut())
  expect(posts).toBe(1)
})

test.each([
  ['cursor', ['POST /api/chat', 'DELETE /api/chat']],
  ['off', ['POST /api/chat']],
] as const)(
  'with resume: %s, stop() ends it here, and the server is told where the answer would go on',
  async (resume, said) => {
    const { open, verbs, server } = await setUp({ resume, soFar: 12 })
    const { chat, told } = open()
    const done = chat.sendMessage({ text: 'Weather?' })
    await eventually(() => expect(JSON.stringify(chat.messages)).toContain('Grü'))
    await chat.stop()
    await done
    expect(chat.status).toBe('ready')
    expect(told).toMatchObject([{ isAbort: true, isError: false }])
    await eventually(() => expect(verbs()).toEqual(said))
    await eventually(() => expect(server.busy.size).toBe(0))
    const [post, stop] = server.asked
    if (stop) expect(stop.query.get('run')).toBe(post!.query.get('run'))
  },
)

test('a page that was left finds the answer again, by the run that it has kept', async () => {
  const { open, posts, server } = await setUp({ soFar: 12 })
  const kept = new Map<string, string>()
  const storage = {
    getItem: (key: string) => kept.get(key) ?? null,
    setItem: (key: string, value: string) => void kept.set(key, value),
    removeItem: (key: string) => void kept.delete(key),
  }
  const first = open({ env: { storage } })
  void first.chat.sendMessage({ text: 'Weather?' })
  await eventually(() => expect(JSON.stringify(first.chat.messages)).toContain('Grü'))

  const second = open({ env: { storage } })
  void second.chat.resumeStream()
  await eventually(() => expect(JSON.stringify(second.chat.messages)).toContain('Grü'))
  const [post, get] = server.asked
  expect(get).toMatchObject({ method: 'GET', cursor: undefined })
  expect(get!.query.get('run')).toBe(post!.query.get('run'))
  expect(posts).toHaveLength(1)
  await second.chat.stop()
  expect(kept.size).toBe(0)
})

test('where nothing is arriving there is nothing to take up', async () => {
  const { open, verbs } = await setUp()
  const { chat } = open()
  await chat.sendMessage({ text: 'Weather?' })
  await chat.resumeStream()
  expect(chat).toMatchObject({ status: 'ready', error: undefined })
  expect(verbs()).toEqual(['POST /api/chat'])
})

test.each([204, 404])('a server that says %i has nothing to be taken up', async (status) => {
  const server = await serve({ http: (_asked, response) => response.writeHead(status).end() })
  const chat = new Chat({
    id: 'c',
    transport: holdlineChatTransport({ transports: sse(`${server.origin}/api/chat`), resume: 'replay' }),
  })
  await chat.resumeStream()
  expect(chat).toMatchObject({ status: 'ready', error: undefined })
})

test('a server that refuses to take an answer up is an error', async () => {
  const server = await serve({ http: (_asked, response) => response.writeHead(403).end() })
  const chat = new Chat({ transport: holdlineChatTransport({ transports: sse(server.origin), resume: 'replay' }) })
  await chat.resumeStream()
  expect(chat).toMatchObject({ status: 'error', error: { code: 'http-403' } })
})

test('a server that refuses is an error', async () => {
  const server = await serve({ http: (_asked, response) => response.writeHead(422).end() })
  const chat = new Chat({ transport: holdlineChatTransport({ transports: sse(server.origin) }) })
  await chat.sendMessage({ text: 'Weather?' })
  expect(chat).toMatchObject({ status: 'error', error: { code: 'http-422' } })
})

test.each([
  ['without a finish it was cut', log.slice(0, 12), { status: 'error', error: { code: 'truncated' } }],
  [
    'an error of the model is an error',
    [...log.slice(0, 12), JSON.stringify({ type: 'error', errorText: 'Overloaded' }), '[DONE]'],
    { status: 'error', error: { message: 'Overloaded' } },
  ],
  ['an abort at the server is an end', [...log.slice(0, 12), '{"type":"abort"}', '[DONE]'], { status: 'ready' }],
  ['bad JSON is an error', [...log.slice(0, 12), '{"type":'], { status: 'error', error: { code: 'not-json' } }],
])('%s, and the text is kept', async (_what, lines, end) => {
  const { open } = await setUp({ lines })
  const { chat } = open()
  await chat.sendMessage({ text: 'Weather?' })
  expect(chat).toMatchObject(end)
  expect(chat.messages.at(-1)!.parts.at(-1)).toMatchObject({ type: 'text', text: 'Grüß' })
})

test('a server that has given no numbers is not asked for the rest', async () => {
  const server = await serve({
    http: (_asked, response) =>
      response.writeHead(200, head).write(`data: ${log[0]}\n\n`, () => setTimeout(() => response.destroy(), 10)),
  })
  const chat = new Chat({
    transport: holdlineChatTransport({ transports: sse(server.origin), backoff: { firstMs: 1, maxMs: 1 } }),
  })
  await chat.sendMessage({ text: 'Weather?' })
  expect(chat).toMatchObject({ status: 'error', error: { kind: 'network' } })
  expect(server.asked).toHaveLength(1)
})
