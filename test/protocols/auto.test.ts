import { expect, test } from 'vitest'
import { type ChatOptions, createChat, textOf } from '../../src/chat/index.ts'
import { auto } from '../../src/chat/protocols/auto.ts'
import { openAi } from '../../src/chat/protocols/openAi.ts'
import { uiMessage } from '../../src/chat/protocols/uiMessage.ts'
import { sse } from '../../src/index.ts'
import { serve } from '../contract/server.ts'
import { asked, eventsOf, user } from './wire.ts'

const ANSWER = 'Grüße, 世界 👋🏽'
const linesOf = (values: readonly object[]): string => values.map((value) => `${JSON.stringify(value)}\n`).join('')
const named = (events: readonly (readonly [string, unknown])[]): string =>
  events.map(([event, data]) => `event: ${event}\ndata: ${JSON.stringify(data)}\n\n`).join('')
const byType = (events: readonly { readonly type: string }[]): string =>
  named(events.map((event) => [event.type, event]))
const run = { threadId: 't', runId: 'r' }

interface Case {
  readonly type?: string
  readonly headers?: Record<string, string>
  /** The answer, and the mark that it is whole. */
  readonly body: string
  readonly mark: string
}

const cases: Readonly<Record<string, Case>> = {
  'OpenAI’s Chat Completions': {
    body: eventsOf([{ choices: [] }, { choices: [{ index: 0, delta: { content: ANSWER } }] }]),
    mark: eventsOf([{ choices: [{ index: 0, delta: {}, finish_reason: 'stop' }] }, '[DONE]']),
  },
  'OpenAI’s Responses': {
    body: byType([
      { type: 'keepalive' },
      { type: 'response.output_text.delta', item_id: 'm', content_index: 0, delta: ANSWER } as { type: string },
    ]),
    mark: byType([{ type: 'response.completed', response: { status: 'completed' } } as { type: string }]),
  },
  Anthropic: {
    body: byType([
      { type: 'message_start', message: { id: 'm' } } as { type: string },
      { type: 'content_block_delta', index: 0, delta: { type: 'text_delta', text: ANSWER } } as { type: string },
    ]),
    mark: byType([
      { type: 'message_delta', delta: { stop_reason: 'end_turn' } } as { type: string },
      { type: 'message_stop' },
    ]),
  },
  Gemini: {
    body: eventsOf([{ candidates: [{ content: { parts: [{ text: ANSWER }] } }] }]),
    mark: eventsOf([{ candidates: [{ finishReason: 'STOP' }] }]),
  },
  Ollama: {
    type: 'application/x-ndjson',
    body: linesOf([{ message: { role: 'assistant', content: ANSWER }, done: false }]),
    mark: linesOf([{ message: { content: '' }, done: true, done_reason: 'stop' }]).trim(),
  },
  'the AI SDK, by its header': {
    headers: { 'x-vercel-ai-ui-message-stream': 'v1' },
    body: eventsOf([{ type: 'text-delta', id: '0', delta: ANSWER }]),
    mark: eventsOf([{ type: 'finish', finishReason: 'stop' }, '[DONE]']),
  },
  'the AI SDK, by its first chunk': {
    body: eventsOf([{ type: 'start' }, { type: 'text-delta', id: '0', delta: ANSWER }]),
    mark: eventsOf([{ type: 'finish', finishReason: 'stop' }, '[DONE]']),
  },
  'AG-UI': {
    body: eventsOf([
      { type: 'RUN_STARTED', ...run },
      { type: 'TEXT_MESSAGE_CHUNK', messageId: 'm', delta: ANSWER },
    ]),
    mark: eventsOf([{ type: 'RUN_FINISHED', ...run }]),
  },
  'events of bare text': { body: eventsOf(Array.from(ANSWER)), mark: eventsOf(['[DONE]']) },
}

const endless: Readonly<Record<string, Case>> = {
  LangGraph: {
    body: named([
      ['metadata', { run_id: 'r' }],
      ['messages', [{ type: 'AIMessageChunk', id: 'a', content: ANSWER }, {}]],
    ]),
    mark: '',
  },
  'plain text': { type: 'text/plain; charset=utf-8', body: ANSWER, mark: '' },
}

async function ask(
  { type = 'text/event-stream', headers }: Partial<Case>,
  body: string,
  options: Partial<ChatOptions> = {},
) {
  const server = await serve({
    http: (_asked, response) => response.writeHead(200, { 'content-type': type, ...headers }).end(body),
  })
  const chat = createChat({
    transports: sse(server.origin),
    protocol: auto(),
    backoff: { firstMs: 1, maxMs: 1 },
    ...options,
  })
  await chat.sendMessage({ text: 'Hello?' })
  return { server, chat, answer: chat.get().messages.at(-1)! }
}

test.each(Object.entries({ ...cases, ...endless }))('%s is known, and read to its end', async (_name, from) => {
  const { answer, server } = await ask(from, from.body + from.mark)
  expect(textOf(answer)).toBe(ANSWER)
  expect(answer.end).toMatchObject({ state: 'complete', reason: 'stop' })
  expect(server.asked).toHaveLength(1)
  expect(server.asked[0]!.headers.accept).toBe('text/event-stream, application/x-ndjson, text/plain')
})

test.each(Object.entries(cases))('%s without the mark of its end is truncated', async (_name, from) => {
  const { answer } = await ask(from, from.body)
  expect(textOf(answer)).toBe(ANSWER)
  expect(answer.end).toMatchObject({ state: 'truncated' })
})

test.each([
  ['OpenAI', { error: { message: 'Overloaded' } }],
  ['OpenAI’s Responses', { type: 'error', message: 'Overloaded', code: 'x', sequence_number: 1 }],
  ['Anthropic', { type: 'error', error: { type: 'overloaded_error', message: 'Overloaded' } }],
  ['the AI SDK', { type: 'error', errorText: 'Overloaded' }],
  ['AG-UI', { type: 'RUN_ERROR', message: 'Overloaded' }],
])('an error as the first word, as of %s, is an error', async (_name, error) => {
  const { answer } = await ask({}, eventsOf([error]))
  expect(answer.end).toMatchObject({ state: 'error', error: { message: 'Overloaded' } })
})

test('what says nothing decides nothing', async () => {
  const { answer } = await ask(
    {},
    `data: \n\n${eventsOf([{ hologram: 1 }])}${cases['AG-UI']!.body}${cases['AG-UI']!.mark}`,
  )
  expect(textOf(answer)).toBe(ANSWER)
  expect(answer.unknown).toMatchObject([{ data: '{"hologram":1}' }])
})

test('an answer of nothing is not whole', async () => {
  const { answer } = await ask({}, eventsOf(['[DONE]']), { resume: 'off' })
  expect(answer.end).toMatchObject({ state: 'error' })
})

test('each answer of a chat is looked at anew', async () => {
  const bodies = [cases['Ollama']!, endless['plain text']!, cases['Gemini']!]
  const server = await serve({
    http(_asked, response) {
      const { type = 'text/event-stream', body, mark } = bodies.shift()!
      response.writeHead(200, { 'content-type': type }).end(body + mark)
    },
  })
  const chat = createChat({ transports: sse(server.origin), protocol: auto() })
  for (let nth = 0; nth < 3; nth++) {
    await chat.sendMessage({ text: 'Hello?' })
    expect(chat.get().messages.at(-1)).toMatchObject({ end: { state: 'complete' } })
    expect(textOf(chat.get().messages.at(-1)!)).toBe(ANSWER)
  }
})

test('a body of a kind that nobody reads is an error', async () => {
  const { answer } = await ask({ type: 'text/html' }, '<p>')
  expect(answer.end).toMatchObject({ state: 'error', error: { code: 'content-type' } })
})

test('the request is OpenAI’s, or another’s where that is asked for, with its way to resume', () => {
  const context = asked(user('Hello?'))
  expect(auto().request(context)).toEqual(openAi().request(context))
  expect(auto().resume).toBeUndefined()
  const other = auto({ request: uiMessage() })
  expect(other.request(context)).toEqual(uiMessage().request(context))
  expect(other.resume?.(context)).toEqual(uiMessage().resume?.(context))
})
