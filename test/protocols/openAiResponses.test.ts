import OpenAI from 'openai'
import { expect, test } from 'vitest'
import { createChat, storageStore, textOf } from '../../src/chat/index.ts'
import { openAiResponses } from '../../src/chat/protocols/openAiResponses.ts'
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

type Event = OpenAI.Responses.ResponseStreamEvent
type Response = OpenAI.Responses.Response
type Item = OpenAI.Responses.ResponseOutputItem
/** Of each event by itself, not of all of them at once. */
type Plain<E> = E extends unknown ? Omit<E, 'sequence_number'> : never

const response = (more: Partial<Response> = {}): Response => ({
  id: 'resp_1',
  object: 'response',
  created_at: 1,
  status: 'in_progress',
  error: null,
  incomplete_details: null,
  instructions: null,
  metadata: null,
  model: 'gpt-5',
  output: [],
  output_text: '',
  parallel_tool_calls: true,
  temperature: null,
  tool_choice: 'auto',
  tools: [],
  top_p: null,
  ...more,
})
const usage: OpenAI.Responses.ResponseUsage = {
  input_tokens: 5,
  input_tokens_details: { cached_tokens: 0, cache_write_tokens: 0 },
  output_tokens: 11,
  output_tokens_details: { reasoning_tokens: 3 },
  total_tokens: 16,
}
const numbered = (events: readonly Plain<Event>[]) =>
  events.map((event, sequence_number) => ({ ...event, sequence_number }) as Event)

const text = (delta: string) =>
  ({
    type: 'response.output_text.delta',
    item_id: 'msg_1',
    output_index: 1,
    content_index: 0,
    delta,
    logprobs: [],
  }) satisfies Plain<Event>
const added = (output_index: number, item: Item) =>
  ({ type: 'response.output_item.added', output_index, item }) satisfies Plain<Event>
const done = (output_index: number, item: Item) =>
  ({ type: 'response.output_item.done', output_index, item }) satisfies Plain<Event>
const at = { item_id: 'msg_1', output_index: 1, content_index: 0 }
const annotation = {
  type: 'url_citation',
  url: 'https://a.example/',
  title: 'A',
  start_index: 0,
  end_index: 2,
} as const
const ANSWER = 'Grüße, 世界 👋🏽'
const part = (words: string) =>
  ({ type: 'output_text', text: words, annotations: [], logprobs: [] }) satisfies OpenAI.Responses.ResponseOutputText
const message = (words: string, status: 'in_progress' | 'completed'): Item => ({
  id: 'msg_1',
  type: 'message',
  role: 'assistant',
  status,
  content: words ? [{ ...part(words), annotations: [annotation] }] : [],
})
const call = (args: string): Item => ({
  type: 'function_call',
  id: 'fc_1',
  call_id: 'c0',
  name: 'weather',
  arguments: args,
  status: args ? 'completed' : 'in_progress',
})
const ARGS = '{"city":"Z\\u00fcrich \\"x\\""}'
const search = (status: 'in_progress' | 'completed'): Item => ({
  type: 'web_search_call',
  id: 'ws_1',
  status,
  action: { type: 'search', query: 'weather' },
})

const whole = numbered([
  { type: 'response.created', response: response() },
  { type: 'response.in_progress', response: response() },
  added(0, { type: 'reasoning', id: 'rs_1', summary: [] }),
  {
    type: 'response.reasoning_summary_part.added',
    item_id: 'rs_1',
    output_index: 0,
    summary_index: 0,
    part: { type: 'summary_text', text: '' },
  },
  {
    type: 'response.reasoning_summary_text.delta',
    item_id: 'rs_1',
    output_index: 0,
    summary_index: 0,
    delta: 'First ',
  },
  { type: 'response.reasoning_summary_text.delta', item_id: 'rs_1', output_index: 0, summary_index: 0, delta: 'look.' },
  {
    type: 'response.reasoning_summary_text.done',
    item_id: 'rs_1',
    output_index: 0,
    summary_index: 0,
    text: 'First look.',
  },
  done(0, { type: 'reasoning', id: 'rs_1', summary: [{ type: 'summary_text', text: 'First look.' }] }),
  added(1, message('', 'in_progress')),
  { type: 'response.content_part.added', ...at, part: part('') },
  text('Grü'),
  text('ße, 世'),
  { type: 'response.output_text.annotation.added', ...at, annotation_index: 0, annotation },
  text('界 👋🏽'),
  { type: 'response.output_text.done', ...at, text: ANSWER, logprobs: [] },
  { type: 'response.content_part.done', ...at, part: part(ANSWER) },
  done(1, message(ANSWER, 'completed')),
  added(2, search('in_progress')),
  { type: 'response.web_search_call.in_progress', item_id: 'ws_1', output_index: 2 },
  { type: 'response.web_search_call.searching', item_id: 'ws_1', output_index: 2 },
  { type: 'response.web_search_call.completed', item_id: 'ws_1', output_index: 2 },
  done(2, search('completed')),
  added(3, call('')),
  ...[ARGS.slice(0, 12), ARGS.slice(12, 21), ARGS.slice(21)].map(
    (delta) => ({ type: 'response.function_call_arguments.delta', item_id: 'fc_1', output_index: 3, delta }) as const,
  ),
  { type: 'response.function_call_arguments.done', item_id: 'fc_1', output_index: 3, name: 'weather', arguments: ARGS },
  done(3, call(ARGS)),
  {
    type: 'response.completed',
    response: response({ status: 'completed', usage, output: [message(ANSWER, 'completed'), call(ARGS)] }),
  },
])
const expected = {
  parts: [
    { type: 'reasoning', text: 'First look.', state: 'done' },
    { type: 'text', text: ANSWER, state: 'done' },
    { type: 'source-url', sourceId: annotation.url, url: annotation.url, title: 'A' },
    {
      type: 'tool-web_search',
      toolCallId: 'ws_1',
      providerExecuted: true,
      state: 'output-available',
      input: { query: 'weather' },
    },
    { type: 'tool-weather', toolCallId: 'c0', state: 'input-available', input: { city: 'Zürich "x"' } },
  ],
  usage: { inputTokens: 5, outputTokens: 11, totalTokens: 16, reasoningTokens: 3 },
  metadata: { responseId: 'resp_1' },
}

test.each(mannersOf(whole, true))('%s, it is read the same wherever the bytes are cut', (_manner, body, step) => {
  const read = expectSameHoweverCut(openAiResponses(), body, step)
  expect(read).toMatchObject(expected)
  expect(read.unknown).toBeUndefined()
  expect(readText(openAiResponses(), body).operations).toContainEqual({
    type: 'finish',
    reason: 'tool-calls',
    raw: 'completed',
  })
})

test('the vendor’s own client builds the same message', async () => {
  const { origin } = await serve({
    http: (_, to) => to.writeHead(200, { 'content-type': 'text/event-stream' }).end(eventsOf(whole, { named: true })),
  })
  const client = new OpenAI({ apiKey: 'none', baseURL: origin })
  const final = await client.responses.stream({ model: 'gpt-5', input: 'hi' }).finalResponse()
  const { message: ours } = readText(openAiResponses(), eventsOf(whole, { named: true }))
  expect(final.output).toMatchObject([{ content: [{ text: textOf(ours) }] }, { arguments: ARGS }])
  expect(ours.usage?.totalTokens).toBe(final.usage?.total_tokens)
  expect(ours.metadata).toEqual({ responseId: final.id })
})

const read = (...events: (object | string)[]) => readText(openAiResponses(), eventsOf(events))
const last = (...events: (object | string)[]) => read(...events).operations.at(-1)

test.each([
  ['completed', { type: 'response.completed', response: response() }, { reason: 'stop', raw: 'completed' }],
  [
    'out of tokens',
    { type: 'response.incomplete', response: response({ incomplete_details: { reason: 'max_output_tokens' } }) },
    { reason: 'length', raw: 'max_output_tokens' },
  ],
  [
    'filtered',
    { type: 'response.incomplete', response: response({ incomplete_details: { reason: 'content_filter' } }) },
    { reason: 'content-filter', raw: 'content_filter' },
  ],
  ['incomplete for no reason', { type: 'response.incomplete', response: response() }, { reason: 'other' }],
])('an answer that is %s is told as such', (_what, event, end) => {
  expect(read(text('a'), event).operations.slice(-2)).toMatchObject([{ type: 'finish', ...end }, { type: 'done' }])
})

test('a failure, in each of its shapes, is an error with the vendor’s words', () => {
  const error = { code: 'rate_limit_exceeded', message: 'Slow down' } as const
  const told = { type: 'error', message: 'Slow down', code: 'rate_limit_exceeded' }
  expect(last({ type: 'error', ...error, param: null, sequence_number: 3 })).toMatchObject(told)
  expect(last({ type: 'error', error })).toMatchObject(told)
  expect(last({ type: 'response.failed', response: response({ status: 'failed', error }) })).toMatchObject(told)
})

test('a response that was cancelled was stopped', () => {
  expect(last(text('a'), { type: 'response.cancelled', response: response({ status: 'cancelled' }) })).toEqual({
    type: 'stopped',
  })
})

test('keep-alives and [DONE] say nothing, and an event that nobody knows is kept', () => {
  const strange = { type: 'response.hologram.delta', sequence_number: 4 }
  const { operations } = read({ type: 'keepalive', sequence_number: 1 }, text('a'), strange, '[DONE]')
  expect(operations.slice(1)).toEqual([{ type: 'unknown', value: strange }])
  expect(operations).toHaveLength(2)
})

test('refusals, files that are cited, other reasoning and custom tools are read', () => {
  const own = { type: 'custom_tool_call', id: 'ct', call_id: 'c9', name: 'shell', input: '' } as const
  const { message: ours } = read(
    { type: 'response.reasoning_text.delta', item_id: 'r', output_index: 0, content_index: 0, delta: 'Hm.' },
    { type: 'response.reasoning_text.done', item_id: 'r', output_index: 0, content_index: 0, text: 'Hm.' },
    { type: 'response.refusal.delta', ...at, delta: 'I cannot.' },
    {
      type: 'response.output_text.annotation.added',
      ...at,
      annotation: { type: 'file_citation', file_id: 'f1', filename: 'a.txt', index: 0 },
    },
    { type: 'response.refusal.done', ...at, refusal: 'I cannot.' },
    added(2, own),
    { type: 'response.custom_tool_call_input.delta', item_id: 'ct', output_index: 2, delta: 'ls ' },
    { type: 'response.custom_tool_call_input.delta', item_id: 'ct', output_index: 2, delta: '"a' },
    { type: 'response.custom_tool_call_input.done', item_id: 'ct', output_index: 2, input: 'ls "a b"' },
    done(2, { ...own, input: 'ls "a b"' }),
    done(3, { type: 'image_generation_call', id: 'ig', status: 'completed', result: 'iVBORw==' }),
    done(4, { type: 'mcp_call', id: 'm', name: 'find', server_label: 's', arguments: '{}', output: 'found' }),
    done(5, { type: 'mcp_call', id: 'n', name: 'find', server_label: 's', arguments: '{}', error: 'gone' }),
  )
  expect(ours.parts).toMatchObject([
    { type: 'reasoning', text: 'Hm.' },
    { type: 'text', text: 'I cannot.', refusal: true },
    { type: 'source-document', sourceId: 'f1', title: 'a.txt' },
    { type: 'tool-shell', toolCallId: 'c9', state: 'input-available', input: 'ls "a b"' },
    { type: 'file', mediaType: 'image/png', url: 'data:image/png;base64,iVBORw==' },
    { type: 'tool-find', state: 'output-available', output: 'found', providerExecuted: true },
    { type: 'tool-find', state: 'output-error', errorText: 'gone', providerExecuted: true },
  ])
})

test('a call whose input was cut off by the limit is no call with half an input', () => {
  const { message: ours } = read(
    added(0, call('')),
    { type: 'response.function_call_arguments.delta', item_id: 'fc_1', output_index: 0, delta: '{"city":"Z' },
    { type: 'response.function_call_arguments.done', item_id: 'fc_1', output_index: 0, arguments: '{"city":"Z' },
    { type: 'response.incomplete', response: response({ incomplete_details: { reason: 'max_output_tokens' } }) },
  )
  expect(ours.parts).toMatchObject([{ type: 'tool-weather', state: 'output-error', input: '{"city":"Z' }])
})

test('a response in the background is gone on with, after cuts at every event, with one POST', async () => {
  const events = numbered([
    { type: 'response.queued', response: response({ background: true, status: 'queued' }) },
    { type: 'response.created', response: response({ background: true }) },
    ...Array.from(ANSWER, text),
    { type: 'response.completed', response: response({ status: 'completed', background: true, usage }) },
  ])
  const { origin, asked: seen } = await serve({
    http({ method, query }, to) {
      const from = method === 'POST' ? 0 : Number(query.get('starting_after')) + 1
      to.writeHead(200, { 'content-type': 'text/event-stream' })
      // One event of overlap: what was read is not read twice.
      const next = events.slice(Math.max(from - 1, 0), from + 2)
      to.write(eventsOf(next, { named: true }), () => (next.at(-1) === events.at(-1) ? to.end() : to.destroy()))
    },
  })
  const chat = createChat({
    transports: sse(`${origin}/v1/responses`),
    protocol: openAiResponses({ background: true }),
    backoff: { firstMs: 1, maxMs: 5 },
  })
  await chat.sendMessage({ text: 'hi' })
  const ours = chat.get().messages.at(-1)!
  expect(ours.end).toEqual({ state: 'complete', reason: 'stop', raw: 'completed' })
  expect(textOf(ours)).toBe(ANSWER)
  expect(seen.filter(({ method }) => method === 'POST')).toHaveLength(1)
  const gets = seen.filter(({ method }) => method === 'GET')
  expect(gets.length).toBeGreaterThan(3)
  expect(gets.every(({ path, query }) => path === '/v1/responses/resp_1' && query.get('stream') === 'true')).toBe(true)
})

test('a response in the background is whole after a reload of the page', async () => {
  const events = numbered([
    { type: 'response.created', response: response({ background: true }) },
    ...Array.from(ANSWER, text),
    { type: 'response.completed', response: response({ status: 'completed', background: true, usage }) },
  ])
  const { origin } = await serve({
    http({ method, query }, to) {
      to.writeHead(200, { 'content-type': 'text/event-stream' })
      // The first page has half of it.
      if (method === 'POST') to.write(eventsOf(events.slice(0, 8), { named: true }))
      else to.end(eventsOf(events.slice(Number(query.get('starting_after') ?? -1) + 1), { named: true }))
    },
  })
  const kept = new Map<string, string>()
  const storage = {
    getItem: (key: string) => kept.get(key) ?? null,
    setItem: (key: string, value: string) => void kept.set(key, value),
  }
  const page = () =>
    createChat({
      id: 'a',
      transports: sse(origin),
      protocol: openAiResponses({ background: true }),
      persist: storageStore(storage),
    })
  const first = page()
  void first.sendMessage({ text: 'hi' })
  await expect.poll(() => [...kept.values()].join(''), { timeout: 5_000 }).toContain(ANSWER.slice(0, 7))
  first.dispose()
  const second = page()
  await expect.poll(() => second.get().messages.at(-1)?.end?.state, { timeout: 5_000 }).toBe('complete')
  expect(textOf(second.get().messages.at(-1)!)).toBe(ANSWER)
})

test('files and what tools found go back, and calls that nobody answered do not', () => {
  expect(
    openAiResponses({ model: 'gpt-5', background: true }).request(asked(...withTools, user('See', image, pdf))),
  ).toEqual({
    model: 'gpt-5',
    stream: true,
    background: true,
    store: true,
    input: [
      { role: 'system', content: [{ type: 'input_text', text: 'Be brief.' }] },
      { role: 'user', content: [{ type: 'input_text', text: 'Weather?' }] },
      { role: 'assistant', content: 'I look.' },
      { type: 'function_call', call_id: 'c0', name: 'weather', arguments: '{"city":"Zürich"}' },
      { type: 'function_call', call_id: 'c1', name: 'clock', arguments: '{}' },
      { type: 'function_call_output', call_id: 'c0', output: '{"c":7}' },
      { type: 'function_call_output', call_id: 'c1', output: 'No clock' },
      { role: 'assistant', content: 'It is 7 °C.' },
      { role: 'user', content: [{ type: 'input_text', text: 'Thanks' }] },
      {
        role: 'user',
        content: [
          { type: 'input_text', text: 'See' },
          { type: 'input_image', image_url: image.url, detail: 'auto' },
          { type: 'input_file', filename: 'a.pdf', file_data: pdf.url },
        ],
      },
    ],
  } satisfies OpenAI.Responses.ResponseCreateParamsStreaming)
})

test('only what is new is sent to a server that keeps its responses', () => {
  const known = (id: string, ...parts: Parameters<typeof answer>) => ({
    ...answer(...parts),
    metadata: { responseId: id },
  })
  const output = { state: 'output-available', input: {}, output: '7' } as const
  const calling = known('resp_1', { type: 'tool-weather', toolCallId: 'c0', ...output })
  const protocol = openAiResponses({ send: 'last' })
  expect(protocol.request(asked(user('Old'), calling))).toEqual({
    stream: true,
    previous_response_id: 'resp_1',
    input: [{ type: 'function_call_output', call_id: 'c0', output: '7' }],
  })
  // An answer that broke off is no ground to stand on: the one before it is.
  const cut = { ...known('resp_2', { type: 'text', text: 'Hal' }), end: { state: 'truncated' } as const }
  expect(protocol.request(asked(user('Old'), known('resp_0'), user('Then'), cut, user('Now')))).toMatchObject({
    previous_response_id: 'resp_0',
    input: [{ role: 'user' }, { role: 'assistant', content: 'Hal' }, { role: 'user' }],
  })
  expect(protocol.request(asked(user('First')))).toEqual({
    stream: true,
    input: [{ role: 'user', content: [{ type: 'input_text', text: 'First' }] }],
  })
})

test('a response in the background that is stopped is cancelled at the server, by its own name', async () => {
  const events = numbered([{ type: 'response.created', response: response({ background: true }) }, text('Half')])
  const { origin, asked: seen } = await serve({
    http({ path }, to) {
      if (path.endsWith('/cancel')) to.writeHead(200, { 'content-type': 'application/json' }).end('{"id":"resp_1"}')
      else to.writeHead(200, { 'content-type': 'text/event-stream' }).write(eventsOf(events, { named: true }))
    },
  })
  const chat = createChat({
    transports: sse(`${origin}/v1/responses`),
    protocol: openAiResponses({ background: true }),
    headers: { authorization: 'Bearer key' },
  })
  const done = chat.sendMessage({ text: 'hi' })
  await expect.poll(() => chat.get().messages.map(textOf), { timeout: 5_000 }).toEqual(['hi', 'Half'])
  await chat.stop()
  await done
  expect(chat.get().messages.at(-1)?.end).toEqual({ state: 'stopped' })
  expect(seen.map(({ method, path, query }) => [method, path, `${query}`])).toEqual([
    ['POST', '/v1/responses', expect.any(String)],
    ['POST', '/v1/responses/resp_1/cancel', ''],
  ])
  expect(seen[1]?.headers.authorization).toBe('Bearer key')
})
