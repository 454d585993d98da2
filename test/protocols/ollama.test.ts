import { type ChatRequest, type ChatResponse, Ollama } from 'ollama'
import { expect, test } from 'vitest'
import { textOf } from '../../src/chat/index.ts'
import { ollama } from '../../src/chat/protocols/ollama.ts'
import { ndjson } from '../../src/frames/ndjson.ts'
import { serve } from '../contract/server.ts'
import { asked, expectSameHoweverCut, image, readText, user, withTools } from './wire.ts'

/** On the wire a date is a text, and the counts stand in the last line only. */
type Line = Omit<Partial<ChatResponse>, 'created_at'> & { readonly created_at?: string }

const line = (message: Partial<ChatResponse['message']>, more: Line = {}): Line => ({
  model: 'qwen3',
  created_at: '2025-01-01T00:00:00Z',
  message: { role: 'assistant', content: '', ...message },
  done: false,
  ...more,
})
const last = line({}, { done: true, done_reason: 'stop', prompt_eval_count: 3, eval_count: 9, total_duration: 1 })
const linesOf = (lines: readonly object[], newline = '\n'): string =>
  lines.map((one) => JSON.stringify(one)).join(newline) + newline

const whole = [
  line({ thinking: 'First ' }),
  line({ thinking: 'look.' }),
  line({ content: 'Grüße, ' }),
  line({ content: '世界 👋🏽\n' }),
  line({ tool_calls: [{ function: { name: 'weather', arguments: { city: 'Zürich "x"' } } }] }),
  line({ tool_calls: [{ function: { name: 'weather', arguments: {} } }] }),
  last,
]
const expected = {
  parts: [
    { type: 'reasoning', text: 'First look.', state: 'done' },
    { type: 'text', text: 'Grüße, 世界 👋🏽\n', state: 'done' },
    { type: 'tool-weather', state: 'input-available', input: { city: 'Zürich "x"' } },
    { type: 'tool-weather', state: 'input-available', input: {} },
  ],
  usage: { inputTokens: 3, outputTokens: 9 },
}

test.each([
  ['as it is', linesOf(whole)],
  ['with CRLF', linesOf(whole, '\r\n')],
  ['with empty lines', linesOf(whole, '\n\n \n')],
  ['with a last line that is not closed', linesOf(whole).trimEnd()],
])('%s, it is read the same wherever the bytes are cut', (_manner, body) => {
  const read = expectSameHoweverCut(ollama(), body)
  expect(read).toMatchObject(expected)
  const ids = read.parts.flatMap((part) => ('toolCallId' in part ? [part.toolCallId] : []))
  expect(new Set(ids).size).toBe(2)
})

test('the vendor’s own client reads the same', async () => {
  const { origin } = await serve({
    http: (_, to) => to.writeHead(200, { 'content-type': 'application/x-ndjson' }).end(linesOf(whole)),
  })
  const said = { content: '', thinking: '', calls: [] as unknown[] }
  for await (const { message } of await new Ollama({ host: origin }).chat({ model: 'qwen3', stream: true })) {
    said.content += message.content
    said.thinking += message.thinking ?? ''
    for (const { function: called } of message.tool_calls ?? [])
      said.calls.push({ type: `tool-${called.name}`, input: called.arguments })
  }
  const { message } = readText(ollama(), linesOf(whole))
  expect(textOf(message)).toBe(said.content)
  expect(message.parts[0]).toMatchObject({ text: said.thinking })
  expect(message.parts.slice(2)).toMatchObject(said.calls)
})

test.each([
  ['stop', 'stop'],
  ['length', 'length'],
  ['unload', 'other'],
  [undefined, 'stop'],
])('%s is %s', (raw, reason) => {
  const end = { ...line({}), done: true, ...(raw !== undefined && { done_reason: raw }) }
  const { operations } = readText(ollama(), linesOf([line({ content: 'a' }), end]))
  expect(operations.find(({ type }) => type === 'finish')).toEqual({ type: 'finish', reason, raw })
  expect(operations.at(-1)).toEqual({ type: 'done' })
})

test('calls are why an answer ends; an error and what is not understood are told', () => {
  expect(readText(ollama(), linesOf(whole)).operations).toContainEqual({
    type: 'finish',
    reason: 'tool-calls',
    raw: 'stop',
  })
  const { operations } = readText(
    ollama(),
    linesOf([line({ content: 'a' }), { status: 'pulling' }, { error: 'out of memory' }]),
  )
  expect(operations.slice(1)).toMatchObject([
    { type: 'unknown', value: { status: 'pulling' } },
    { type: 'error', message: 'out of memory' },
  ])
})

test('a line that does not end is given up at its bound', () => {
  const lines: string[] = []
  const to = {
    frame: ({ data }: { data: string }) => void lines.push(data),
    checkpoint() {},
    retryAfter() {},
    alive() {},
  }
  const feed = ndjson.reader(to, 10, new Headers())
  expect(feed('{"a":1}\n{"b"')).toBe(true)
  expect(feed(':2}')).toBe(true)
  expect(feed('      ')).toBe(false)
  expect(lines).toEqual(['{"a":1}'])
})

test.each(['application/x-ndjson', 'application/x-ndjson; charset=utf-8', 'application/jsonl'])(
  '%s is read',
  (type) => {
    expect(ndjson.types.test(type)).toBe(true)
  },
)

test('pictures and what tools found go back, and calls that nobody answered do not', () => {
  expect(ollama({ model: 'qwen3', body: { think: true } }).request(asked(...withTools, user('See', image)))).toEqual({
    model: 'qwen3',
    stream: true,
    think: true,
    messages: [
      { role: 'system', content: 'Be brief.' },
      { role: 'user', content: 'Weather?' },
      {
        role: 'assistant',
        content: 'I look.',
        tool_calls: [
          { function: { name: 'weather', arguments: { city: 'Zürich' } } },
          { function: { name: 'clock', arguments: {} } },
        ],
      },
      { role: 'tool', tool_name: 'weather', content: '{"c":7}' },
      { role: 'tool', tool_name: 'clock', content: 'No clock' },
      { role: 'assistant', content: 'It is 7 °C.' },
      { role: 'user', content: 'Thanks' },
      { role: 'user', content: 'See', images: ['iVBORw=='] },
    ],
  } satisfies ChatRequest)
})
