import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import { createAssistant, tokensOf } from '../../playground/server/assistant.js'
import { address, asking, envelopeIn, folder, post, readers, start } from './rig.js'

const DOCUMENTS = {
  'README.md': [
    '# holdline',
    '',
    'A line between a page and its server.',
    '',
    '## Installing',
    '',
    'Add the package with npm:',
    '',
    '```sh',
    'npm install holdline',
    '# not a heading',
    '```',
    '',
    '## Licence',
    '',
    'It is free software under the MIT licence.',
  ].join('\n'),
  'docs/zh.md': [
    '# 指南',
    '',
    '一条页面和服务器之间的线路。',
    '',
    '## 鹦鹉要怎样照顾？',
    '',
    '鹦鹉住在笼子里。鹦鹉的笼子每三天要打扫一次。要准备：',
    '',
    '- 水；',
    '- 瓜子。',
  ].join('\n'),
  'docs/deep/transports.md': [
    '# Transports',
    '',
    '## Long polling',
    '',
    'Long polling keeps a question open for 25 seconds, then it asks anew.',
    '',
    '## WebSocket',
    '',
    'A WebSocket carries frames in both directions. Its first frame is a greeting.',
    '',
    '| code | meaning |',
    '|---|---|',
    '| 4404 | unknown |',
    '',
    '## Parrots',
    '',
    '- A parrot is kept in a cage.',
    '- The cage needs to be cleaned every 3 days.',
  ].join('\n'),
}

interface Annotation {
  readonly url_citation: { readonly url: string; readonly title: string }
}

interface Chunk {
  readonly object: string
  readonly choices: {
    delta: { role?: string; content?: string; reasoning_content?: string; annotations?: Annotation[] }
    finish_reason: unknown
  }[]
  readonly usage?: { prompt_tokens: number; completion_tokens: number; total_tokens: number }
}

async function chunksOf(
  questions: readonly string[],
  files: Readonly<Record<string, string>> = DOCUMENTS,
): Promise<string[]> {
  const history = questions.map((text, index) => ({ id: String(index), role: 'user', text }))
  const lines: string[] = []
  const source = createAssistant(folder(files)).answer({ run: 'r', history, body: {}, speed: '100000' })
  const reason = await source((data) => lines.push(data) > 0, new AbortController().signal)
  expect(reason).toBe('complete')
  return lines
}

async function answer(...questions: string[]): Promise<string> {
  const lines = await chunksOf(questions)
  return lines
    .slice(0, -1)
    .map((line) => (JSON.parse(line) as Chunk).choices[0]?.delta.content ?? '')
    .join('')
}

describe('the answer', () => {
  test('begins with the sentence that says it, quotes what stands around, and names its sources', async () => {
    const text = await answer('How often is the cage of a parrot cleaned?')
    expect(text.split('\n')[0]).toBe('The cage needs to be cleaned every 3 days.')
    expect(text).toContain('> - A parrot is kept in a cage.')
    expect(text).toContain('**Parrots** (`docs/deep/transports.md` › Parrots)')
  })

  test('shows code and tables as they are', async () => {
    expect(await answer('How do I install it?')).toContain('```sh\nnpm install holdline\n# not a heading\n```')
    expect(await answer('What does the code 4404 mean over WebSocket?')).toContain(
      '| code | meaning |\n|---|---|\n| 4404 |',
    )
  })

  test('to a follow-up question knows what was asked before', async () => {
    const first = 'How does long polling work?'
    expect(await answer(first, 'how long?')).toContain('25 seconds')
    expect((await answer('Tell me about the parrot', 'how often?')).split('\n')[0]).toContain('every 3 days')
    const turned = await answer(first, 'and over WebSocket?')
    expect(turned.split('\n')[0]).toContain('WebSocket')
    expect(await answer(first, 'What was my first question?')).toContain(`1. ${first}`)
  })

  test('to what the documents do not speak of is honest, and says what can be asked', async () => {
    const text = await answer('What is the capital of France?')
    expect(text).toContain('say nothing about that')
    expect(text).toContain('- Parrots (`docs/deep/transports.md`)')
    expect(await answer('Long polling?', 'What is the capital of France?')).toContain('say nothing about that')
  })

  test.each(['hello', 'Hi there!', 'help', 'What can you do?', '你好', 'thank you'])(
    'to "%s" is polite',
    async (words) => {
      const text = await answer(words)
      expect(text).not.toContain('› ')
      expect(text).not.toContain('say nothing about that')
    },
  )

  test('says what the project is when it is asked so', async () => {
    expect(await answer('What is holdline?')).toContain('A line between a page and its server.')
  })

  test('is in Chinese where the question is, from the documents in Chinese', async () => {
    const text = await answer('鹦鹉的笼子多久打扫一次？')
    expect(text.split('\n')[0]).toBe('鹦鹉的笼子每三天要打扫一次。')
    expect(text).toContain('**鹦鹉要怎样照顾？** (`docs/zh.md` › 鹦鹉要怎样照顾？)')
    // What is announced belongs to the announcement, though nobody asked for it by name.
    expect(text).toContain('> - 水；\n> - 瓜子。')
    expect(await answer('鹦鹉的笼子多久打扫一次？', '瓜子呢？')).toContain('瓜子')
    expect(await answer('法国的首都是哪里？')).toContain('没有谈到')
    expect(await answer('你好')).toMatch(/^你好/)
    expect(await answer('holdline 是什么？')).toContain('一条页面和服务器之间的线路。')
  })

  test('is from the documents in English where those in Chinese do not speak of it, and says so', async () => {
    const text = await answer('parrot cage 要打扫吗？')
    expect(text).toMatch(/^中文指南没有谈到这一点/)
    expect(text).toContain('A parrot is kept in a cage.')
    expect(await answer('How often is the cage of a parrot cleaned?')).not.toContain('鹦鹉')
  })

  test('is possible without any documents', async () => {
    const lines = await chunksOf(['What is a run?'], {})
    expect(lines.join('')).toContain('[DONE]')
  })
})

test.each([
  ['What happens when the line breaks in the middle of an answer?', 'docs/chat.md'],
  ['Which transport should I choose?', 'docs/transports.md › Which transport should I use?'],
  ['What must my server do?', 'docs/server.md › What must a server do so that nothing is lost?'],
  ['How does a client resume after the line was cut?', 'docs/connection.md › How does a connection resume'],
  ['What does a chat run look like over WebSocket?', 'docs/server.md › What does a chat run look like over WebSocket?'],
  ['How often must a server send a heartbeat?', 'docs/server.md › How often should a server send a heartbeat?'],
  ['What happens when the server no longer knows the cursor?', 'docs/connection.md › What happens when the server no'],
  ['How does it compare with Socket.IO?', 'docs/comparison.md'],
  ['回答途中断线会怎样？', 'docs/zh.md › 回答途中断线会怎样？'],
  ['该选哪种传输方式？', 'docs/zh.md › 该选哪种传输方式？'],
  ['服务器要做什么？', 'docs/zh.md › 服务器要做什么？'],
  ['怎样停止一个回答？', 'docs/zh.md › 怎样停止一个回答？'],
  ['心跳应该多久一次？', 'docs/zh.md › 心跳应该多久一次？'],
  ['断线之后怎样重连？', 'docs/zh.md › 断线之后怎样重连？'],
])('what the playground suggests to ask is answered from where it stands: %s', async (question, place) => {
  const root = fileURLToPath(new URL('../..', import.meta.url))
  const lines: string[] = []
  const history = [{ id: '1', role: 'user', text: question }]
  const source = createAssistant(root).answer({ run: 'r', history, body: {}, speed: '100000' })
  await source((data) => lines.push(data) > 0, new AbortController().signal)
  const chunks = lines.slice(0, -1).map((line) => JSON.parse(line) as Chunk)
  const [first] = chunks.flatMap(({ choices }) => choices[0]?.delta.annotations ?? [])
  expect(first?.url_citation.title.startsWith(place), first?.url_citation.title).toBe(true)
})

test('the stream is what OpenAI streams: role, reasoning, text, reason, usage, [DONE]', async () => {
  const lines = await chunksOf(['How does long polling work?'])
  expect(lines.at(-1)).toBe('[DONE]')
  const chunks = lines.slice(0, -1).map((line) => JSON.parse(line) as Chunk)
  expect(chunks.every(({ object }) => object === 'chat.completion.chunk')).toBe(true)
  const deltas = chunks.slice(0, -2).map(({ choices }) => choices[0]!.delta)
  expect(deltas[0]).toEqual({ role: 'assistant', content: '' })
  const firstText = deltas.findIndex(({ content }) => content)
  expect(firstText).toBeGreaterThan(1)
  expect(deltas.slice(1, firstText).every(({ reasoning_content }) => typeof reasoning_content === 'string')).toBe(true)
  expect(deltas.slice(firstText, -1).every(({ content }) => typeof content === 'string')).toBe(true)
  expect(deltas.at(-1)?.annotations?.[0]?.url_citation).toEqual({
    url: '/api/docs/docs/deep/transports.md#:~:text=Long%20polling',
    title: 'docs/deep/transports.md › Long polling',
  })
  expect(deltas.map(({ reasoning_content = '' }) => reasoning_content).join('')).toMatch(
    /^Searching 2 documents .* found/,
  )
  expect(chunks.at(-2)?.choices[0]).toMatchObject({ delta: {}, finish_reason: 'stop' })
  const { choices, usage } = chunks.at(-1)!
  expect(choices).toEqual([])
  expect(usage!.total_tokens).toBe(usage!.prompt_tokens + usage!.completion_tokens)
})

test('the same question has the same answer, word for word', async () => {
  expect(await answer('How does long polling work?')).toBe(await answer('How does long polling work?'))
})

test('pieces of words are the text again when they are put together', () => {
  const text = 'Über 😀👩‍👩‍👧 `code`\n\n  indented   消息消息消息消息 end \n'
  const tokens = tokensOf(text)
  expect(tokens.join('')).toBe(text)
  expect(tokens.length).toBeGreaterThan(7)
  // Half a character cannot be encoded.
  for (const token of tokens) expect(() => encodeURIComponent(token)).not.toThrow()
})

test('the speed is as asked for, in the query or in the body, and a stop is heard at once', async () => {
  const { url } = await start({ root: folder(DOCUMENTS) })
  await post(address(url, 'c', 'fast', { speed: '50000' }), asking('How does long polling work?'))
  await post(address(url, 'c', 'slow'), asking('How does long polling work?', { speed: 'slow' }))
  const since = performance.now()
  const fast = await readers['long polling']!(url, 'c', 'fast')
  expect(performance.now() - since).toBeLessThan(3_000)
  const some = await envelopeIn(await fetch(address(url, 'c', 'slow')))
  expect(some.length).toBeLessThan(fast.length / 2)
  await fetch(address(url, 'c', 'slow'), { method: 'DELETE' })
  expect((await envelopeIn(await fetch(address(url, 'c', 'slow')))).at(-1)).toEqual({ t: 'end', reason: 'stopped' })
})
