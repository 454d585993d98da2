import { expect, test } from 'vitest'
import { type ChatMessage, openAi, plain } from '../../src/chat/index.js'
import { createDraft } from '../../src/chat/draft.js'

const frame = (data: unknown, event = 'message') => ({
  event,
  data: typeof data === 'string' ? data : JSON.stringify(data),
  id: undefined,
})
const read = (...frames: unknown[]) => {
  const reader = openAi().reader()
  return frames.flatMap((data) => reader(frame(data)))
}
const user = (text: string): ChatMessage => ({ id: text, role: 'user', parts: [{ type: 'text', text }] })
const context = { chatId: 'c', runId: 'r', trigger: 'send' } as const

test('the request holds the whole conversation, or only the newest message for servers that remember', () => {
  const messages = [user('one'), user('two')]
  expect(openAi({ model: 'm', body: { seed: 1 } }).request({ ...context, messages })).toEqual({
    model: 'm',
    messages: [
      { role: 'user', content: 'one' },
      { role: 'user', content: 'two' },
    ],
    stream: true,
    stream_options: { include_usage: true },
    seed: 1,
  })
  expect(openAi({ send: 'last' }).request({ ...context, messages })).toMatchObject({
    messages: [{ role: 'user', content: 'two' }],
  })
})

test('images travel as image_url parts', () => {
  const image = { type: 'file', mediaType: 'image/png', url: 'data:image/png;base64,AA==' } as const
  const messages = [{ ...user('see'), parts: [...user('see').parts, image] }]
  expect(openAi().request({ ...context, messages })).toMatchObject({
    messages: [
      {
        content: [
          { type: 'text', text: 'see' },
          { type: 'image_url', image_url: { url: image.url } },
        ],
      },
    ],
  })
})

test('both names of reasoning are read, and so is a refusal', () => {
  expect(
    read(
      { choices: [{ delta: { reasoning_content: 'a' } }] },
      { choices: [{ delta: { reasoning: 'b' } }] },
      { choices: [{ delta: { refusal: 'no' } }] },
    ),
  ).toEqual([
    { type: 'reasoning', delta: 'a' },
    { type: 'reasoning', delta: 'b' },
    { type: 'refusal', delta: 'no' },
  ])
})

test.each([
  ['Azure’s first chunk without a choice', { choices: [], prompt_filter_results: [] }],
  ['a delta of nothing', { choices: [{ delta: null }] }],
  ['JSON that is no object', 'null'],
  ['a keep-alive without content', ' '],
])('%s is passed over', (_what, data) => {
  expect(read(data)).toEqual([])
})

test.each([
  [{ error: { message: 'm', code: 'c' } }, { type: 'error', message: 'm', code: 'c' }],
  [{ error: { message: 'm', type: 't', code: 429 } }, { type: 'error', message: 'm', code: 't' }],
  [{ error: 'plain words' }, { type: 'error', message: 'plain words' }],
])('an error in the stream: %o', (data, operation) => {
  expect(read(data)[0]).toMatchObject(operation)
})

test('an error event of a gateway is an error, whatever its shape', () => {
  expect(openAi().reader()(frame({ message: 'm', code: 'c' }, 'error'))).toMatchObject([
    { type: 'error', message: 'm' },
  ])
})

test('tool calls are put together from fragments by their index', () => {
  const draft = createDraft({ id: 'a' })
  const call = (index: number, fields: object) => ({ choices: [{ delta: { tool_calls: [{ index, ...fields }] } }] })
  const operations = read(
    call(0, { id: 'c0', function: { name: 'weather', arguments: '' } }),
    call(1, { id: 'c1', function: { name: 'time', arguments: '' } }),
    call(0, { function: { arguments: '{"city":"Zü' } }),
    call(0, { function: { arguments: 'rich"}' } }),
  )
  operations.forEach(draft.apply)
  expect(draft.show().parts).toMatchObject([{ type: 'tool-weather', state: 'input-streaming' }, { type: 'tool-time' }])
  read({ choices: [{ delta: {}, finish_reason: 'tool_calls' }] }).forEach(draft.apply)
  expect(draft.show().parts).toEqual([
    { type: 'tool-weather', toolCallId: 'c0', state: 'input-available', input: { city: 'Zürich' } },
    { type: 'tool-time', toolCallId: 'c1', state: 'input-available', input: {} },
  ])
})

test('a tool call whose input is no JSON is an error that keeps the text', () => {
  const draft = createDraft({ id: 'a' })
  draft.apply({ type: 'tool-input', key: '0', id: 'c', name: 'weather', delta: '{"city":' })
  draft.close()
  expect(draft.show().parts).toMatchObject([{ state: 'output-error', input: '{"city":' }])
})

test('a whole part takes the place of the one with its type and id', () => {
  const draft = createDraft({ id: 'a' })
  for (const data of [1, 2]) draft.apply({ type: 'part', part: { type: 'data-progress', id: 'p', data } })
  draft.apply({ type: 'part', part: { type: 'data-progress', data: 3 } })
  expect(draft.show().parts).toEqual([
    { type: 'data-progress', id: 'p', data: 2 },
    { type: 'data-progress', data: 3 },
  ])
})

test('appending to an answer of a million characters costs no more than to an empty one', () => {
  const draft = createDraft({ id: 'a' })
  for (let i = 0; i < 200_000; i++) draft.apply({ type: 'text', delta: '12345' })
  expect(draft.size).toBe(1_000_000)
  expect(draft.show().parts).toHaveLength(1)
})

test('the plain envelope knows text, reasoning and errors, and passes over the rest', () => {
  const reader = plain().reader()
  expect(['message', 'reasoning', 'error', 'other'].flatMap((event) => reader(frame('x', event)))).toEqual([
    { type: 'text', delta: 'x' },
    { type: 'reasoning', delta: 'x' },
    { type: 'error', message: 'x' },
  ])
})
