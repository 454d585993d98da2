import type { ServerResponse } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'
import {
  DefaultChatTransport,
  parseJsonEventStream,
  readUIMessageStream,
  simulateReadableStream,
  stepCountIs,
  streamText,
  tool,
  type UIMessage,
  type UIMessageChunk,
  uiMessageChunkSchema,
  validateUIMessages,
} from 'ai'
import { MockLanguageModelV3 } from 'ai/test'
import { expect, test } from 'vitest'
import { z } from 'zod'
import { type ChatMessage, type ChatOptions, createChat, type DataPart, textOf } from '../../src/chat/index.ts'
import { uiMessage } from '../../src/chat/protocols/uiMessage.ts'
import { sse } from '../../src/index.ts'
import { type Handlers, serve } from '../contract/server.ts'
import { answer, asked, bytesOf, eventsOf, expectSameHoweverCut, image, mannersOf, readText, user } from './wire.ts'

const ANSWER = 'Grüße, 世界 👋🏽 "zitiert" \\n'
const chunks = [
  { type: 'start', messageId: 'm1', messageMetadata: { model: { name: 'gpt' } } },
  { type: 'start-step' },
  { type: 'reasoning-start', id: '0', providerMetadata: { model: { item: 'i0' } } },
  { type: 'reasoning-delta', id: '0', delta: 'Hm, ' },
  // Text and reasoning may share an id, and be written in turns.
  { type: 'text-start', id: '0' },
  { type: 'text-delta', id: '0', delta: 'I look' },
  { type: 'reasoning-delta', id: '0', delta: 'let me see.' },
  { type: 'reasoning-end', id: '0', providerMetadata: { model: { signature: 'abc' } } },
  { type: 'text-delta', id: '0', delta: ' it up.' },
  { type: 'text-end', id: '0' },
  { type: 'tool-input-start', toolCallId: 'c1', toolName: 'weather' },
  { type: 'tool-input-delta', toolCallId: 'c1', inputTextDelta: '{"city":"Z\\u00' },
  { type: 'tool-input-start', toolCallId: 'c2', toolName: 'clock' },
  { type: 'tool-input-delta', toolCallId: 'c1', inputTextDelta: 'fcrich"}' },
  {
    type: 'tool-input-available',
    toolCallId: 'c1',
    toolName: 'weather',
    input: { city: 'Zürich' },
    providerMetadata: { model: { call: 1 } },
  },
  { type: 'tool-input-error', toolCallId: 'c2', toolName: 'clock', input: { at: 1 }, errorText: 'No such field' },
  { type: 'tool-output-available', toolCallId: 'c1', output: { degrees: 20 }, preliminary: true },
  {
    type: 'tool-output-available',
    toolCallId: 'c1',
    output: { degrees: 21 },
    providerMetadata: { model: { result: 1 } },
  },
  {
    type: 'tool-input-available',
    toolCallId: 'c3',
    toolName: 'search',
    input: { query: 'x' },
    providerExecuted: true,
  },
  { type: 'tool-output-error', toolCallId: 'c3', errorText: 'Nothing found', providerExecuted: true },
  { type: 'tool-input-available', toolCallId: 'c4', toolName: 'remove', input: {} },
  { type: 'tool-approval-request', toolCallId: 'c4', approvalId: 'a4' },
  { type: 'tool-input-available', toolCallId: 'c5', toolName: 'remove', input: {} },
  { type: 'tool-approval-request', toolCallId: 'c5', approvalId: 'a5' },
  { type: 'finish-step' },
  { type: 'start-step' },
  { type: 'data-progress', id: 'p', data: { percent: 10 } },
  { type: 'data-progress', id: 'p', data: { percent: 100 } },
  { type: 'data-note', data: 'twice' },
  { type: 'data-note', data: 'twice' },
  { type: 'data-status', data: 'busy', transient: true },
  { type: 'source-url', sourceId: 's1', url: 'https://a.example/', title: 'A' },
  { type: 'source-document', sourceId: 's2', mediaType: 'application/pdf', title: 'B', filename: 'b.pdf' },
  { type: 'file', mediaType: 'image/png', url: 'data:image/png;base64,iVBORw==' },
  { type: 'text-start', id: '0' },
  { type: 'text-delta', id: '0', delta: '> ' },
  // A source in the midst of a text does not end it.
  { type: 'source-url', sourceId: 's3', url: 'https://c.example/' },
  ...Array.from(ANSWER).map((delta) => ({ type: 'text-delta', id: '0', delta }) as const),
  { type: 'text-end', id: '0', providerMetadata: { model: { item: 'i1' } } },
  { type: 'message-metadata', messageMetadata: { model: { version: 5 }, tokens: 7 } },
  { type: 'finish-step' },
  { type: 'finish', finishReason: 'stop', messageMetadata: { tokens: 9 } },
] satisfies UIMessageChunk[]

const body = (list: readonly object[]): string => eventsOf([...list, '[DONE]'])

/** What the AI SDK itself makes of the same bytes. */
async function theirs(text: string): Promise<UIMessage> {
  const stream = parseJsonEventStream({
    stream: new Response(bytesOf(text) as BodyInit).body!,
    schema: uiMessageChunkSchema,
  }).pipeThrough(
    new TransformStream({
      transform: (chunk, controller) => controller.enqueue((chunk as { value: UIMessageChunk }).value),
    }),
  )
  let last: UIMessage | undefined
  for await (const message of readUIMessageStream({ stream: stream as ReadableStream<UIMessageChunk> })) last = message
  return last!
}

/** What both know, said in one way: what only they keep (raw input) and empty fields fall out. */
const common = ({ id, role, metadata, parts }: UIMessage | ChatMessage): unknown =>
  JSON.parse(
    JSON.stringify({
      id,
      role,
      metadata,
      parts: (parts as Record<string, unknown>[]).map((part) => {
        const { rawInput, ...rest } = part
        delete rest['title' in rest && String(rest['type']).startsWith('tool-') ? 'title' : '']
        if (rest['type'] === 'reasoning') delete rest['id']
        if (rest['preliminary'] === false) delete rest['preliminary']
        // They drop the input of a call that was wrong, and keep it as raw.
        if (rest['state'] === 'output-error') rest['input'] ??= rawInput
        return rest
      }),
    }),
  )

test('the message is the one that the AI SDK makes of the same stream', async () => {
  const { message } = readText(uiMessage(), body(chunks))
  expect(common(message)).toEqual(common(await theirs(body(chunks))))
})

test('a stream is read the same however it is cut', () => {
  const message = expectSameHoweverCut(uiMessage(), body(chunks.slice(0, 20)))
  expect(message.parts.map(({ type }) => type)).toContain('tool-weather')
})

test.each(mannersOf([...chunks, '[DONE]']))('a stream is read the same %s', (_manner, text) => {
  expect(readText(uiMessage(), text).message).toEqual(readText(uiMessage(), body(chunks)).message)
})

test('a step that is tried again makes the one before void', () => {
  const { message } = readText(
    uiMessage(),
    body([
      { type: 'start-step' },
      { type: 'text-delta', id: '0', delta: 'kept' },
      { type: 'finish-step' },
      { type: 'start-step' },
      { type: 'text-delta', id: '1', delta: 'void' },
      { type: 'reset-step' },
      { type: 'text-delta', id: '1', delta: 'anew' },
      { type: 'finish' },
    ]),
  )
  expect(message.parts.map((part) => ('text' in part ? part.text : part.type))).toEqual([
    'step-start',
    'kept',
    'step-start',
    'anew',
  ])
})

test('what the user said to a call is told by the server too', () => {
  const call = (toolCallId: string) => [
    { type: 'tool-input-available', toolCallId, toolName: 'remove', input: {} },
    { type: 'tool-approval-request', toolCallId, approvalId: `a${toolCallId}` },
  ]
  const { message } = readText(
    uiMessage(),
    body([
      ...call('1'),
      ...call('2'),
      { type: 'tool-approval-response', toolCallId: '1', approvalId: 'a1', approved: true, reason: 'Go' },
      { type: 'tool-output-denied', toolCallId: '2' },
    ]),
  )
  expect(message.parts).toMatchObject([
    { state: 'approval-responded', approval: { id: 'a1', approved: true, reason: 'Go' } },
    { state: 'output-denied', approval: { id: 'a2', approved: false } },
  ])
})

test('a chunk of a kind that nobody knows is kept, and harms nothing', () => {
  const { message } = readText(
    uiMessage(),
    body([
      { type: 'text-delta', id: '0', delta: 'a' },
      { type: 'hologram', id: '0' },
      { type: 'constructor' },
      { type: 'text-delta', id: '0', delta: 'b' },
      { type: 'finish' },
    ]),
  )
  expect(textOf(message)).toBe('ab')
  expect(message.unknown).toEqual([{ type: 'hologram', id: '0' }, { type: 'constructor' }])
})

async function ask(handlers: Handlers, options: Partial<ChatOptions> = {}) {
  const server = await serve(handlers)
  const data: DataPart[] = []
  const chat = createChat({
    transports: sse(`${server.origin}/api/chat`),
    protocol: uiMessage(),
    backoff: { firstMs: 1, maxMs: 1 },
    onData: (part) => data.push(part),
    ...options,
  })
  await chat.sendMessage({ text: 'Hello?' })
  return { server, chat, data, answer: chat.get().messages.at(-1)! }
}

const head = { 'content-type': 'text/event-stream', 'x-vercel-ai-ui-message-stream': 'v1' }
const says =
  (text: string): NonNullable<Handlers['http']> =>
  ({ method }, response) =>
    method === 'POST' ? response.writeHead(200, head).end(text) : response.writeHead(204).end()

test('data that is only passing by stands in no message', async () => {
  const { data, answer: message } = await ask({ http: says(body(chunks)) })
  expect(data.map(({ type }) => type)).toEqual([
    'data-progress',
    'data-progress',
    'data-note',
    'data-note',
    'data-status',
  ])
  expect(message.parts.some(({ type }) => type === 'data-status')).toBe(false)
  expect(message.end).toEqual({ state: 'complete', reason: 'stop', raw: 'stop' })
})

const half = chunks.slice(0, 6)
test.each([
  ['[DONE] without a finish is truncated', body(half), { state: 'truncated' }],
  ['a stream that just stops is truncated', eventsOf(half), { state: 'truncated' }],
  [
    'an error of the model is an error',
    body([...half, { type: 'error', errorText: 'Overloaded' }, { type: 'finish', finishReason: 'error' }]),
    { state: 'error', error: { message: 'Overloaded', code: 'model' } },
  ],
  ['an abort at the server is a stop', body([...half, { type: 'abort', reason: 'x' }]), { state: 'stopped' }],
  [
    'a finish without [DONE] is complete',
    eventsOf([...half, { type: 'finish', finishReason: 'length' }]),
    { state: 'complete', reason: 'length' },
  ],
  ['bad JSON is an error', `${eventsOf(half)}data: {"type":\n\n`, { state: 'error', error: { code: 'not-json' } }],
])('%s, and the text is kept', async (_what, text, end) => {
  const { answer: message, server } = await ask({ http: says(text) })
  expect(message.end).toMatchObject(end)
  expect(textOf(message)).toBe('I look')
  expect(server.asked.filter(({ method }) => method === 'POST')).toHaveLength(1)
})

test('an answer that was cut is told again by GET below the URL, and asked for by POST once', async () => {
  const text = body(chunks)
  const { answer: message, server } = await ask({
    http({ method }, response) {
      response.writeHead(200, head)
      if (method === 'GET') return void response.end(text)
      response.write(text.slice(0, text.length / 2))
      void sleep(20).then(() => response.destroy())
    },
  })
  expect(common(message)).toEqual(common(await theirs(text)))
  expect(server.asked.map(({ method, path }) => `${method} ${path}`)).toEqual([
    'POST /api/chat',
    expect.stringMatching(/^GET \/api\/chat\/[\d-]+\/stream$/),
  ])
})

test('a server that numbers the chunks is asked for those behind the cursor', async () => {
  const events = [...chunks, '[DONE]'].map((chunk, at) => `id: ${at + 1}\n${eventsOf([chunk])}`)
  const { answer: message, server } = await ask(
    {
      http({ method, cursor }, response) {
        response.writeHead(200, head)
        if (method === 'GET') return void response.end(events.slice(Number(cursor)).join(''))
        response.write(events.slice(0, 12).join(''))
        void sleep(20).then(() => response.destroy())
      },
    },
    { protocol: uiMessage({ resume: 'cursor' }) },
  )
  expect(common(message)).toEqual(common(await theirs(body(chunks))))
  expect(server.asked.map(({ method, path, cursor }) => [method, path, cursor])).toEqual([
    ['POST', '/api/chat', undefined],
    ['GET', '/api/chat', '12'],
  ])
})

test('the request is the one that the AI SDK makes', async () => {
  const messages = [
    user('one', image),
    answer({ type: 'text', text: 'two', state: 'done' }),
    user('three'),
  ] satisfies ChatMessage[]
  const bodies: unknown[] = []
  const transport = new DefaultChatTransport({
    api: 'http://localhost/',
    fetch: async (_url, init) => {
      bodies.push(JSON.parse(init?.body as string))
      return new Response('')
    },
  })
  for (const trigger of ['submit-message', 'regenerate-message'] as const)
    await transport.sendMessages({
      chatId: 'chat',
      messages: messages as UIMessage[],
      trigger,
      messageId: undefined,
      abortSignal: undefined,
    })
  const ours = (['send', 'regenerate'] as const).map((trigger) =>
    uiMessage().request({ ...asked(...messages), trigger }),
  )
  expect(JSON.parse(JSON.stringify(ours))).toEqual(bodies)
  expect(uiMessage({ send: 'last' }).request(asked(...messages))).toMatchObject({
    id: 'chat',
    message: { id: 'three' },
  })
})

test('an answer that is gone on with is named in the request, without what only we know of it', async () => {
  const message: ChatMessage = { ...answer({ type: 'text', text: 'a' }), end: { state: 'complete' }, usage: {} }
  expect(uiMessage().request({ ...asked(user('q'), message), trigger: 'continue' })).toEqual({
    id: 'chat',
    trigger: 'submit-message',
    messageId: 'answer',
    messages: [user('q'), answer({ type: 'text', text: 'a' })],
  })
})

test('the AI SDK accepts what it is sent back', async () => {
  const { message } = readText(uiMessage(), body(chunks))
  const { messages } = uiMessage().request(asked(user('q'), message)) as { messages: unknown[] }
  await expect(
    validateUIMessages({ messages: JSON.parse(JSON.stringify(messages)) as unknown[] }),
  ).resolves.toBeTruthy()
})

test('an answer of streamText, with reasoning, a tool and two steps, is the one that the AI SDK reads', async () => {
  const usage = {
    inputTokens: { total: 3, noCache: 3, cacheRead: undefined, cacheWrite: undefined },
    outputTokens: { total: 10, text: 10, reasoning: undefined },
  }
  const steps = [
    [
      { type: 'reasoning-start', id: 'r' },
      { type: 'reasoning-delta', id: 'r', delta: 'I need the weather.' },
      { type: 'reasoning-end', id: 'r' },
      { type: 'tool-input-start', id: 'c1', toolName: 'weather' },
      { type: 'tool-input-delta', id: 'c1', delta: '{"city":' },
      { type: 'tool-input-delta', id: 'c1', delta: '"Zürich"}' },
      { type: 'tool-input-end', id: 'c1' },
      { type: 'tool-call', toolCallId: 'c1', toolName: 'weather', input: '{"city":"Zürich"}' },
      { type: 'finish', finishReason: { unified: 'tool-calls', raw: 'tool_use' }, usage },
    ],
    [
      { type: 'source', sourceType: 'url', id: 's', url: 'https://a.example/', title: 'A' },
      { type: 'text-start', id: 't' },
      ...ANSWER.split(' ').map((delta) => ({ type: 'text-delta', id: 't', delta }) as const),
      { type: 'text-end', id: 't' },
      { type: 'finish', finishReason: { unified: 'stop', raw: 'end_turn' }, usage },
    ],
  ] as const
  let step = 0
  const model = new MockLanguageModelV3({
    doStream: async () => ({ stream: simulateReadableStream({ chunks: [...steps[step++]!] }) }),
  })
  let sent = ''
  const { answer: message } = await ask({ http: (_asked, response) => void respond(response) })
  async function respond(response: ServerResponse): Promise<void> {
    const result = streamText({
      model,
      prompt: 'Weather?',
      stopWhen: stepCountIs(3),
      tools: {
        weather: tool({
          inputSchema: z.object({ city: z.string() }),
          execute: async function* () {
            yield { degrees: 20 }
            yield { degrees: 21 }
          },
        }),
      },
    })
    sent = await result
      .toUIMessageStreamResponse({
        sendSources: true,
        generateMessageId: () => 'from-the-server',
        messageMetadata: ({ part }) => (part.type === 'finish' ? { total: part.totalUsage.totalTokens } : undefined),
      })
      .text()
    response.writeHead(200, head).end(sent)
  }
  expect(message.end).toEqual({ state: 'complete', reason: 'stop', raw: 'stop' })
  expect(textOf(message)).toBe(ANSWER.replaceAll(' ', ''))
  expect(common(message)).toEqual(common(await theirs(sent)))
  expect(message).toMatchObject({ id: 'from-the-server', metadata: { total: 26 } })
})
