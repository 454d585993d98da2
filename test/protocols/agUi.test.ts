import type { IncomingMessage, ServerResponse } from 'node:http'
import { EventType } from '@ag-ui/core'
import { EventSchema, RunAgentInputSchema } from '@ag-ui/core/schemas'
import {
  type AnyTextAdapter,
  chat as tanStackChat,
  chatParamsFromRequest,
  memoryStream,
  resumeServerSentEventsResponse,
  toolDefinition,
  toServerSentEventsResponse,
} from '@tanstack/ai'
import { expect, test } from 'vitest'
import { z } from 'zod'
import { type ChatMessage, createChat, textOf } from '../../src/chat/index.ts'
import { agUi } from '../../src/chat/protocols/agUi.ts'
import { sse } from '../../src/index.ts'
import { serve } from '../contract/server.ts'
import {
  answer,
  asked,
  eventsOf,
  expectSameHoweverCut,
  image,
  mannersOf,
  pdf,
  readText,
  user,
  withTools,
} from './wire.ts'

/** Of each event by itself, and with its type as the text that it is on the wire. */
type Wire = { readonly type: `${EventType}` } & Record<string, unknown>
const run = { threadId: 't', runId: 'r' }
const ANSWER = 'Grüße, 世界 👋🏽'
const text = (delta: string): Wire => ({ type: 'TEXT_MESSAGE_CONTENT', messageId: 'm', delta })

const events: readonly Wire[] = [
  { type: 'RUN_STARTED', ...run },
  { type: 'STEP_STARTED', stepName: 'plan' },
  { type: 'REASONING_START', messageId: 'm' },
  { type: 'REASONING_MESSAGE_START', messageId: 'm', role: 'reasoning' },
  { type: 'REASONING_MESSAGE_CONTENT', messageId: 'm', delta: 'Hm, ' },
  { type: 'REASONING_MESSAGE_CHUNK', messageId: 'm', delta: 'well.' },
  { type: 'REASONING_MESSAGE_END', messageId: 'm' },
  { type: 'REASONING_END', messageId: 'm' },
  { type: 'REASONING_ENCRYPTED_VALUE', subtype: 'message', entityId: 'm', encryptedValue: 'xyz' },
  { type: 'STEP_FINISHED', stepName: 'plan' },
  { type: 'TOOL_CALL_START', toolCallId: 'c1', toolCallName: 'weather' },
  { type: 'TOOL_CALL_ARGS', toolCallId: 'c1', delta: '{"city":"Z\\u00' },
  { type: 'TOOL_CALL_CHUNK', toolCallId: 'c2', toolCallName: 'clock', delta: '{"zone"' },
  { type: 'TOOL_CALL_ARGS', toolCallId: 'c1', delta: 'fcrich"}' },
  { type: 'TOOL_CALL_END', toolCallId: 'c1' },
  { type: 'TOOL_CALL_RESULT', toolCallId: 'c1', messageId: 'x', content: '{"degrees":21}' },
  { type: 'TOOL_CALL_CHUNK', toolCallId: 'c2', delta: ':"utc"}' },
  { type: 'TOOL_CALL_RESULT', toolCallId: 'c2', messageId: 'y', content: 'noon' },
  { type: 'STATE_SNAPSHOT', snapshot: { steps: [{ name: 'a/b', done: false }], 'c~d': 1 } },
  {
    type: 'STATE_DELTA',
    delta: [
      { op: 'replace', path: '/steps/0/done', value: true },
      { op: 'add', path: '/steps/-', value: { name: 'e' } },
      { op: 'add', path: '/steps/0', value: { name: 'first' } },
      { op: 'remove', path: '/c~0d' },
      { op: 'copy', from: '/steps/0/name', path: '/top' },
      { op: 'move', from: '/top', path: '/head~1line' },
      { op: 'test', path: '/steps/0/name', value: 'first' },
    ],
  },
  { type: 'ACTIVITY_SNAPSHOT', messageId: 'act', activityType: 'search', content: { found: 1 } },
  { type: 'ACTIVITY_SNAPSHOT', messageId: 'act', activityType: 'search', content: { found: 0 }, replace: false },
  {
    type: 'ACTIVITY_DELTA',
    messageId: 'act',
    activityType: 'search',
    patch: [{ op: 'replace', path: '/found', value: 2 }],
  },
  { type: 'CUSTOM', name: 'mood', value: { good: true } },
  { type: 'RAW', event: { anything: 1 }, source: 'model' },
  { type: 'TEXT_MESSAGE_START', messageId: 'm', role: 'assistant' },
  ...Array.from(ANSWER).map(text),
  { type: 'TEXT_MESSAGE_END', messageId: 'm' },
  { type: 'TEXT_MESSAGE_CHUNK', messageId: 'n', role: 'assistant', delta: 'And ' },
  { type: 'TEXT_MESSAGE_CHUNK', delta: 'more.' },
  {
    type: 'RUN_FINISHED',
    ...run,
    outcome: { type: 'success' },
    usage: [{ inputTokens: 3 }, { inputTokens: 2, outputTokens: 5 }],
  },
]
const body = eventsOf(events)

test('these are events as AG-UI has them', () => {
  for (const event of events) expect(EventSchema.parse(event)).toMatchObject(event)
})

test('text, reasoning, tools, state, activities and custom events become parts', () => {
  const { message, operations } = readText(agUi(), body)
  expect(message.parts).toEqual([
    { type: 'reasoning', text: 'Hm, well.', state: 'done' },
    {
      type: 'tool-weather',
      toolCallId: 'c1',
      state: 'output-available',
      input: { city: 'Zürich' },
      output: { degrees: 21 },
    },
    { type: 'tool-clock', toolCallId: 'c2', state: 'output-available', input: { zone: 'utc' }, output: 'noon' },
    {
      type: 'data-state',
      id: 'state',
      data: { steps: [{ name: 'first' }, { name: 'a/b', done: true }, { name: 'e' }], 'head/line': 'first' },
    },
    { type: 'data-search', id: 'act', data: { found: 2 } },
    { type: 'data-mood', data: { good: true } },
    { type: 'text', text: ANSWER, state: 'done' },
    { type: 'text', text: 'And more.', state: 'done' },
  ])
  expect(message.usage).toEqual({ inputTokens: 5, outputTokens: 5 })
  expect(message.unknown).toMatchObject([{ type: 'REASONING_ENCRYPTED_VALUE' }, { type: 'RAW' }])
  expect(operations.at(-1)).toEqual({ type: 'finish', reason: 'stop', raw: 'success' })
})

test('a stream is read the same however it is cut', () => {
  expectSameHoweverCut(agUi(), eventsOf(events.slice(8)))
})

test.each(mannersOf(events))('a stream is read the same %s', (_manner, wire) => {
  expect(readText(agUi(), wire).message).toEqual(readText(agUi(), body).message)
})

test('a patch that does not fit, and an event that nobody knows, are kept and harm nothing', () => {
  const odd = [
    { type: 'STATE_DELTA', delta: [{ op: 'add', path: '/a/b', value: 1 }] },
    { type: 'HOLOGRAM', messageId: 'm' },
  ]
  const { message } = readText(agUi(), eventsOf([text('a'), ...odd, text('b')]))
  expect(textOf(message)).toBe('ab')
  expect(message.unknown).toEqual(odd)
})

test('no patch reaches beyond the state', () => {
  const reach = ['/__proto__/polluted', '/constructor/prototype/polluted'].map((path) => ({
    op: 'add',
    path,
    value: 1,
  }))
  const { message } = readText(agUi(), eventsOf([{ type: 'STATE_DELTA', delta: reach.slice(0, 1) }]))
  expect({}).not.toHaveProperty('polluted')
  expect(message.parts).toHaveLength(1)
  readText(agUi(), eventsOf([{ type: 'STATE_DELTA', delta: reach }]))
  expect({}).not.toHaveProperty('polluted')
})

test('what somebody else is said to have written is no part of the answer', () => {
  const { message } = readText(
    agUi(),
    eventsOf([
      { type: 'TEXT_MESSAGE_START', messageId: 'u', role: 'user' },
      { type: 'TEXT_MESSAGE_CONTENT', messageId: 'u', delta: 'the question' },
      text('the answer'),
    ]),
  )
  expect(textOf(message)).toBe('the answer')
})

test('an agent that waits for the user says for what', () => {
  const wait = (interrupts: object[]) =>
    eventsOf([
      { type: 'TOOL_CALL_START', toolCallId: 'c', toolCallName: 'remove' },
      { type: 'TOOL_CALL_END', toolCallId: 'c' },
      { type: 'RUN_FINISHED', ...run, outcome: { type: 'interrupt', interrupts } },
    ])
  const { message, operations } = readText(
    agUi(),
    wait([
      { id: 'i1', reason: 'tool_call', toolCallId: 'c' },
      { id: 'i2', reason: 'input_required', message: 'Which one?' },
    ]),
  )
  expect(message.parts).toEqual([
    { type: 'tool-remove', toolCallId: 'c', state: 'approval-requested', input: {}, approval: { id: 'i1' } },
    { type: 'data-interrupt', id: 'i2', data: { id: 'i2', reason: 'input_required', message: 'Which one?' } },
  ])
  expect(operations.at(-1)).toEqual({ type: 'finish', reason: 'tool-calls', raw: 'interrupt' })
})

test('the request is what AG-UI agents take, tools and attachments included', async () => {
  const messages: ChatMessage[] = [
    user('See', image, pdf, { type: 'file', mediaType: 'audio/wav', url: 'https://a.example/a.wav' }),
    ...withTools,
  ]
  const request = agUi({ body: { state: { a: 1 } } }).request(asked(...messages))
  const sent = JSON.parse(JSON.stringify(request)) as unknown
  expect(RunAgentInputSchema.parse(sent)).toEqual(sent)
  expect(sent).toMatchObject({ threadId: 'chat', runId: 'run', state: { a: 1 } })
  expect((sent as { messages: object[] }).messages).toMatchObject([
    {
      role: 'user',
      content: [
        { type: 'text', text: 'See' },
        { type: 'image', source: { type: 'data', mimeType: 'image/png', value: 'iVBORw==' } },
        { type: 'document', source: { type: 'data', mimeType: 'application/pdf' } },
        { type: 'audio', source: { type: 'url', value: 'https://a.example/a.wav' } },
      ],
    },
    { role: 'system', content: 'Be brief.' },
    { role: 'user', content: 'Weather?' },
    { role: 'assistant', content: 'I look.', toolCalls: [{ id: 'c0' }, { id: 'c1' }] },
    { role: 'tool', toolCallId: 'c0', content: '{"c":7}' },
    { role: 'tool', toolCallId: 'c1', content: 'No clock', error: 'No clock' },
    { role: 'assistant', content: 'It is 7 °C.' },
    { role: 'user', content: 'Thanks' },
  ])
  await expect(
    chatParamsFromRequest(new Request('http://a/', { method: 'POST', body: JSON.stringify(sent) })),
  ).resolves.toBeTruthy()
})

test('what the user has said to a call goes back as the answer to the interrupt', () => {
  const said = answer({
    type: 'tool-remove',
    toolCallId: 'c',
    state: 'approval-responded',
    input: {},
    approval: { id: 'i1', approved: false, reason: 'No' },
  })
  const request = agUi().request({ ...asked(user('q'), said), trigger: 'continue' })
  expect(request).toMatchObject({
    resume: [{ interruptId: 'i1', status: 'resolved', payload: { approved: false, reason: 'No' } }],
  })
  expect(RunAgentInputSchema.safeParse(request).success).toBe(true)
})

async function ask(http: (request: IncomingMessage, response: ServerResponse) => void) {
  const server = await serve({ http: (_asked, response, request) => http(request, response) })
  const chat = createChat({
    transports: sse(`${server.origin}/agent`),
    protocol: agUi(),
    backoff: { firstMs: 1, maxMs: 1 },
  })
  await chat.sendMessage({ text: 'Weather?' })
  return { server, answer: chat.get().messages.at(-1)! }
}

const half = [{ type: 'RUN_STARTED', ...run }, text('Half')]
test.each([
  ['a run that finishes is complete', [{ type: 'RUN_FINISHED', ...run }], { state: 'complete', reason: 'stop' }],
  ['a stream that just stops is truncated', [], { state: 'truncated' }],
  [
    'an error of the run is an error',
    [{ type: 'RUN_ERROR', message: 'Overloaded', code: 'busy' }],
    { state: 'error', error: { message: 'Overloaded', code: 'busy' } },
  ],
  [
    'a run that was cancelled is a stop',
    [{ type: 'RUN_FINISHED', ...run, outcome: { type: 'cancelled' } }],
    { state: 'stopped' },
  ],
  [
    'a turn that ends in the middle of a run is not its end',
    [{ type: 'RUN_FINISHED', ...run, metadata: { tanstack: { finishReason: 'tool_calls' } } }],
    { state: 'truncated' },
  ],
])('%s, and the text is kept', async (_what, last, end) => {
  const { answer: message, server } = await ask((_request, response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' }).end(eventsOf([...half, ...last]))
  })
  expect(message.end).toMatchObject(end)
  expect(textOf(message)).toBe('Half')
  expect(server.asked).toHaveLength(1)
})

/** A model that calls the weather, and then says it. */
function model(onTurn: () => void): AnyTextAdapter {
  let turn = 0
  return {
    kind: 'text',
    name: 'model',
    model: 'model',
    async *chatStream() {
      onTurn()
      yield { type: EventType.RUN_STARTED, ...run }
      if (turn++ === 0) {
        yield { type: EventType.TOOL_CALL_START, toolCallId: 'c1', toolCallName: 'weather', toolName: 'weather' }
        yield { type: EventType.TOOL_CALL_ARGS, toolCallId: 'c1', delta: '{"city":"Zü' }
        yield { type: EventType.TOOL_CALL_ARGS, toolCallId: 'c1', delta: 'rich"}' }
        yield { type: EventType.TOOL_CALL_END, toolCallId: 'c1' }
        yield { type: EventType.RUN_FINISHED, ...run, finishReason: 'tool_calls' }
        return
      }
      yield { type: EventType.TEXT_MESSAGE_START, messageId: 'm', role: 'assistant' }
      for (const delta of ANSWER) yield { type: EventType.TEXT_MESSAGE_CONTENT, messageId: 'm', delta }
      yield { type: EventType.TEXT_MESSAGE_END, messageId: 'm' }
      yield { type: EventType.RUN_FINISHED, ...run, finishReason: 'stop' }
    },
  } as unknown as AnyTextAdapter
}

const weather = toolDefinition({
  name: 'weather',
  description: 'Tells the weather',
  inputSchema: z.object({ city: z.string() }),
}).server(async () => ({ degrees: 21 }))

test.each([2, 5, 9, 10, 14, 20])(
  'TanStack AI goes on with an answer that was cut after event %i, in all its turns',
  async (cutAfter) => {
    let posts = 0
    let turns = 0
    const { answer: message, server } = await ask((request, response) => {
      void respond(request, response)
    })
    async function respond(request: IncomingMessage, response: ServerResponse): Promise<void> {
      const pieces: Buffer[] = []
      for await (const piece of request) pieces.push(piece as Buffer)
      const { method = '', headers, url = '' } = request
      const asking = new Request(`http://localhost${url}`, {
        method,
        headers: headers as Record<string, string>,
        ...(method === 'POST' && { body: Buffer.concat(pieces) }),
      })
      let left = Infinity
      let answered: Response
      const durability = { adapter: memoryStream(asking.clone() as Request), batch: 1 }
      if (method === 'POST') {
        posts++
        left = cutAfter
        const { messages, runId, threadId } = await chatParamsFromRequest(asking)
        const stream = tanStackChat({ adapter: model(() => turns++), messages, runId, threadId, tools: [weather] })
        answered = toServerSentEventsResponse(stream, { durability })
      } else answered = resumeServerSentEventsResponse(durability)
      response.writeHead(answered.status, Object.fromEntries(answered.headers))
      for await (const piece of answered.body!) {
        if (left-- <= 0) return void response.destroy()
        await new Promise((written) => response.write(piece, written))
      }
      response.end()
    }
    expect(message.end).toEqual({ state: 'complete', reason: 'stop', raw: 'stop' })
    expect(message.parts).toMatchObject([
      { type: 'tool-weather', state: 'output-available', input: { city: 'Zürich' }, output: { degrees: 21 } },
      { type: 'step-start' },
      { type: 'text', text: ANSWER },
    ])
    expect({ posts, turns }).toEqual({ posts: 1, turns: 2 })
    expect(server.asked.map(({ method }) => method)).toEqual(['POST', 'GET'])
  },
)
