// One answer with all that an answer can hold, cut at each of its events in turn, over each transport.
import { describe, expect, onTestFinished, test } from 'vitest'
import { createLog, type Log } from '../../playground/server/log.ts'
import { type ChatMessage, type ChatOptions, type ChatProtocol, createChat, textOf } from '../../src/chat/index.ts'
import { openAi } from '../../src/chat/protocols/openAi.ts'
import { uiMessage } from '../../src/chat/protocols/uiMessage.ts'
import { sse, type Transport } from '../../src/index.ts'
import { withSocket } from '../contract/listen.ts'
import { type Cut, cutsOf, type CutServer, nameOf, NEVER, serveCut, ways } from './cutting.ts'

const TEXT = 'Grüße, 世界 👋🏽: "7 °C"\n'
const INPUT = '{"city":"Zürich","say":"a \\"b\\" \\\\ 👋"}'
/** In pieces that end inside of escapes, and inside of the two halves of one character. */
const inputPieces = ['', '{"city":"Z\\u00', 'fcrich","sa', 'y":"a \\', '"b\\" \\', '\\ \\ud83d', '\\udc4b"', '}']
const textPieces = TEXT.split('')

const delta = (what: object, more: object = {}) => ({
  choices: [{ index: 0, delta: what, finish_reason: null, ...more }],
})
const call = (index: number, said: string, begin: object = {}, name?: string) =>
  delta({ tool_calls: [{ index, ...begin, function: { ...(name && { name }), arguments: said } }] })

const usage = { prompt_tokens: 3, completion_tokens: 5, total_tokens: 8 }
const completions: readonly object[] = [
  delta({ role: 'assistant', content: '' }),
  ...['Hm, ', 'wel', 'l.'].map((piece) => delta({ reasoning_content: piece })),
  ...textPieces.map((piece) => delta({ content: piece })),
  ...inputPieces.map((piece, nth) =>
    nth === 0 ? call(0, piece, { id: 'c0', type: 'function' }, 'weather') : call(0, piece),
  ),
  call(1, '{"zone"', { id: 'c1', type: 'function' }, 'clock'),
  call(1, ':"utc"}'),
  { ...delta({}, { finish_reason: 'tool_calls' }), usage },
]

const chunks: readonly object[] = [
  { type: 'start', messageId: 'theirs', messageMetadata: { model: 'm' } },
  { type: 'start-step' },
  { type: 'reasoning-start', id: 'r' },
  ...['Hm, ', 'wel', 'l.'].map((piece) => ({ type: 'reasoning-delta', id: 'r', delta: piece })),
  { type: 'reasoning-end', id: 'r' },
  { type: 'data-mood', data: 'curious', transient: true },
  { type: 'tool-input-start', toolCallId: 'c0', toolName: 'weather' },
  ...inputPieces.map((piece) => ({ type: 'tool-input-delta', toolCallId: 'c0', inputTextDelta: piece })),
  { type: 'tool-input-available', toolCallId: 'c0', toolName: 'weather', input: JSON.parse(INPUT) as object },
  { type: 'tool-output-available', toolCallId: 'c0', output: { degrees: 7 } },
  { type: 'finish-step' },
  { type: 'start-step' },
  { type: 'data-place', id: 'p', data: { found: 1 } },
  { type: 'data-place', id: 'p', data: { found: 2 } },
  { type: 'text-start', id: 't' },
  ...textPieces.map((piece) => ({ type: 'text-delta', id: 't', delta: piece })),
  { type: 'text-end', id: 't' },
  { type: 'message-metadata', messageMetadata: { usage: { totalTokens: 8 } } },
  { type: 'finish-step' },
  { type: 'finish', finishReason: 'stop' },
]

interface Vendor {
  readonly name: string
  readonly protocol: () => ChatProtocol
  readonly log: Log
  readonly length: number
  /** What an answer that nobody cuts is made of. */
  readonly whole: object
}

function vendor(name: string, protocol: () => ChatProtocol, events: readonly object[], whole: object): Vendor {
  const log = createLog()
  const lines = [...events.map((event) => JSON.stringify(event)), '[DONE]']
  for (const data of lines) log.append({ data })
  log.end('complete')
  return { name, protocol, log, length: lines.length, whole }
}

const input = JSON.parse(INPUT) as unknown
const vendors: readonly Vendor[] = [
  vendor('openAi', () => openAi(), completions, {
    parts: [
      { type: 'reasoning', text: 'Hm, well.', state: 'done' },
      { type: 'text', text: TEXT, state: 'done' },
      { type: 'tool-weather', toolCallId: 'c0', state: 'input-available', input },
      { type: 'tool-clock', toolCallId: 'c1', state: 'input-available', input: { zone: 'utc' } },
    ],
    usage: { inputTokens: 3, outputTokens: 5, totalTokens: 8 },
    end: { state: 'complete', reason: 'tool-calls' },
  }),
  vendor('uiMessage', () => uiMessage({ resume: 'cursor' }), chunks, {
    id: 'theirs',
    metadata: { model: 'm', usage: { totalTokens: 8 } },
    parts: [
      { type: 'step-start' },
      { type: 'reasoning', text: 'Hm, well.', state: 'done' },
      { type: 'tool-weather', toolCallId: 'c0', state: 'output-available', input, output: { degrees: 7 } },
      { type: 'step-start' },
      { type: 'data-place', id: 'p', data: { found: 2 } },
      { type: 'text', text: TEXT, state: 'done' },
    ],
    end: { state: 'complete', reason: 'stop' },
  }),
]

/** Asks once, and returns all that the page was told. */
async function answered(server: CutServer, transport: Transport, protocol: ChatProtocol, cut: Cut) {
  const told: string[] = []
  let count = 0
  const id = server.plan(cut)
  const options: ChatOptions = {
    id,
    transports: transport,
    protocol,
    generateId: () => `id-${count++}`,
    backoff: { firstMs: 1, maxMs: 1 },
    env: withSocket,
    onFinish: ({ end }) => told.push(`finish ${end.state}`),
    onError: ({ code }) => told.push(`error ${code}`),
    onData: (part) => told.push(JSON.stringify(part)),
    onToolCall: ({ toolCallId }) => void told.push(`call ${toolCallId}`),
  }
  const chat = createChat(options)
  onTestFinished(() => chat.dispose())
  await chat.sendMessage({ text: 'Weather?' })
  const { messages, status, error } = chat.get()
  const message = messages.at(-1) as ChatMessage
  return { chat: id, answer: { message, count: messages.length, status, error, told } }
}

describe.each(vendors)('$name', ({ protocol, log, length, whole }) => {
  test.each(ways)(
    'cut at every single event over %s, an answer is the same, and asked for by POST once',
    async (_way, way) => {
      const server = await serveCut(log)
      const uncut = await answered(server, way(server.origin), protocol(), NEVER)
      expect(uncut.answer).toMatchObject({ message: whole, count: 2, status: 'ready', error: undefined })
      expect(textOf(uncut.answer.message)).toBe(TEXT)

      const cuts = cutsOf(length)
      const all = await Promise.all(cuts.map((cut) => answered(server, way(server.origin), protocol(), cut)))
      for (const [nth, { chat, answer }] of all.entries()) {
        const cut = cuts[nth]!
        expect(answer, `cut behind event ${nameOf(cut)}`).toEqual(uncut.answer)
        expect(server.posts(chat), `POSTs of the one cut behind event ${nameOf(cut)}`).toBe(1)
        // Polls ask no more once the last event has come, so there is nothing left to cut.
        if (cut.behind < length) expect(server.isCut(chat), `cut behind event ${nameOf(cut)}`).toBe(true)
      }
    },
  )
})

test('a cut between the mark and the usage behind it loses nothing', async () => {
  const events = [delta({ content: 'Hi' }), delta({}, { finish_reason: 'stop' }), { choices: [], usage }]
  const { protocol, log } = vendor('openAi', () => openAi(), events, {})
  const server = await serveCut(log)
  const { answer } = await answered(server, sse(`${server.origin}/api/chat`), protocol(), { behind: 2, within: false })
  expect(answer.message.usage).toEqual({ inputTokens: 3, outputTokens: 5, totalTokens: 8 })
})
