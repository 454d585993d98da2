import { Client } from '@langchain/langgraph-sdk'
import { expect, test } from 'vitest'
import { type ChatMessage, createChat, type DataPart, textOf } from '../../src/chat/index.ts'
import { langGraph } from '../../src/chat/protocols/langGraph.ts'
import { sse } from '../../src/index.ts'
import { type Handlers, serve } from '../contract/server.ts'
import { answer, asked, expectSameHoweverCut, readText, user } from './wire.ts'

type Event = readonly [event: string, data: unknown, id?: string]

/** Events with names, as they go over the wire. */
const wireOf = (events: readonly Event[], between = ''): string =>
  events
    .map(
      ([event, data, id]) => `event: ${event}\n${id ? `id: ${id}\n` : ''}data: ${JSON.stringify(data)}\n\n${between}`,
    )
    .join('')

const ANSWER = 'Grüße, 世界 👋🏽'
const meta = { langgraph_node: 'agent', tags: [] }
const piece = (fields: object, id = 'ai-2'): Event => [
  'messages',
  [{ type: 'AIMessageChunk', id, content: '', ...fields }, meta],
]
const call = { name: 'weather', id: 'c1', args: { city: 'Zürich' }, type: 'tool_call' }
const outcome = { type: 'tool', id: 't1', tool_call_id: 'c1', name: 'weather', content: '21 °C', status: 'success' }
const human = { type: 'human', id: 'h2', content: 'Weather?' }
const before = [
  { type: 'human', id: 'h1', content: 'Hi' },
  { type: 'ai', id: 'ai-0', content: 'An earlier answer', tool_calls: [] },
]
const called = {
  type: 'ai',
  id: 'ai-1',
  content: 'I look.',
  tool_calls: [call],
  usage_metadata: { input_tokens: 3, output_tokens: 4, total_tokens: 7 },
}
const said = { type: 'ai', id: 'ai-2', content: ANSWER, tool_calls: [] }

const events: readonly Event[] = [
  ['metadata', { run_id: 'run-1', attempt: 1 }],
  ['values', { messages: [...before, human] }],
  piece({ additional_kwargs: { reasoning_content: 'Hm, ' } }, 'ai-1'),
  piece({ content: [{ type: 'thinking', thinking: 'well.' }] }, 'ai-1'),
  piece({ content: [{ type: 'text', text: 'I ' }] }, 'ai-1'),
  piece({ content: 'look.' }, 'ai-1'),
  piece({ tool_call_chunks: [{ index: 0, id: 'c1', name: 'weather', args: '' }] }, 'ai-1'),
  piece({ tool_call_chunks: [{ index: 0, id: null, name: null, args: '{"city":"Z\\u00' }] }, 'ai-1'),
  piece({ tool_call_chunks: [{ index: 0, args: 'fcrich"}' }] }, 'ai-1'),
  piece({ usage_metadata: { input_tokens: 3, output_tokens: 1, total_tokens: 4 } }, 'ai-1'),
  piece({ usage_metadata: { input_tokens: 0, output_tokens: 3, total_tokens: 3 } }, 'ai-1'),
  ['updates', { agent: { messages: [called] } }],
  ['values', { messages: [...before, human, called] }],
  ['custom', 'looking …'],
  ['messages', [outcome, meta]],
  ['values', { messages: [...before, human, called, outcome] }],
  ...Array.from(ANSWER).map((content) => piece({ content })),
  piece({
    usage_metadata: { input_tokens: 5, output_tokens: 6, total_tokens: 11, output_token_details: { reasoning: 2 } },
  }),
  ['values', { messages: [...before, human, called, outcome, said] }],
]
const parts: ChatMessage['parts'] = [
  { type: 'reasoning', text: 'Hm, well.', state: 'done' },
  { type: 'text', text: 'I look.', state: 'done' },
  { type: 'tool-weather', toolCallId: 'c1', state: 'output-available', input: { city: 'Zürich' }, output: '21 °C' },
  { type: 'data-custom', data: 'looking …' },
  { type: 'text', text: ANSWER, state: 'done' },
]
const protocol = langGraph({ assistant: 'agent' })
/** What is still open where a stream just ends is closed by the chat. */
const shut = ({ parts: list }: ChatMessage): unknown =>
  list.map((part) => {
    const { settled: _settled, ...rest } = part as { settled?: number }
    return 'text' in part ? { ...rest, state: 'done' } : part
  })

test('messages that stream and the state that repeats them make one answer', () => {
  const { message, operations } = readText(protocol, wireOf(events))
  expect(shut(message)).toEqual(parts)
  expect(operations.filter(({ type }) => type === 'tool')).toMatchObject([
    { change: { state: 'input-available' } },
    { change: { state: 'output-available' } },
  ])
  expect(message.usage).toEqual({ inputTokens: 8, outputTokens: 10, totalTokens: 18, reasoningTokens: 2 })
})

test('a graph that streams nothing but its state is read from there', () => {
  const { message } = readText(protocol, wireOf(events.filter(([event]) => event === 'values')))
  expect(shut(message)).toEqual(parts.filter(({ type }) => /^(text|tool)/.test(type)))
})

test('messages that come whole each time are read once', () => {
  const partial = (content: string, args: object): Event => [
    'messages/partial',
    [{ type: 'ai', id: 'ai-1', content, tool_calls: [{ ...call, args }] }],
  ]
  const { message } = readText(
    protocol,
    wireOf([
      ['messages/metadata', { 'ai-1': { metadata: meta } }],
      partial('I', {}),
      partial('I lo', { city: 'Z' }),
      partial('I look.', { city: 'Zürich' }),
      ['messages/complete', [called]],
      ['messages/complete', [outcome]],
    ]),
  )
  expect(shut(message)).toEqual([parts[1], parts[2]])
})

test('a subgraph’s messages are read like any other', () => {
  const { message } = readText(protocol, wireOf(events.map(([event, data]) => [`${event}|tools:1|agent:2`, data])))
  expect(shut(message)).toEqual(parts)
})

test('a tool that fails is an error of the call', () => {
  const failed = { ...outcome, status: 'error', content: [{ type: 'text', text: 'No such city' }] }
  const { message } = readText(protocol, wireOf([['values', { messages: [human, called, failed] }]]))
  expect(message.parts[1]).toMatchObject({ state: 'output-error', errorText: 'No such city' })
})

test('a stream is read the same however it is cut', () => {
  expectSameHoweverCut(protocol, wireOf(events.slice(2, 22), ': keep-alive\n\n').replaceAll('\n', '\r\n'))
})

test('the request asks as LangGraph’s own client does', async () => {
  const bodies: { readonly url: string; readonly body: unknown }[] = []
  const client = new Client({
    apiUrl: 'http://localhost',
    callerOptions: {
      fetch: async (url: string, init: RequestInit) => {
        bodies.push({ url: new URL(url).pathname, body: JSON.parse(init.body as string) })
        return new Response('', { headers: { 'content-type': 'text/event-stream' } })
      },
    },
  })
  const messages = [user('one'), answer({ type: 'text', text: 'two' }), user('three')]
  const request = protocol.request(asked(...messages)) as { input: { messages: object[] } }
  const stream = client.runs.stream('T', 'agent', {
    input: request.input,
    streamMode: ['messages-tuple', 'values', 'custom'],
    streamResumable: true,
    onDisconnect: 'continue',
  })
  for await (const event of stream) expect(event).toBeUndefined()
  expect(bodies).toEqual([{ url: '/threads/T/runs/stream', body: request }])
  expect(request.input.messages).toEqual([{ id: 'three', type: 'human', content: 'three' }])
  expect(
    langGraph({ assistant: 'a', send: 'all', modes: ['values'], body: { config: {} } }).request(asked(...messages)),
  ).toMatchObject({
    stream_mode: ['values'],
    config: {},
    input: { messages: [{ type: 'human' }, { type: 'ai', content: 'two' }, { type: 'human' }] },
  })
})

async function ask(http: NonNullable<Handlers['http']>) {
  const server = await serve({ http })
  const data: DataPart[] = []
  const chat = createChat({
    transports: sse(`${server.origin}/threads/T/runs/stream`),
    protocol,
    backoff: { firstMs: 1, maxMs: 1 },
    onData: (part) => data.push(part),
  })
  await chat.sendMessage({ text: 'Weather?' })
  return { server, data, answer: chat.get().messages.at(-1)! }
}
const head = { 'content-type': 'text/event-stream' }

test('state and updates are told to whoever listens', async () => {
  const { data } = await ask((_asked, response) => response.writeHead(200, head).end(wireOf(events)))
  expect([...new Set(data.map(({ type }) => type))]).toEqual(['data-values', 'data-updates', 'data-custom'])
})

test.each([
  ['the end of the response is the end', '', { state: 'complete', reason: 'stop' }],
  ['older servers say that it is the end', 'event: end\ndata: null\n\n', { state: 'complete' }],
  [
    'an error of the graph is an error',
    wireOf([['error', { error: 'ValueError', message: 'No such node' }]]),
    { state: 'error', error: { message: 'No such node', code: 'ValueError' } },
  ],
  ['bad JSON is an error', 'event: messages\ndata: [{\n\n', { state: 'error', error: { code: 'not-json' } }],
])('%s, and the text is kept', async (_what, last, end) => {
  const { answer: message } = await ask((_asked, response) =>
    response.writeHead(200, head).end(wireOf([piece({ content: 'Half' })]) + last),
  )
  expect(message.end).toMatchObject(end)
  expect(textOf(message)).toBe('Half')
})

test('an answer that was torn goes on where LangGraph’s own client would join its run', async () => {
  const numbered = events.map(([event, data], at): Event => [event, data, `17000-${at}`])
  const { answer: message, server } = await ask(({ method, cursor }, response) => {
    response.writeHead(200, head)
    const from = numbered.findIndex(([, , id]) => id === cursor) + 1
    if (method === 'GET') return void response.end(wireOf(numbered.slice(from)))
    response.write(wireOf(numbered.slice(0, 8)), () => setTimeout(() => response.destroy(), 20))
  })
  expect(message.parts).toEqual(parts)
  expect(message.end).toMatchObject({ state: 'complete' })

  const client = new Client({ apiUrl: server.origin })
  for await (const { event } of client.runs.joinStream('T', 'run-1', { lastEventId: '17000-7' }))
    expect(event).toBeTruthy()
  const [post, ours, theirs] = server.asked
  expect(post).toMatchObject({ method: 'POST', path: '/threads/T/runs/stream' })
  expect(ours).toMatchObject({ method: 'GET', path: '/threads/T/runs/run-1/stream', cursor: '17000-7' })
  expect(theirs).toMatchObject({ method: 'GET', path: ours!.path, cursor: ours!.cursor })
})

test('a run that is stopped is cancelled at the server, by its own name', async () => {
  const { origin, asked: seen } = await serve({
    http({ path }, to) {
      if (path.endsWith('/cancel')) to.writeHead(202).end()
      else to.writeHead(200, head).write(wireOf([['metadata', { run_id: 'R' }], ...events.slice(1, 3)]))
    },
  })
  const chat = createChat({ transports: sse(`${origin}/threads/T/runs/stream`), protocol })
  const done = chat.sendMessage({ text: 'Weather?' })
  await expect.poll(() => chat.get().messages.length, { timeout: 5_000 }).toBe(2)
  await chat.stop()
  await done
  expect(seen.map(({ method, path }) => [method, path])).toEqual([
    ['POST', '/threads/T/runs/stream'],
    ['POST', '/threads/T/runs/R/cancel'],
  ])
})
