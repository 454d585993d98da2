// How each protocol's answers end, told by a chat that talks to a real server.
import { describe, expect, test } from 'vitest'
import { type ChatMessage, type ChatProtocol, createChat, textOf } from '../../src/chat/index.ts'
import { anthropic } from '../../src/chat/protocols/anthropic.ts'
import { gemini } from '../../src/chat/protocols/gemini.ts'
import { ollama } from '../../src/chat/protocols/ollama.ts'
import { openAi } from '../../src/chat/protocols/openAi.ts'
import { openAiResponses } from '../../src/chat/protocols/openAiResponses.ts'
import { text } from '../../src/chat/protocols/text.ts'
import { sse } from '../../src/index.ts'
import { serve } from '../contract/server.ts'
import { eventsOf } from './wire.ts'

interface Vendor {
  readonly protocol: ChatProtocol
  readonly type?: string
  /** Half an answer that says "Half", and what makes it whole, or tells of an error. */
  readonly half: string
  readonly rest: string
}

/** One whose format tells the end of an answer from the end of a body. */
interface Marking extends Vendor {
  readonly limit: string
  readonly error: string
}

const named = { named: true }
const lines = (...all: object[]): string => all.map((one) => `${JSON.stringify(one)}\n`).join('')
const says = (content: string, finish_reason: string | null = null) => ({
  choices: [{ index: 0, delta: { content }, finish_reason }],
})
const block = (delta: object) => ({ type: 'content_block_delta', index: 0, delta })
const stop = (stop_reason: string) => [
  { type: 'content_block_stop', index: 0 },
  { type: 'message_delta', delta: { stop_reason }, usage: { output_tokens: 2 } },
  { type: 'message_stop' },
]
const part = (words: string, finishReason?: string) => ({
  candidates: [{ index: 0, content: { parts: [{ text: words }] }, finishReason }],
})
const delta = (words: string) => ({
  type: 'response.output_text.delta',
  output_index: 0,
  content_index: 0,
  delta: words,
})

const marking: Record<string, Marking> = {
  openai: {
    protocol: openAi(),
    half: eventsOf([says('Half')]),
    rest: eventsOf([says(' and half', 'stop'), '[DONE]']),
    limit: eventsOf([says('', 'length'), '[DONE]']),
    error: eventsOf([{ error: { message: 'Broken', code: 'oops' } }]),
  },
  'openai-responses': {
    protocol: openAiResponses(),
    half: eventsOf([delta('Half')], named),
    rest: eventsOf([delta(' and half'), { type: 'response.completed', response: {} }], named),
    limit: eventsOf(
      [{ type: 'response.incomplete', response: { incomplete_details: { reason: 'max_output_tokens' } } }],
      named,
    ),
    error: eventsOf([{ type: 'response.failed', response: { error: { message: 'Broken', code: 'oops' } } }], named),
  },
  anthropic: {
    protocol: anthropic(),
    half: eventsOf(
      [
        { type: 'content_block_start', index: 0, content_block: { type: 'text', text: '' } },
        block({ type: 'text_delta', text: 'Half' }),
      ],
      named,
    ),
    rest: eventsOf([block({ type: 'text_delta', text: ' and half' }), ...stop('end_turn')], named),
    limit: eventsOf(stop('max_tokens'), named),
    error: eventsOf([{ type: 'error', error: { type: 'oops', message: 'Broken' } }], named),
  },
  gemini: {
    protocol: gemini(),
    half: eventsOf([part('Half')], { newline: '\r\n' }),
    rest: eventsOf([part(' and half', 'STOP')], { newline: '\r\n' }),
    limit: eventsOf([part('', 'MAX_TOKENS')], { newline: '\r\n' }),
    error: eventsOf([{ error: { code: 500, status: 'oops', message: 'Broken' } }]),
  },
  ollama: {
    protocol: ollama(),
    type: 'application/x-ndjson',
    half: lines({ message: { content: 'Half' }, done: false }),
    rest: lines({ message: { content: ' and half' }, done: false }, { message: {}, done: true, done_reason: 'stop' }),
    limit: lines({ message: {}, done: true, done_reason: 'length' }),
    error: lines({ error: 'Broken' }),
  },
}
const vendors: Record<string, Vendor> = {
  ...marking,
  text: { protocol: text(), type: 'text/plain', half: 'Half', rest: ' and half' },
}

/** Asks, and returns the answer to what the server sends: each piece by itself, and how the body ends then. */
async function answered({ protocol, type = 'text/event-stream' }: Vendor, pieces: readonly string[], torn = false) {
  const { origin, asked } = await serve({
    http(_, response) {
      response.writeHead(200, { 'content-type': type })
      for (const piece of pieces) response.write(piece)
      if (torn) setImmediate(() => response.destroy())
      else response.end()
    },
  })
  const chat = createChat({ transports: sse(origin), protocol, resume: 'off' })
  await chat.sendMessage({ text: 'hi' })
  expect(asked.map(({ method }) => method)).toEqual(['POST'])
  expect(asked[0]?.query.size).toBe(0)
  const message = chat.get().messages.at(-1) as ChatMessage
  return { message, said: textOf(message), end: message.end, status: chat.get().status }
}

describe.each(Object.entries(vendors))('%s', (_name, vendor) => {
  const { half, rest } = vendor

  test('an answer with its mark is complete', async () => {
    const { said, end, status, message } = await answered(vendor, [half, rest])
    expect(said).toBe('Half and half')
    expect(end).toMatchObject({ state: 'complete', reason: 'stop' })
    expect(status).toBe('ready')
    expect(message.parts).toMatchObject([{ state: 'done' }])
  })

  test('an answer that is torn off is truncated, and keeps its text', async () => {
    const { said, end, status } = await answered(vendor, [half], true)
    expect(said).toBe('Half')
    expect(end).toMatchObject({ state: 'truncated' })
    expect(status).toBe('error')
  })

  test('an answer of another type is refused, and asked for once', async () => {
    const { end } = await answered({ ...vendor, type: 'text/html' }, ['<h1>Sign in</h1>'])
    expect(end).toMatchObject({ state: 'error', error: { code: 'content-type' } })
  })
})

describe.each(Object.entries(marking))('%s', (name, vendor) => {
  const { half, rest, limit, error } = vendor

  test('an answer that has reached its limit is complete, and says so', async () => {
    const { said, end } = await answered(vendor, [half, limit])
    expect(said).toBe('Half')
    expect(end).toMatchObject({ state: 'complete', reason: 'length' })
  })

  test('a body that just ends, without the mark, is truncated', async () => {
    const { said, end, status } = await answered(vendor, [half])
    expect(said).toBe('Half')
    expect(end).toMatchObject({ state: 'truncated' })
    expect(status).toBe('error')
  })

  test('an error in the middle is an error with the vendor’s words, and keeps the text', async () => {
    const { said, end, status } = await answered(vendor, [half, error, rest])
    expect(said).toBe('Half')
    expect(end).toMatchObject({ state: 'error', error: { message: 'Broken' } })
    // Ollama gives its errors no code.
    expect(end?.error?.code).toBe(name === 'ollama' ? 'model' : 'oops')
    expect(status).toBe('error')
  })
})
