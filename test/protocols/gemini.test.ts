import {
  BlockedReason,
  FinishReason,
  type GenerateContentParameters,
  GoogleGenAI,
  type GenerateContentResponse,
} from '@google/genai'
import { expect, test } from 'vitest'
import { textOf } from '../../src/chat/index.ts'
import { gemini } from '../../src/chat/protocols/gemini.ts'
import { serve } from '../contract/server.ts'
import { asked, eventsOf, expectSameHoweverCut, image, mannersOf, readText, user, withTools } from './wire.ts'

/** What the vendor’s classes hold, as it stands on the wire. */
type Chunk = Pick<GenerateContentResponse, 'candidates' | 'promptFeedback' | 'usageMetadata' | 'responseId'>
type Candidate = NonNullable<Chunk['candidates']>[number]
type Part = NonNullable<NonNullable<Candidate['content']>['parts']>[number]

const chunk = (parts: readonly Part[], more: Candidate = {}, candidatesTokenCount = 1) =>
  ({
    responseId: 'r1',
    candidates: [{ index: 0, content: { role: 'model', parts: [...parts] }, ...more }],
    usageMetadata: {
      promptTokenCount: 3,
      candidatesTokenCount,
      thoughtsTokenCount: 4,
      totalTokenCount: 7 + candidatesTokenCount,
    },
  }) satisfies Chunk

const whole: Chunk[] = [
  chunk([{ text: 'First ', thought: true }]),
  chunk([{ text: 'look.', thought: true }]),
  chunk([{ text: 'Grüße, ' }]),
  chunk([{ text: '世界 ' }, { text: '👋🏽' }], {}, 5),
  chunk([{ functionCall: { id: 'c0', name: 'weather', args: { city: 'Zürich "x"' } }, thoughtSignature: 'Cq==' }]),
  chunk([{ functionCall: { name: 'clock', args: {} } }]),
  chunk(
    [{ text: '' }],
    {
      finishReason: FinishReason.STOP,
      groundingMetadata: { groundingChunks: [{ web: { uri: 'https://a.example/', title: 'A' } }] },
    },
    9,
  ),
]
const expected = {
  parts: [
    { type: 'reasoning', text: 'First look.', state: 'done' },
    { type: 'text', text: 'Grüße, 世界 👋🏽', state: 'done' },
    { type: 'tool-weather', toolCallId: 'c0', state: 'input-available', input: { city: 'Zürich "x"' } },
    { type: 'tool-clock', state: 'input-available', input: {} },
    { type: 'source-url', sourceId: 'https://a.example/', url: 'https://a.example/', title: 'A' },
  ],
  usage: { inputTokens: 3, outputTokens: 13, reasoningTokens: 4, totalTokens: 16 },
  metadata: { r1: { signatures: ['Cq==', null] } },
}

test.each(mannersOf(whole))('%s, it is read the same wherever the bytes are cut', (_manner, body, step) => {
  const read = expectSameHoweverCut(gemini(), body, step)
  expect(read).toMatchObject(expected)
  expect(read.unknown).toBeUndefined()
  expect(readText(gemini(), body).operations).toContainEqual({ type: 'finish', reason: 'tool-calls', raw: 'STOP' })
})

test('the vendor’s own client reads the same', async () => {
  const body = eventsOf(whole, { newline: '\r\n' })
  const { origin, asked: seen } = await serve({
    http: (_, to) => to.writeHead(200, { 'content-type': 'text/event-stream' }).end(body),
  })
  const client = new GoogleGenAI({ apiKey: 'none', httpOptions: { baseUrl: origin } })
  const parts: Part[] = []
  for await (const one of await client.models.generateContentStream({ model: 'gemini-2.5-flash', contents: 'hi' }))
    parts.push(...(one.candidates?.[0]?.content?.parts ?? []))
  expect(seen[0]?.path).toContain(':streamGenerateContent')
  const { message } = readText(gemini(), body)
  const said = (thought: boolean) =>
    parts
      .filter((part) => part.text && !!part.thought === thought)
      .map((part) => part.text)
      .join('')
  expect(textOf(message)).toBe(said(false))
  expect(message.parts[0]).toMatchObject({ type: 'reasoning', text: said(true) })
  expect(message.parts.filter((part) => 'toolCallId' in part)).toMatchObject(
    parts.flatMap(({ functionCall }) =>
      functionCall ? [{ type: `tool-${functionCall.name}`, input: functionCall.args }] : [],
    ),
  )
})

const read = (...events: (object | string)[]) => readText(gemini(), eventsOf(events))

test.each([
  [FinishReason.STOP, 'stop'],
  [FinishReason.MAX_TOKENS, 'length'],
  [FinishReason.SAFETY, 'content-filter'],
  [FinishReason.RECITATION, 'content-filter'],
  [FinishReason.PROHIBITED_CONTENT, 'content-filter'],
  [FinishReason.IMAGE_SAFETY, 'content-filter'],
  [FinishReason.MALFORMED_FUNCTION_CALL, 'error'],
  [FinishReason.OTHER, 'other'],
])('%s is %s', (raw, reason) => {
  const { operations } = read(chunk([{ text: 'a' }]), chunk([], { finishReason: raw }))
  expect(operations.at(-1)).toEqual({ type: 'finish', reason, raw })
})

test('a question that was blocked is one, with nothing said', () => {
  const blocked = { promptFeedback: { blockReason: BlockedReason.SAFETY } } satisfies Chunk
  expect(read(blocked).operations).toEqual([{ type: 'finish', reason: 'content-filter', raw: 'SAFETY' }])
})

test('an error in the stream is one with the vendor’s words', () => {
  const { operations } = read(chunk([{ text: 'a' }]), {
    error: { code: 503, message: 'The model is overloaded', status: 'UNAVAILABLE' },
  })
  expect(operations.at(-1)).toMatchObject({ type: 'error', message: 'The model is overloaded', code: 'UNAVAILABLE' })
})

test('a call whose input comes in pieces is shown as far as it has come', () => {
  const piece = (jsonPath: string, stringValue: string): Part => ({
    functionCall: { partialArgs: [{ jsonPath, stringValue, willContinue: true }], willContinue: true },
  })
  const parts: Part[] = [
    { functionCall: { name: 'book', willContinue: true } },
    piece('$.city', 'Zü'),
    piece('$.city', 'rich'),
    piece('$.guests[0].name', 'Ann'),
    piece("$.guests[1]['full name']", 'Bo'),
    piece("$['__proto__'].x", 'harmless'),
    {
      functionCall: {
        partialArgs: [
          { jsonPath: '$.nights', numberValue: 2 },
          { jsonPath: '$.late', boolValue: true },
        ],
        willContinue: true,
      },
    },
  ]
  const { message: half } = read(...parts.map((part) => chunk([part])))
  expect(half.parts).toMatchObject([
    { type: 'tool-book', state: 'input-streaming', input: { city: 'Zürich', nights: 2 } },
  ])
  const { message: full } = read(
    ...[...parts, { functionCall: {} }, { functionCall: { name: 'pay', args: { eur: 5 } } }].map((part) =>
      chunk([part]),
    ),
  )
  expect(full.parts).toMatchObject([
    {
      type: 'tool-book',
      state: 'input-available',
      input: { city: 'Zürich', guests: [{ name: 'Ann' }, { 'full name': 'Bo' }], nights: 2, late: true },
    },
    { type: 'tool-pay', state: 'input-available', input: { eur: 5 } },
  ])
  expect('x' in {}).toBe(false)
  // A name begins another call, whether or not the one before was closed.
  const { message: two } = read(...[...parts, { functionCall: { name: 'pay', args: {} } }].map((part) => chunk([part])))
  expect(two.parts).toMatchObject([{ type: 'tool-book' }, { type: 'tool-pay', state: 'input-available', input: {} }])
})

test('pictures, other candidates, and what is not understood', () => {
  const code = { executableCode: { code: '1+1' } } satisfies Part
  const { message } = read(
    chunk([{ text: 'a' }, code, { inlineData: { mimeType: 'image/png', data: 'iVBORw==' } }]),
    chunk([{ text: 'B' }], { index: 1 }),
    { hologram: {} },
    chunk([], { finishReason: FinishReason.STOP }),
  )
  expect(message.parts).toMatchObject([{ text: 'a' }, { type: 'file', mediaType: 'image/png', url: image.url }])
  expect(message.choices).toMatchObject([[{ text: 'B' }]])
  expect(message.unknown).toEqual([code, { hologram: {} }])
})

test('files, signatures and what tools found go back; an id that the server has not given does not', () => {
  const [system, question, first] = withTools
  const called = {
    ...first!,
    metadata: { r1: { signatures: ['Cq==', null] } },
    parts: [
      ...first!.parts,
      { type: 'tool-pay', toolCallId: 'answer-call-3', state: 'output-available', input: {}, output: 'ok' } as const,
    ],
  }
  const link = { type: 'file', mediaType: 'video/mp4', url: 'https://a.example/a.mp4' } as const
  expect(
    gemini({ body: { cachedContent: 'c' } }).request(asked(system!, question!, called, user('See', image, link))),
  ).toEqual({
    cachedContent: 'c',
    systemInstruction: { parts: [{ text: 'Be brief.' }] },
    contents: [
      { role: 'user', parts: [{ text: 'Weather?' }] },
      {
        role: 'model',
        parts: [
          { text: 'I look.' },
          { functionCall: { id: 'c0', name: 'weather', args: { city: 'Zürich' } }, thoughtSignature: 'Cq==' },
          { functionCall: { id: 'c1', name: 'clock', args: {} } },
        ],
      },
      {
        role: 'user',
        parts: [
          { functionResponse: { id: 'c0', name: 'weather', response: { output: '{"c":7}' } } },
          { functionResponse: { id: 'c1', name: 'clock', response: { error: 'No clock' } } },
        ],
      },
      { role: 'model', parts: [{ text: 'It is 7 °C.' }, { functionCall: { name: 'pay', args: {} } }] },
      { role: 'user', parts: [{ functionResponse: { name: 'pay', response: { output: 'ok' } } }] },
      {
        role: 'user',
        parts: [
          { text: 'See' },
          { inlineData: { mimeType: 'image/png', data: 'iVBORw==' } },
          { fileData: { mimeType: 'video/mp4', fileUri: link.url } },
        ],
      },
    ] satisfies GenerateContentParameters['contents'],
  })
})
