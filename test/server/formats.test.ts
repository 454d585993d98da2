import { fileURLToPath } from 'node:url'
import { beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import WS from 'ws'
import { agUi } from '../../src/chat/protocols/agUi.js'
import { anthropic } from '../../src/chat/protocols/anthropic.js'
import { auto } from '../../src/chat/protocols/auto.js'
import { chatGptStreamOutput } from '../../src/chat/protocols/chatGptStreamOutput.js'
import { gemini } from '../../src/chat/protocols/gemini.js'
import { langGraph } from '../../src/chat/protocols/langGraph.js'
import { ollama } from '../../src/chat/protocols/ollama.js'
import { openAiResponses } from '../../src/chat/protocols/openAiResponses.js'
import { text } from '../../src/chat/protocols/text.js'
import { uiMessage } from '../../src/chat/protocols/uiMessage.js'
import {
  type Chat,
  type ChatMessage,
  type ChatOptions,
  type ChatProtocol,
  createChat,
  isTool,
  openAi,
  plain,
  textOf,
  toolsAreDone,
} from '../../src/chat/index.js'
import { type Env, longPolling, polling, sse, type Transport, webSocket } from '../../src/index.js'
import { puppet, start } from './rig.js'

const root = fileURLToPath(new URL('../..', import.meta.url))
const QUESTION = 'What must my server do?'
const env = { WebSocket: WS as unknown as NonNullable<Env['WebSocket']> }

interface Spoken {
  readonly protocol: () => ChatProtocol
  /** Whether the format has words for thoughts, for sources, for tools of the page. */
  readonly thinks: boolean
  readonly cites: boolean
  readonly calls: boolean
  /** Whether a cut body can be gone on with. */
  readonly resumes: boolean
}

const spoken = (protocol: () => ChatProtocol, rest: Partial<Spoken> = {}): Spoken => ({
  protocol,
  thinks: true,
  cites: true,
  calls: true,
  resumes: true,
  ...rest,
})

const formats: Readonly<Record<string, Spoken>> = {
  openai: spoken(() => openAi()),
  'openai-responses': spoken(() => openAiResponses()),
  anthropic: spoken(() => anthropic()),
  gemini: spoken(() => gemini()),
  ollama: spoken(() => ollama(), { cites: false, resumes: false }),
  'ui-message': spoken(() => uiMessage({ resume: 'cursor' })),
  'ag-ui': spoken(() => agUi()),
  langgraph: spoken(() => langGraph({ assistant: 'agent' }), { calls: false }),
  text: spoken(() => text(), { thinks: false, cites: false, calls: false, resumes: false }),
  plain: spoken(() => plain(), { cites: false, calls: false }),
  auto: spoken(() => auto()),
}

const ways: Readonly<Record<string, (url: string, format: string) => Transport>> = {
  'Server-Sent Events': (url, format) => sse(`${url}/api/chat/${format}`),
  WebSocket: (url, format) => webSocket(`${url}/api/chat/${format}/ws`),
  'long polling': (url, format) => longPolling(`${url}/api/chat/${format}`),
  polling: (url, format) => polling(`${url}/api/chat/${format}`, { everyMs: 20 }),
}

function open(options: Pick<ChatOptions, 'transports' | 'protocol'> & Partial<ChatOptions>, fields: object = {}): Chat {
  const chat = createChat({
    body: () => ({ whole: true, speed: 100_000, ...fields }),
    backoff: { firstMs: 5, maxMs: 20 },
    env,
    ...options,
  })
  onTestFinished(chat.dispose)
  return chat
}

const answerOf = (chat: Chat): ChatMessage => chat.get().messages.at(-1)!
const thoughtOf = ({ parts }: ChatMessage): string =>
  parts.map((part) => (part.type === 'reasoning' ? part.text : '')).join('')

/** Some formats have no event for sources, and tell them as data. */
function placesOf({ parts }: ChatMessage): string[] {
  return parts.flatMap((part) => {
    if (part.type === 'source-url') return [part.url]
    if (part.type === 'data-sources') return (part.data as { url: string }[]).map(({ url }) => url)
    if (part.type === 'data-custom') return (part.data as { sources: { url: string }[] }).sources.map(({ url }) => url)
    return []
  })
}

let url: string
let expected: ChatMessage

beforeAll(async () => {
  const { createPlaygroundServer } = await import('../../playground/server/app.js')
  const playground = createPlaygroundServer({ root })
  url = await playground.listen()
  const chat = createChat({ transports: sse(`${url}/api/chat`), protocol: openAi(), body: { speed: 100_000 } })
  await chat.sendMessage({ text: QUESTION })
  expected = answerOf(chat)
  chat.dispose()
  return () => playground.close()
})

test('the answer that all are compared with has a thought, some text and its sources', () => {
  expect(expected.end).toMatchObject({ state: 'complete', reason: 'stop' })
  expect(textOf(expected).length).toBeGreaterThan(500)
  expect(thoughtOf(expected)).toMatch(/^Searching/)
  expect(placesOf(expected).length).toBeGreaterThan(0)
})

describe.each(Object.entries(formats))('%s', (format, { protocol, thinks, cites, calls, resumes }) => {
  test.each(Object.entries(ways))('says the same over %s', async (_way, way) => {
    const chat = open({ transports: way(url, format), protocol: protocol() })
    // The second one too: `auto` is answered in another format each time.
    for (let round = 0; round < 2; round++) {
      await chat.sendMessage({ text: QUESTION })
      const answer = answerOf(chat)
      expect(answer.end).toMatchObject({ state: 'complete' })
      expect(textOf(answer)).toBe(textOf(expected))
      if (thinks) expect(thoughtOf(answer)).toMatch(/^Searching/)
      if (cites) expect(placesOf(answer)).toEqual(placesOf(expected))
      expect(answer.unknown ?? []).toEqual([])
    }
  })

  test.each(Object.entries(ways))('is cut in the middle over %s, and is not told twice', async (way, transport) => {
    const answerer = puppet()
    const own = await start({ answerer })
    const chat = open({ id: 'cut', transports: transport(own.url, format), protocol: protocol() })
    const asked = chat.sendMessage({ text: QUESTION })
    await expect.poll(() => answerer.told.length, { timeout: 10_000 }).toBe(1)
    const { say, end } = answerer.told[0]!
    const words = ['one ', 'two ', 'three ', 'four ']
    for (const word of words.slice(0, 2)) say(delta(word))
    await expect.poll(() => textOf(answerOf(chat)), { timeout: 10_000 }).toBe('one two ')
    const cut = async (): Promise<number> => {
      const response = await fetch(`${own.url}/api/faults/cut?chat=cut`, { method: 'POST' })
      return ((await response.json()) as { cut: number }).cut
    }
    await expect.poll(cut, { timeout: 10_000, interval: 3 }).toBeGreaterThan(0)
    for (const word of words.slice(2)) say(delta(word))
    say(JSON.stringify({ choices: [{ index: 0, delta: {}, finish_reason: 'stop' }] }))
    say('[DONE]')
    end('complete')
    await asked
    const whole = resumes || way !== 'Server-Sent Events'
    expect(answerOf(chat).end?.state).toBe(whole ? 'complete' : 'truncated')
    expect(textOf(answerOf(chat))).toBe(whole ? words.join('') : 'one two ')
    const stats = (await (await fetch(`${own.url}/api/stats?chat=cut`)).json()) as { posts: number; runs: number }
    expect(stats).toMatchObject({ posts: 1, runs: 1 })
  })

  test.runIf(calls)('calls a tool of the page, and goes on with what it has found', async () => {
    const seen: unknown[] = []
    const chat = open(
      {
        transports: sse(`${url}/api/chat/${format}`),
        protocol: protocol(),
        onToolCall({ type, input }) {
          seen.push([type, input])
          return { time: '12:34', zone: 'Asia/Tokyo' }
        },
      },
      { page_tools: true },
    )
    await chat.sendMessage({ text: 'What time is it in Tokyo?' })
    await expect.poll(() => textOf(answerOf(chat)), { timeout: 10_000 }).toBe('It is **12:34** (Asia/Tokyo).')
    expect(seen).toEqual([['tool-current_time', { timeZone: 'Asia/Tokyo' }]])
    expect(answerOf(chat).parts.find(isTool)).toMatchObject({ state: 'output-available' })
    await expect.poll(() => chat.get().status).toBe('ready')
    expect(chat.get().messages).toHaveLength(2)
  })

  test.runIf(calls && format !== 'auto')('names what was attached, to the byte', async () => {
    const chat = open({ transports: sse(`${url}/api/chat/${format}`), protocol: protocol() })
    const picture = { type: 'file', mediaType: 'image/png', filename: 'dot.png', url: PNG } as const
    await chat.sendMessage({ parts: [{ type: 'text', text: 'Hello' }, picture] })
    expect(textOf(answerOf(chat))).toMatch(/I got one file .*\| image\/png \| 70 bytes \|/s)
  })

  test('says in its own words that the model has failed', async () => {
    const answerer = puppet()
    const own = await start({ answerer })
    const chat = open({ transports: webSocket(`${own.url}/api/chat/${format}/ws`), protocol: protocol() })
    const asked = chat.sendMessage({ text: QUESTION })
    await expect.poll(() => answerer.told.length, { timeout: 10_000 }).toBe(1)
    const { say, end } = answerer.told[0]!
    say(delta('half'))
    say(JSON.stringify({ error: { message: 'The model is on fire', code: 'fire' } }))
    end('error')
    await asked
    const { end: how } = answerOf(chat)
    expect(textOf(answerOf(chat))).toBe('half')
    expect(how?.state).toBe('error')
    if (format !== 'text') expect(how?.error?.message).toBe('The model is on fire')
  })
})

/** One dot. */
const PNG =
  'data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=='

const delta = (content: string): string => JSON.stringify({ choices: [{ index: 0, delta: { content } }] })

describe('servers with an address of their own', () => {
  test.each([
    ['the AI SDK, by telling all again', 'ui-message', () => uiMessage(), /\/api\/chat\/ui-message\/[^/]+\/stream$/],
    [
      'Responses, behind an event',
      'openai-responses',
      () => openAiResponses({ background: true }),
      /\/openai-responses\/resp_[\w-]+\?stream=true&starting_after=\d+$/,
    ],
    ['AG-UI, by the id of the run', 'ag-ui', () => agUi(), /\/ag-ui\?runId=[^&]+$/],
  ] as const)('are gone on with as %s', async (_what, format, protocol, address) => {
    const answerer = puppet()
    const own = await start({ answerer })
    const asked: string[] = []
    const fetching: typeof fetch = (input, init) => {
      if (init?.method === 'GET') asked.push(input instanceof Request ? input.url : String(input))
      return fetch(input, init)
    }
    const chat = open({
      id: 'own',
      transports: sse(`${own.url}/api/chat/${format}`),
      protocol: protocol(),
      env: { fetch: fetching },
    })
    const settled = chat.sendMessage({ text: QUESTION })
    await expect.poll(() => answerer.told.length, { timeout: 10_000 }).toBe(1)
    const { say, end } = answerer.told[0]!
    say(delta('one '))
    await expect.poll(() => textOf(answerOf(chat)), { timeout: 10_000 }).toBe('one ')
    await fetch(`${own.url}/api/faults/cut?chat=own`, { method: 'POST' })
    say(delta('two'))
    end('complete')
    await settled
    expect(textOf(answerOf(chat))).toBe('one two')
    expect(answerOf(chat).end).toMatchObject({ state: 'complete' })
    expect(asked[0]).toMatch(address)
  })
})

test('a response in the background is stopped by its own name', async () => {
  const answerer = puppet()
  const own = await start({ answerer })
  const chat = open({
    id: 'stopped',
    transports: sse(`${own.url}/api/chat/openai-responses`),
    protocol: openAiResponses({ background: true }),
  })
  const settled = chat.sendMessage({ text: QUESTION })
  await expect.poll(() => answerer.told.length, { timeout: 10_000 }).toBe(1)
  const { say, signal } = answerer.told[0]!
  say(delta('one '))
  await expect.poll(() => textOf(answerOf(chat)), { timeout: 10_000 }).toBe('one ')
  await chat.stop()
  await settled
  expect(signal.aborted).toBe(true)
  expect(chat.get().error).toBeUndefined()
  expect(answerOf(chat).end).toMatchObject({ state: 'stopped' })
})

describe('a call that the server asks the user about', () => {
  const noticed = async (at: string): Promise<string> =>
    JSON.stringify(await (await fetch(`${at}/api/room`, { headers: { accept: 'application/json' } })).json())

  test.each([true, false])('is run by it where the word is %s', async (approved) => {
    const own = await start({ root })
    const chat = open(
      {
        transports: sse(`${own.url}/api/chat/ui-message`),
        protocol: uiMessage(),
        sendAutomaticallyWhen: toolsAreDone,
      },
      { page_tools: true },
    )
    await chat.sendMessage({ text: 'Notify everybody: lunch is ready' })
    const call = answerOf(chat).parts.find(isTool)!
    expect(call).toMatchObject({ state: 'approval-requested', input: { text: 'lunch is ready' } })
    expect(await noticed(own.url)).not.toContain('lunch is ready')
    const { id } = (call as { approval: { id: string } }).approval
    chat.addToolApprovalResponse({ id, approved, ...(approved ? {} : { reason: 'Not now' }) })
    await expect.poll(() => textOf(answerOf(chat)), { timeout: 10_000 }).toMatch(approved ? /^Done/ : /^So I have not/)
    expect(answerOf(chat).parts.find(isTool)?.state).toBe(approved ? 'output-available' : 'output-denied')
    expect((await noticed(own.url)).includes('lunch is ready')).toBe(approved)
  })
})

test.each(['openai-responses', 'anthropic', 'ui-message', 'ag-ui', 'langgraph'])(
  'the search of the documents is shown as a tool of the server in %s',
  async (format) => {
    const chat = open(
      {
        transports: sse(`${url}/api/chat/${format}`),
        protocol: formats[format]!.protocol(),
        onToolCall: () => undefined,
        sendAutomaticallyWhen: () => false,
      },
      { page_tools: true },
    )
    await chat.sendMessage({ text: 'Search the docs for heartbeat' })
    const call = answerOf(chat).parts.find(isTool)
    expect(call).toMatchObject({ type: 'tool-search_docs', state: 'output-available' })
    expect(JSON.stringify(call)).toContain('eartbeat')
    expect(textOf(answerOf(chat))).not.toBe('')
  },
)

test.each(['sse', 'webSocket'] as const)('a chatgpt-steam-output server says the same over %s', async (way) => {
  const options = chatGptStreamOutput({
    url: `${url}/api/chat/chatgpt-stream-output/100000`,
    uid: `somebody-${way}`,
    over: [way],
  })
  const chat = open(options)
  await chat.sendMessage({ text: QUESTION })
  expect(answerOf(chat).end).toMatchObject({ state: 'complete', reason: 'stop' })
  expect(textOf(answerOf(chat))).toBe(textOf(expected))
})

test('an address in no format that is known is told so', async () => {
  const response = await fetch(`${url}/api/chat/morse?chat=c&run=r`, { method: 'POST', body: '{}' })
  expect(response.status).toBe(404)
})

test('a source leads to the document, and to nothing else in the folder', async () => {
  const [place = ''] = placesOf(expected)
  const response = await fetch(url + place.replace(/#.*/, ''))
  expect(response.status).toBe(200)
  expect(response.headers.get('content-type')).toMatch(/^text\/plain/)
  for (const path of ['package.json', 'docs/%2e%2e/package.json', 'src/index.ts', 'docs/nothing.md'])
    expect((await fetch(`${url}/api/docs/${path}`)).status).toBe(404)
})
