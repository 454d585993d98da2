import Anthropic from '@anthropic-ai/sdk'
import { expect, test } from 'vitest'
import { textOf } from '../../src/chat/index.ts'
import { anthropic } from '../../src/chat/protocols/anthropic.ts'
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

type Event = Anthropic.RawMessageStreamEvent
type Block = Anthropic.RawContentBlockStartEvent['content_block']
type Delta = Anthropic.RawContentBlockDelta

const usage = {
  cache_creation: null,
  cache_creation_input_tokens: 2,
  cache_read_input_tokens: 10,
  inference_geo: null,
  input_tokens: 3,
  output_tokens: 1,
  output_tokens_details: null,
  server_tool_use: null,
  service_tier: 'standard',
  speed: null,
} satisfies Anthropic.Usage

const begin: Event = {
  type: 'message_start',
  message: {
    id: 'msg_1',
    type: 'message',
    role: 'assistant',
    model: 'claude-sonnet-4-5',
    content: [],
    container: null,
    stop_reason: null,
    stop_sequence: null,
    stop_details: null,
    diagnostics: null,
    usage,
  },
}
const block = (index: number, content_block: Block, ...deltas: readonly Delta[]): Event[] => [
  { type: 'content_block_start', index, content_block },
  ...deltas.map((delta): Event => ({ type: 'content_block_delta', index, delta })),
  { type: 'content_block_stop', index },
]
const end = (stop_reason: Anthropic.StopReason): Event[] => [
  {
    type: 'message_delta',
    delta: { stop_reason, stop_sequence: null, stop_details: null, container: null },
    usage: {
      cache_creation_input_tokens: null,
      cache_read_input_tokens: null,
      input_tokens: null,
      output_tokens: 21,
      output_tokens_details: { thinking_tokens: 5 },
      server_tool_use: null,
    },
  },
  { type: 'message_stop' },
]
const words = (text: string): Delta => ({ type: 'text_delta', text })
const json = (partial_json: string): Delta => ({ type: 'input_json_delta', partial_json })
const caller = { type: 'direct' } as const
const page = {
  type: 'citations_delta',
  citation: {
    type: 'web_search_result_location',
    cited_text: '…',
    encrypted_index: 'x',
    title: 'A',
    url: 'https://a.example/',
  },
} satisfies Delta
const text: Block = { type: 'text', text: '', citations: null }
const found = { type: 'web_search_result', title: 'A', url: 'https://a.example/', page_age: null } as const

const whole: Event[] = [
  begin,
  ...block(
    0,
    { type: 'thinking', thinking: '', signature: '' },
    { type: 'thinking_delta', thinking: 'First ' },
    { type: 'thinking_delta', thinking: 'look.' },
    { type: 'signature_delta', signature: 'EqQB==' },
  ),
  ...block(1, { type: 'redacted_thinking', data: 'EmwK' }),
  ...block(
    2,
    { type: 'server_tool_use', id: 'srv', name: 'web_search', input: {}, caller },
    json('{"query":'),
    json('"a"}'),
  ),
  ...block(3, {
    type: 'web_search_tool_result',
    tool_use_id: 'srv',
    caller,
    content: [{ ...found, encrypted_content: 'x' }],
  }),
  ...block(4, text, words('Grü'), page, words('ße, 世'), page, words('界 👋🏽')),
  ...block(
    5,
    { type: 'tool_use', id: 'c0', name: 'weather', input: {}, caller },
    json(''),
    json('{"city":"Z\\u00f'),
    json('crich \\"x\\""}'),
  ),
  ...block(6, { type: 'tool_use', id: 'c1', name: 'clock', input: {}, caller }, json('')),
  ...end('tool_use'),
]
const expected = {
  parts: [
    { type: 'reasoning', text: 'First look.', state: 'done' },
    { type: 'reasoning', text: '', state: 'done' },
    {
      type: 'tool-web_search',
      toolCallId: 'srv',
      providerExecuted: true,
      state: 'output-available',
      input: { query: 'a' },
      output: [found],
    },
    { type: 'text', text: 'Grüße, 世界 👋🏽', state: 'done' },
    { type: 'source-url', sourceId: 'https://a.example/', url: 'https://a.example/', title: 'A' },
    { type: 'tool-weather', toolCallId: 'c0', state: 'input-available', input: { city: 'Zürich "x"' } },
    { type: 'tool-clock', toolCallId: 'c1', state: 'input-available', input: {} },
  ],
  usage: { inputTokens: 15, outputTokens: 21, reasoningTokens: 5 },
  metadata: { msg_1: { signatures: ['EqQB==', { data: 'EmwK' }] } },
}
/** The server puts pings anywhere. */
const pinged = whole.flatMap((event) => [event, { type: 'ping' }])

test.each(mannersOf(pinged, true))('%s, it is read the same wherever the bytes are cut', (_manner, body, step) => {
  const read = expectSameHoweverCut(anthropic(), body, step)
  expect(read).toMatchObject(expected)
  expect(read.unknown).toBeUndefined()
})

test('the vendor’s own client builds the same message', async () => {
  const body = eventsOf(pinged, { named: true })
  const { origin } = await serve({
    http: (_, to) => to.writeHead(200, { 'content-type': 'text/event-stream' }).end(body),
  })
  const client = new Anthropic({ apiKey: 'none', baseURL: origin })
  const final = await client.messages.stream({ model: 'm', max_tokens: 9, messages: [] }).finalMessage()
  const { message: ours, operations } = readText(anthropic(), body)
  const theirs = final.content.flatMap((one): object[] => {
    if (one.type === 'text') return [{ type: 'text', text: one.text }]
    if (one.type === 'thinking') return [{ type: 'reasoning', text: one.thinking }]
    return one.type === 'tool_use' ? [{ type: `tool-${one.name}`, toolCallId: one.id, input: one.input }] : []
  })
  expect(
    ours.parts.filter((part) => !/source|web_search/.test(part.type) && (!('text' in part) || part.text)),
  ).toMatchObject(theirs)
  expect(operations.find(({ type }) => type === 'finish')).toMatchObject({ raw: final.stop_reason })
  expect(ours.usage?.outputTokens).toBe(final.usage.output_tokens)
})

const read = (...events: object[]) => readText(anthropic(), eventsOf(events, { named: true }))

test.each([
  ['end_turn', 'stop'],
  ['stop_sequence', 'stop'],
  ['max_tokens', 'length'],
  ['model_context_window_exceeded', 'length'],
  ['tool_use', 'tool-calls'],
  ['refusal', 'content-filter'],
  ['pause_turn', 'other'],
] as const)('%s is %s', (raw, reason) => {
  const { operations } = read(begin, ...block(0, text, words('a')), ...end(raw))
  expect(operations.slice(-2)).toEqual([{ type: 'finish', reason, raw }, { type: 'done' }])
})

test('an error in the stream is one with the vendor’s words', () => {
  const { message, operations } = read(begin, ...block(0, text, words('Half')), {
    type: 'error',
    error: { type: 'overloaded_error', message: 'Overloaded' },
  })
  expect(operations.at(-1)).toMatchObject({ type: 'error', message: 'Overloaded', code: 'overloaded_error' })
  expect(textOf(message)).toBe('Half')
})

test('blocks that are written in turns are kept apart', () => {
  const at = (index: number, delta: Delta): Event => ({ type: 'content_block_delta', index, delta })
  const start = (index: number, content_block: Block): Event => ({ type: 'content_block_start', index, content_block })
  const { message } = read(
    begin,
    start(0, text),
    start(1, { type: 'tool_use', id: 'c0', name: 'a', input: {}, caller }),
    at(0, words('one ')),
    at(1, json('{"n"')),
    at(0, words('two')),
    at(1, json(':1}')),
    { type: 'content_block_stop', index: 0 },
    { type: 'content_block_stop', index: 1 },
  )
  expect(message.parts).toMatchObject([{ type: 'tool-a', input: { n: 1 } }, { text: 'one two' }])
})

test('an input that the limit has cut off is no input', () => {
  const cut = block(0, { type: 'tool_use', id: 'c0', name: 'a', input: {}, caller }, json('{"city":"Z'))
  expect(read(begin, ...cut, ...end('max_tokens')).message.parts).toMatchObject([
    { type: 'tool-a', state: 'output-error', input: '{"city":"Z' },
  ])
})

test('a tool of the provider’s that failed, and citations of documents', () => {
  const { message } = read(
    begin,
    ...block(0, { type: 'server_tool_use', id: 'srv', name: 'web_search', input: {}, caller }),
    ...block(1, {
      type: 'web_search_tool_result',
      tool_use_id: 'srv',
      caller,
      content: { type: 'web_search_tool_result_error', error_code: 'max_uses_exceeded' },
    }),
    ...block(2, text, words('a'), {
      type: 'citations_delta',
      citation: {
        type: 'char_location',
        cited_text: 'a',
        document_index: 1,
        document_title: 'Notes',
        file_id: null,
        start_char_index: 0,
        end_char_index: 1,
      },
    }),
    ...end('end_turn'),
  )
  expect(message.parts).toMatchObject([
    { type: 'tool-web_search', state: 'output-error', errorText: 'max_uses_exceeded' },
    { type: 'text', text: 'a' },
    { type: 'source-document', sourceId: 'document-1', title: 'Notes' },
  ])
})

test('what is not understood is kept, and nothing is lost of what is', () => {
  const strange = { type: 'content_block_shimmer', index: 0 }
  const novel = { type: 'hologram', data: 1 }
  const { message } = read(
    begin,
    { type: 'content_block_start', index: 0, content_block: text },
    { type: 'content_block_delta', index: 0, delta: words('a') },
    strange,
    { type: 'content_block_delta', index: 0, delta: { type: 'glow_delta' } },
    { type: 'content_block_delta', index: 0, delta: words('b') },
    { type: 'content_block_start', index: 1, content_block: novel },
    ...end('end_turn'),
  )
  expect(textOf(message)).toBe('ab')
  expect(message.unknown).toMatchObject([strange, { delta: { type: 'glow_delta' } }, novel])
})

test('thoughts with their signatures, files and what tools found go back', () => {
  const thinking = { ...withTools[2]!, metadata: { msg_0: { signatures: ['EqQB=='] } } }
  const hidden = { ...answer({ type: 'reasoning', text: '' }), metadata: { msg_9: { signatures: [{ data: 'EmwK' }] } } }
  const page = { type: 'file', mediaType: 'image/webp', url: 'https://a.example/a.webp' } as const
  const conversation = [...withTools.slice(0, 2), thinking, hidden, user('See', image, pdf, page)]
  expect(anthropic({ model: 'm', maxTokens: 99 }).request(asked(...conversation))).toEqual({
    model: 'm',
    max_tokens: 99,
    stream: true,
    system: 'Be brief.',
    messages: [
      { role: 'user', content: [{ type: 'text', text: 'Weather?' }] },
      {
        role: 'assistant',
        content: [
          { type: 'thinking', thinking: 'Two calls.', signature: 'EqQB==' },
          { type: 'text', text: 'I look.' },
          { type: 'tool_use', id: 'c0', name: 'weather', input: { city: 'Zürich' } },
          { type: 'tool_use', id: 'c1', name: 'clock', input: {} },
        ],
      },
      {
        role: 'user',
        content: [
          { type: 'tool_result', tool_use_id: 'c0', content: '{"c":7}', is_error: false },
          { type: 'tool_result', tool_use_id: 'c1', content: 'No clock', is_error: true },
        ],
      },
      { role: 'assistant', content: [{ type: 'text', text: 'It is 7 °C.' }] },
      { role: 'assistant', content: [{ type: 'redacted_thinking', data: 'EmwK' }] },
      {
        role: 'user',
        content: [
          { type: 'text', text: 'See' },
          { type: 'image', source: { type: 'base64', media_type: 'image/png', data: 'iVBORw==' } },
          {
            type: 'document',
            title: 'a.pdf',
            source: { type: 'base64', media_type: 'application/pdf', data: 'JVBERi0=' },
          },
          { type: 'image', source: { type: 'url', url: page.url } },
        ],
      },
    ],
  } satisfies Anthropic.MessageCreateParamsStreaming)
})

test('a thought without a signature is not sent: it would be refused', () => {
  expect(anthropic().request(asked(user('a'), answer({ type: 'reasoning', text: 'Hm.' }), user('b')))).toMatchObject({
    max_tokens: 8192,
    messages: [{ role: 'user' }, { role: 'user' }],
  })
})
