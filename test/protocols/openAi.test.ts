import OpenAI from 'openai'
import { describe, expect, test } from 'vitest'
import { openAi } from '../../src/chat/protocols/openAi.ts'
import { serve } from '../contract/server.ts'
import { asked, eventsOf, expectSameHoweverCut, image, mannersOf, pdf, readText, user, withTools } from './wire.ts'

type Chunk = OpenAI.ChatCompletionChunk
type Delta = Chunk['choices'][number]['delta']

const chunk = (choices: Chunk['choices'], more: Partial<Chunk> = {}) =>
  ({
    id: 'chatcmpl-1',
    object: 'chat.completion.chunk',
    created: 1,
    model: 'gpt-5',
    choices,
    ...more,
  }) satisfies Chunk
/** `delta` may hold what other servers put there. */
const says = (delta: Delta & object, finish: Chunk['choices'][number]['finish_reason'] = null, index = 0): Chunk =>
  chunk([{ index, delta, finish_reason: finish, logprobs: null }])
const counts = {
  prompt_tokens: 3,
  completion_tokens: 9,
  total_tokens: 12,
  completion_tokens_details: { reasoning_tokens: 4 },
} satisfies OpenAI.CompletionUsage

const call = (index: number, id: string | undefined, name: string | undefined, args: string): Chunk =>
  says({
    tool_calls: [
      { index, ...(id && { id, type: 'function' as const }), function: { ...(name && { name }), arguments: args } },
    ],
  })
/** Text with characters of every length, and arguments that are cut inside their escapes. */
const whole = [
  says({ role: 'assistant', content: '', refusal: null }),
  says({ content: 'Grüße, ' }),
  says({ content: '世界 ' }),
  says({ content: '👋🏽\n\n' }),
  call(0, 'c0', 'weather', ''),
  call(0, undefined, undefined, '{"city":"Z\\u00f'),
  call(1, 'c1', 'clock', ''),
  call(0, undefined, undefined, 'crich \\"'),
  call(0, undefined, undefined, 'x\\""}'),
  says({}, 'tool_calls'),
  chunk([], { usage: counts }),
  '[DONE]',
]
const expected = {
  parts: [
    { type: 'text', text: 'Grüße, 世界 👋🏽\n\n', state: 'done' },
    { type: 'tool-weather', toolCallId: 'c0', state: 'input-available', input: { city: 'Zürich "x"' } },
    { type: 'tool-clock', toolCallId: 'c1', state: 'input-available', input: {} },
  ],
  usage: { inputTokens: 3, outputTokens: 9, totalTokens: 12, reasoningTokens: 4 },
}

test.each(mannersOf(whole))('%s, it is read the same wherever the bytes are cut', (_manner, body, step) => {
  expect(expectSameHoweverCut(openAi(), body, step)).toMatchObject(expected)
})

test('the vendor’s own client builds the same message', async () => {
  const chunks = whole.filter((one) => one !== '[DONE]')
  const { origin } = await serve({
    http: (_, response) =>
      response.writeHead(200, { 'content-type': 'text/event-stream' }).end(eventsOf([...chunks, '[DONE]'])),
  })
  const client = new OpenAI({ apiKey: 'none', baseURL: origin })
  const completion = await client.chat.completions.stream({ model: 'gpt-5', messages: [] }).finalChatCompletion()
  const { message, finish_reason } = completion.choices[0]!
  const { message: ours, operations } = readText(openAi(), eventsOf(chunks))
  expect(ours.parts.filter(({ type }) => type === 'text')).toMatchObject([{ text: message.content }])
  const calls = message.tool_calls!.map((one) => {
    if (one.type !== 'function') throw new Error(one.type)
    return {
      type: `tool-${one.function.name}`,
      toolCallId: one.id,
      input: JSON.parse(one.function.arguments || '{}') as unknown,
    }
  })
  expect(ours.parts.filter(({ type }) => type !== 'text')).toMatchObject(calls)
  expect(operations.find(({ type }) => type === 'finish')).toMatchObject({ raw: finish_reason })
  expect(ours.usage).toMatchObject({
    inputTokens: completion.usage!.prompt_tokens,
    outputTokens: completion.usage!.completion_tokens,
  })
})

describe('of other servers', () => {
  const read = (...events: (object | string)[]) => readText(openAi(), eventsOf(events))
  const other = (delta: object, finish: string | null = null) => ({
    choices: [{ index: 0, delta, finish_reason: finish }],
  })

  test('Azure’s chunks without choices or without deltas are passed over', () => {
    const { operations } = read(
      { ...chunk([]), prompt_filter_results: [{ prompt_index: 0, content_filter_results: {} }] },
      { choices: [{ index: 0, finish_reason: null, content_filter_offsets: { check_offset: 1 } }] },
      other({ content: 'a' }),
      other({}, 'content_filter'),
    )
    expect(operations).toMatchObject([
      { type: 'text', delta: 'a' },
      { type: 'finish', reason: 'content-filter', raw: 'content_filter' },
    ])
  })

  test.each([
    ['DeepSeek and Qwen', { content: null, reasoning_content: 'Hm.' }],
    ['vLLM and Groq', { reasoning: 'Hm.' }],
    ['OpenRouter', { content: '', reasoning: 'Hm.', reasoning_details: [{ type: 'reasoning.text', text: 'Hm.' }] }],
    ['OpenRouter, in details alone', { reasoning_details: [{ type: 'reasoning.summary', summary: 'Hm.' }] }],
  ])('%s: thoughts are reasoning', (_server, delta) => {
    const { message } = read(other(delta), other({ content: 'Yes.', reasoning_content: null }), other({}, 'stop'))
    expect(message.parts).toMatchObject([
      { type: 'reasoning', text: 'Hm.' },
      { type: 'text', text: 'Yes.' },
    ])
  })

  test('a refusal is text that says so', () => {
    const { message } = read(says({ refusal: 'I ' }), says({ refusal: 'cannot.' }), says({}, 'stop'))
    expect(message.parts).toEqual([{ type: 'text', text: 'I cannot.', refusal: true, state: 'done' }])
  })

  test('several choices are kept apart, and the first one’s mark waits for the others', () => {
    const { message, operations } = read(
      says({ content: 'A' }, null, 0),
      says({ content: 'B' }, null, 1),
      says({ content: 'a' }, 'stop', 0),
      says({ content: 'b' }, null, 1),
      says({}, 'length', 1),
      '[DONE]',
    )
    expect(message.parts).toMatchObject([{ text: 'Aa' }])
    expect(message.choices).toMatchObject([[{ text: 'Bb' }]])
    expect(operations.filter(({ type }) => type === 'finish')).toEqual([
      { type: 'finish', reason: 'stop', raw: 'stop' },
    ])
  })

  test('annotations and citations become sources, each once, behind the text', () => {
    const url_citation = { url: 'https://a.example/', title: 'A', start_index: 0, end_index: 1 }
    const { message } = read(
      { ...other({ content: 'As ', annotations: [{ type: 'url_citation', url_citation }] }) },
      { ...other({ content: 'said.' }), citations: ['https://b.example/', 'https://a.example/'] },
      other({}, 'stop'),
    )
    expect(message.parts).toEqual([
      { type: 'text', text: 'As said.', state: 'done' },
      { type: 'source-url', sourceId: 'https://a.example/', url: 'https://a.example/', title: 'A' },
      { type: 'source-url', sourceId: 'https://b.example/', url: 'https://b.example/' },
    ])
  })

  const toolCall = (fields: object) => other({ tool_calls: [fields] })
  test.each([
    [
      'one index for several calls',
      [
        toolCall({ index: 0, id: 'c0', function: { name: 'a', arguments: '{"n":1}' } }),
        toolCall({ index: 0, id: 'c1', function: { name: 'b', arguments: '{"n":2}' } }),
      ],
    ],
    [
      'the id again in each fragment',
      [
        toolCall({ index: 0, id: 'c0', function: { name: 'a', arguments: '{"n"' } }),
        toolCall({ index: 0, id: 'c0', function: { name: null, arguments: ':1}' } }),
        toolCall({ index: 1, id: 'c1', function: { name: 'b', arguments: '{"n":2}' } }),
      ],
    ],
    [
      'another id in each fragment',
      [
        toolCall({ index: 0, id: 'c0', function: { name: 'a', arguments: '{"n"' } }),
        toolCall({ index: 0, id: 'x1', function: { arguments: ':1}' } }),
        toolCall({ index: 1, id: 'c1', function: { name: 'b', arguments: '{"n":2}' } }),
      ],
    ],
  ])('a server that gives %s', (_what, events) => {
    const { message } = read(...events, other({}, 'tool_calls'))
    expect(message.parts).toMatchObject([
      { type: 'tool-a', toolCallId: 'c0', input: { n: 1 } },
      { type: 'tool-b', toolCallId: 'c1', input: { n: 2 } },
    ])
  })

  test('the older function_call is a call too', () => {
    const { message } = read(
      other({ function_call: { name: 'a', arguments: '' } }),
      other({ function_call: { arguments: '{"n":1}' } }),
      other({}, 'function_call'),
    )
    expect(message.parts).toMatchObject([{ type: 'tool-a', state: 'input-available', input: { n: 1 } }])
  })

  test.each([
    [
      'OpenRouter’s in mid-stream',
      { ...other({ content: '' }, 'error'), error: { code: 502, message: 'Provider gone' } },
      { message: 'Provider gone', code: '502' },
    ],
    [
      'vLLM’s',
      { object: 'error', message: 'Too long', type: 'BadRequestError', code: 400 },
      { code: 'BadRequestError' },
    ],
    [
      'OpenAI’s',
      { error: { message: 'Busy', type: 'server_error', code: null, param: null } },
      { code: 'server_error' },
    ],
    ['DeepSeek’s mark of one', other({}, 'insufficient_system_resource'), { code: 'insufficient_system_resource' }],
  ])('an error: %s', (_server, event, error) => {
    const { operations } = read(other({ content: 'Half' }), event)
    expect(operations.at(-1)).toMatchObject({ type: 'error', ...error })
  })

  test('what is not understood is kept, and nothing is lost of what is', () => {
    const audio = { audio: { id: 'a', data: 'AAAA' } }
    const { message } = read(
      other({ content: 'a' }),
      other(audio),
      { type: 'something.new' },
      other({ content: 'b' }),
      other({}, 'stop'),
    )
    expect(message.parts).toMatchObject([{ text: 'ab' }])
    expect(message.unknown).toEqual([audio, { type: 'something.new' }])
  })

  test('an event of another name may say what it likes; a chunk that is no JSON is a fault', () => {
    const reader = openAi().reader()
    expect(reader({ event: 'billing', data: '<b>tokens</b>', id: undefined })).toEqual([
      { type: 'unknown', value: { event: 'billing', data: '<b>tokens</b>' } },
    ])
    expect(() => reader({ event: 'message', data: '{"choices":[', id: undefined })).toThrow('Not JSON')
  })
})

test('files and what tools found go back, and calls that nobody answered do not', () => {
  const audio = { type: 'file', mediaType: 'audio/mpeg', url: 'data:audio/mpeg;base64,AAAA' } as const
  expect(openAi({ model: 'gpt-5' }).request(asked(...withTools, user('See', image, pdf, audio)))).toEqual({
    model: 'gpt-5',
    stream: true,
    stream_options: { include_usage: true },
    messages: [
      { role: 'system', content: 'Be brief.' },
      { role: 'user', content: 'Weather?' },
      {
        role: 'assistant',
        content: 'I look.',
        tool_calls: [
          { id: 'c0', type: 'function', function: { name: 'weather', arguments: '{"city":"Zürich"}' } },
          { id: 'c1', type: 'function', function: { name: 'clock', arguments: '{}' } },
        ],
      },
      { role: 'tool', tool_call_id: 'c0', content: '{"c":7}' },
      { role: 'tool', tool_call_id: 'c1', content: 'No clock' },
      { role: 'assistant', content: 'It is 7 °C.' },
      { role: 'user', content: 'Thanks' },
      {
        role: 'user',
        content: [
          { type: 'text', text: 'See' },
          { type: 'image_url', image_url: { url: image.url } },
          { type: 'file', file: { filename: 'a.pdf', file_data: pdf.url } },
          { type: 'input_audio', input_audio: { data: 'AAAA', format: 'mp3' } },
        ],
      },
    ],
  } satisfies OpenAI.ChatCompletionCreateParamsStreaming)
})
