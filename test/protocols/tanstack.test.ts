import type { IncomingMessage, ServerResponse } from 'node:http'
import {
  ChatClient,
  type ChatClientOptions,
  type ConnectionAdapter,
  fetchServerSentEvents,
  type UIMessage,
} from '@tanstack/ai-client'
import {
  type AnyTextAdapter,
  chat as tanStackChat,
  chatParamsFromRequest,
  memoryStream,
  resumeServerSentEventsResponse,
  toolDefinition,
  toServerSentEventsResponse,
} from '@tanstack/ai'
import { expect, onTestFinished, test } from 'vitest'
import { z } from 'zod'
import { createLog } from '../../playground/server/log.ts'
import { envelope, longPolling, sse, type Transport } from '../../src/index.ts'
import { holdlineConnection, type HoldlineConnectionOptions } from '../../src/tanstack/index.ts'
import { eventually, withSocket } from '../contract/listen.ts'
import { serve } from '../contract/server.ts'
import { cutsOf, nameOf, NEVER, serveCut, ways } from './cutting.ts'

const ANSWER = Array.from('Grüße, 世界 👋🏽')
const run = { threadId: 't', runId: 'theirs' }
const says = (delta: string): object => ({ type: 'TEXT_MESSAGE_CONTENT', messageId: 'm', delta })
const toolTurn: readonly object[] = [
  { type: 'RUN_STARTED', ...run },
  { type: 'TOOL_CALL_START', toolCallId: 'c', toolCallName: 'weather' },
  { type: 'TOOL_CALL_ARGS', toolCallId: 'c', delta: '{"city":"Z\\u00' },
  { type: 'TOOL_CALL_ARGS', toolCallId: 'c', delta: 'fcrich"}' },
  { type: 'TOOL_CALL_END', toolCallId: 'c' },
  { type: 'RUN_FINISHED', ...run, metadata: { tanstack: { finishReason: 'tool_calls' } } },
  { type: 'TOOL_CALL_RESULT', toolCallId: 'c', messageId: 'x', content: '{"degrees":7}' },
]
const events: readonly object[] = [
  ...toolTurn,
  { type: 'RUN_STARTED', ...run },
  { type: 'REASONING_MESSAGE_START', messageId: 'r', role: 'reasoning' },
  ...['Hm, ', 'well.'].map((delta) => ({ type: 'REASONING_MESSAGE_CONTENT', messageId: 'r', delta })),
  { type: 'REASONING_MESSAGE_END', messageId: 'r' },
  { type: 'TEXT_MESSAGE_START', messageId: 'm', role: 'assistant' },
  ...ANSWER.map(says),
  { type: 'TEXT_MESSAGE_END', messageId: 'm' },
  { type: 'RUN_FINISHED', ...run, usage: [{ inputTokens: 3, outputTokens: 5 }], outcome: { type: 'success' } },
]

/** TanStack's own client, with no framework around it, and the errors that it has told of. */
function clientOf(connection: ConnectionAdapter, more: object = {}) {
  const errors: Error[] = []
  const onError = (error: Error): void => void errors.push(error)
  const client = new ChatClient({ threadId: 'thread', onError, ...more, connection } as ChatClientOptions)
  client.attach()
  onTestFinished(() => client.dispose())
  return Object.assign(client, { errors })
}

const connect = (transports: Transport, more: Partial<HoldlineConnectionOptions> = {}) =>
  holdlineConnection({ transports, backoff: { firstMs: 1, maxMs: 1 }, env: withSocket, ...more })

/** What was said, without what is drawn or dated. */
const shown = (messages: readonly UIMessage[]): object[] => messages.map(({ role, parts }) => ({ role, parts }))
const textOf = (messages: readonly UIMessage[]): string =>
  (messages.at(-1)?.parts ?? []).map((part) => (part.type === 'text' ? part.content : '')).join('')

test.each(ways)(
  'cut at every single event over %s, an answer is the same, and asked for by POST once',
  async (_way, way) => {
    const log = createLog()
    for (const event of events) log.append({ data: JSON.stringify(event) })
    log.end('complete')
    const server = await serveCut(log)

    const answered = async (threadId: string) => {
      const finished: string[] = []
      const client = clientOf(connect(way(server.origin)), {
        threadId,
        onFinish: ({ role }: UIMessage) => finished.push(role),
      })
      await client.sendMessage('Weather?')
      return { messages: shown(client.getMessages()), error: client.getError(), status: client.getStatus(), finished }
    }
    const uncut = await answered(server.plan(NEVER))
    expect(uncut).toMatchObject({ error: undefined, status: 'ready' })
    expect(JSON.stringify(uncut.messages)).toContain('Zürich')

    const cuts = cutsOf(log.after(undefined)!.length)
    const all = await Promise.all(cuts.map((cut) => answered(server.plan(cut))))
    for (const [nth, answer] of all.entries()) {
      const name = nameOf(cuts[nth]!)
      expect(answer, `cut behind event ${name}`).toEqual(uncut)
      expect(server.posts(`chat-${name}`), `POSTs of the one cut behind event ${name}`).toBe(1)
      expect(server.isCut(`chat-${name}`), `cut behind event ${name}`).toBe(true)
    }
  },
)

const head = { 'content-type': 'text/event-stream' }
const asEvents = (list: readonly object[], numbered = true, from = 0): string =>
  list.map((event, at) => `${numbered ? `id: ${from + at + 1}\n` : ''}data: ${JSON.stringify(event)}\n\n`).join('')
const WHOLE = 'event: holdline\ndata: {"t":"end","reason":"complete"}\n\n'
const half = [{ type: 'RUN_STARTED', ...run }, says('Half')]

/** A server that says the same to whoever asks, once the first POST has come. */
async function telling(tell: (response: ServerResponse, nth: number, cursor: number) => void) {
  let count = 0
  const server = await serve({
    http({ method, cursor }, response, request) {
      request.resume()
      if (method === 'DELETE') return void response.writeHead(204).end()
      tell(response.writeHead(200, head), count++, Number(cursor ?? 0))
    },
  })
  return { ...server, verbs: () => server.asked.map(({ method }) => method) }
}

test('stop() ends it here, and the server is told', async () => {
  const server = await telling((response) => void response.write(asEvents(half)))
  const client = clientOf(connect(sse(`${server.origin}/api/chat`), { headers: () => ({ authorization: 'Bearer a' }) }))
  const done = client.sendMessage('Weather?')
  await eventually(() => expect(textOf(client.getMessages())).toBe('Half'))
  client.stop()
  await done
  await eventually(() => expect(server.verbs()).toEqual(['POST', 'DELETE']))
  await eventually(() => expect(server.busy.size).toBe(0))
  const [post, stop] = server.asked
  expect(stop!.query.toString()).toBe(post!.query.toString())
  expect(stop!.headers.authorization).toBe('Bearer a')
  expect(client.getStatus()).toBe('ready')
  expect(client.getError()).toBeUndefined()
  expect(textOf(client.getMessages())).toBe('Half')
})

test.each([
  ['the client shall stop nothing', { stopOnAbort: false }],
  ['it could not be gone on with', { resume: 'off' }],
] as const)('the server is told of no stop where %s', async (_why, more) => {
  const server = await telling((response) => void response.write(asEvents(half)))
  const client = clientOf(connect(sse(server.origin), more))
  const done = client.sendMessage('Weather?')
  await eventually(() => expect(textOf(client.getMessages())).toBe('Half'))
  client.stop()
  await done
  await eventually(() => expect(server.busy.size).toBe(0))
  expect(server.verbs()).toEqual(['POST'])
})

test('a page that is loaded again joins the run that it has left', async () => {
  let rest = (): void => {}
  const server = await telling((response, nth) => {
    if (nth === 0) return void response.write(asEvents(half))
    response.write(asEvents(half))
    rest = () => void response.end(asEvents([says(' and half'), { type: 'RUN_FINISHED', ...run }], true, 2) + WHOLE)
  })
  const kept = new Map<string, string>()
  const storage = {
    getItem: (key: string) => kept.get(key) ?? null,
    setItem: (key: string, value: string) => void kept.set(key, value),
    removeItem: (key: string) => void kept.delete(key),
  }
  const connection = () => connect(sse(`${server.origin}/api/chat`), { env: { storage }, stopOnAbort: false })
  const first = clientOf(connection())
  void first.sendMessage('Weather?')
  await eventually(() => expect(textOf(first.getMessages())).toBe('Half'))
  const runId = first.getCurrentRunId()!
  const initialMessages = first.getMessages()
  first.dispose()

  const resumeState = { threadId: 'thread', runId }
  const initialResumeSnapshot = { schemaVersion: 1, resumeState, pendingInterrupts: [] } as const
  const second = clientOf(connection(), { initialMessages, initialResumeSnapshot })
  await eventually(() => expect(server.asked).toHaveLength(2))
  rest()
  await eventually(() => expect(second.getStatus()).toBe('ready'))
  await eventually(() => expect(textOf(second.getMessages())).toBe('Half and half'))
  const [post, get] = server.asked
  expect(get).toMatchObject({ method: 'GET', cursor: undefined })
  expect(get!.query.toString()).toBe(post!.query.toString())
  expect(Object.fromEntries(post!.query)).toEqual({ chat: 'thread', run: runId, runId })
  await eventually(() => expect(kept.size).toBe(0))
})

test('a server that tells the run anew doubles nothing', async () => {
  const server = await telling((response, nth) => {
    if (nth === 0) return void response.write(asEvents(half), () => setTimeout(() => response.destroy(), 10))
    response.write('event: holdline\ndata: {"t":"welcome","resumed":false}\n\n')
    response.end(asEvents([...half, says(' and half'), { type: 'RUN_FINISHED', ...run }]) + WHOLE)
  })
  const client = clientOf(connect(sse(server.origin)))
  await client.sendMessage('Weather?')
  expect(textOf(client.getMessages())).toBe('Half and half')
  expect(client.getError()).toBeUndefined()
})

const finished = { type: 'RUN_FINISHED', ...run }
test.each([
  ['a run that finishes is whole, whatever its line says', [...half, finished], '', undefined],
  ['a run that stops without its mark was cut', half, WHOLE, { code: 'truncated' }],
  ['a run that was stopped at the server is over', half, WHOLE.replace('complete', 'stopped'), undefined],
  ['a mark of another kind is no end', half, 'data: [DONE]\n\n', { code: 'truncated' }],
  ['bad JSON is an error', half, 'data: {"type":\n\n', { code: 'not-json' }],
  [
    'an error of the run is an error',
    [...half, { type: 'RUN_ERROR', message: 'Overloaded' }],
    '',
    { message: 'Overloaded' },
  ],
])('%s, and the text is kept', async (_what, list, last, error) => {
  const server = await telling((response, _nth, cursor) => {
    response.end(asEvents(list.slice(cursor), true, cursor) + last)
  })
  const client = clientOf(connect(sse(server.origin)))
  await client.sendMessage('Weather?')
  // The client reads what has come once it has been told that the run has failed.
  await eventually(() => expect(textOf(client.getMessages())).toBe('Half'))
  await eventually(() => expect(client.getStatus()).toBe(error ? 'error' : 'ready'))
  expect(client.errors).toEqual(error ? [expect.objectContaining(error)] : [])
  expect(server.verbs()).toEqual(['POST'])
})

test.each([
  ['its mark', toolTurn.slice(0, -1)],
  ['what the tools have found', toolTurn],
])(
  'behind a turn that has called tools more is asked for; where nothing comes behind %s, that was all',
  async (_what, list) => {
    const server = await telling((response, _nth, cursor) => {
      response.end(`:\n\n${asEvents(list.slice(cursor), true, cursor)}`)
    })
    const client = clientOf(connect(sse(server.origin)))
    await client.sendMessage('Weather?')
    expect(client.errors).toEqual([])
    expect(client.getStatus()).toBe('ready')
    expect(server.verbs().slice(0, 3)).toEqual(['POST', 'GET', 'GET'])
  },
)

test('a run that was ended behind its tools is whole where the server says so', async () => {
  const server = await telling((response) => void response.end(asEvents(toolTurn) + WHOLE))
  const client = clientOf(connect(sse(server.origin)))
  await client.sendMessage('Weather?')
  expect(client.errors).toEqual([])
  expect(server.verbs()).toEqual(['POST'])
})

test.each([
  ['that has given no ids', {}, false],
  ['that shall not be asked', { resume: 'off' }, true],
] as const)('a server %s is not asked for the rest', async (_which, more, numbered) => {
  const server = await telling(
    (response) => void response.write(asEvents(half, numbered), () => setTimeout(() => response.destroy(), 10)),
  )
  const client = clientOf(connect(sse(server.origin), more))
  await client.sendMessage('Weather?')
  await eventually(() => expect(textOf(client.getMessages())).toBe('Half'))
  expect(client.errors).toMatchObject([{ kind: 'network' }])
  expect(server.verbs()).toEqual(['POST'])
  expect(server.asked[0]!.query.size).toBe('resume' in more ? 0 : 3)
})

test('a server that refuses is an error, and asked once', async () => {
  const server = await serve({ http: (_asked, response) => response.writeHead(422).end() })
  const client = clientOf(connect(longPolling(server.origin, { dialect: envelope() })))
  await client.sendMessage('Weather?')
  expect(client.errors).toMatchObject([{ code: 'http-422' }])
  expect(server.asked).toHaveLength(1)
})

/** A model that calls the weather, and then says it. */
function model(onTurn: () => void): AnyTextAdapter {
  let turn = 0
  return {
    kind: 'text',
    name: 'model',
    model: 'model',
    async *chatStream(): AsyncGenerator<object> {
      onTurn()
      yield { type: 'RUN_STARTED', ...run }
      if (turn++ === 0) {
        for (const event of toolTurn.slice(1, -2)) yield event
        return yield { type: 'RUN_FINISHED', ...run, finishReason: 'tool_calls' }
      }
      yield { type: 'TEXT_MESSAGE_START', messageId: 'm', role: 'assistant' }
      for (const delta of ANSWER) yield says(delta)
      yield { type: 'TEXT_MESSAGE_END', messageId: 'm' }
      yield { type: 'RUN_FINISHED', ...run, finishReason: 'stop' }
    },
  } as unknown as AnyTextAdapter
}

const weather = toolDefinition({
  name: 'weather',
  description: 'Tells the weather',
  inputSchema: z.object({ city: z.string() }),
}).server(async () => ({ degrees: 7 }))

/** A server made with TanStack AI, whose first answer is cut behind so many events. */
async function tanStack(cutAfter = Infinity) {
  const bodies: Record<string, unknown>[] = []
  const counted = { turns: 0 }
  const respond = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const pieces: Buffer[] = []
    for await (const piece of request) pieces.push(piece as Buffer)
    const { method = '', headers, url = '' } = request
    const body = Buffer.concat(pieces)
    const asking = new Request(`http://localhost${url}`, {
      method,
      headers: headers as Record<string, string>,
      ...(method === 'POST' && { body }),
    })
    const durability = { adapter: memoryStream(asking.clone() as Request), batch: 1 }
    let left = Infinity
    let answered: Response
    if (method === 'POST') {
      bodies.push(JSON.parse(String(body)) as Record<string, unknown>)
      left = cutAfter
      const { messages, runId, threadId } = await chatParamsFromRequest(asking)
      const stream = tanStackChat({
        adapter: model(() => counted.turns++),
        messages,
        runId,
        threadId,
        tools: [weather],
      })
      answered = toServerSentEventsResponse(stream, { durability })
    } else answered = resumeServerSentEventsResponse(durability)
    response.writeHead(answered.status, Object.fromEntries(answered.headers))
    for await (const piece of answered.body!) {
      if (left-- <= 0) return void response.destroy()
      await new Promise((written) => response.write(piece, written))
    }
    response.end()
  }
  const server = await serve({ http: (_asked, response, request) => void respond(request, response) })
  return { ...server, bodies, counted, verbs: () => server.asked.map(({ method }) => method) }
}

test('a server made with TanStack AI gets the same request as from its own client, and gives the same answer', async () => {
  const server = await tanStack()
  const body = { provider: 'one' }
  const asked = async (connection: ConnectionAdapter) => {
    const client = clientOf(connection, { forwardedProps: { tone: 'dry' } })
    await client.sendMessage('Weather?')
    await client.sendMessage({ content: [{ type: 'text', content: 'And there?' }] } as never)
    return shown(client.getMessages())
  }
  const theirs = await asked(fetchServerSentEvents(`${server.origin}/api/chat`, { body }))
  const ours = await asked(connect(sse(`${server.origin}/api/chat`), { body }))
  expect(ours).toEqual(theirs)
  expect(server.verbs()).toEqual(['POST', 'POST', 'POST', 'POST'])
  const wire = (one: object): unknown =>
    JSON.parse(JSON.stringify(one).replace(/"(runId|id|createdAt)":"[^"]*"/g, '"$1":"…"'))
  expect(server.bodies.slice(2).map(wire)).toEqual(server.bodies.slice(0, 2).map(wire))
})

test.each([2, 5, 6, 7, 8, 9, 10, 14, 20])(
  'a server made with TanStack AI goes on with an answer that was cut after event %i',
  async (cutAfter) => {
    const uncut = clientOf(connect(sse((await tanStack()).origin)))
    await uncut.sendMessage('Weather?')
    const server = await tanStack(cutAfter)
    const client = clientOf(connect(sse(`${server.origin}/api/chat`)))
    await client.sendMessage('Weather?')
    expect(shown(client.getMessages())).toEqual(shown(uncut.getMessages()))
    expect(textOf(client.getMessages())).toBe(ANSWER.join(''))
    expect(server.verbs()).toEqual(['POST', 'GET'])
    expect(server.counted.turns).toBe(2)
  },
)
