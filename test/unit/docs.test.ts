// The documents are code too: their examples compile, and the server that they show works.
import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import WebSocket from 'ws'
import {
  createConnection,
  type Env,
  envelope,
  type Gap,
  json,
  longPolling,
  polling,
  sse,
  type Transport,
  webSocket,
} from 'holdline'
import { createChat, plain, textOf } from 'holdline/chat'
import { check, type CheckOptions } from '../../scripts/lib/check-server/check.mjs'

const root = fileURLToPath(new URL('../..', import.meta.url))
const documents = [
  'README.md',
  ...readdirSync(join(root, 'docs'), { recursive: true }).map((name) => `docs/${String(name).replaceAll('\\', '/')}`),
].filter((name) => name.endsWith('.md'))

interface Block {
  /** Where it stands, for whoever has to mend it. */
  readonly place: string
  readonly language: string
  readonly text: string
}

/** Every fenced block of a document, with the file and the heading above it. */
function blocksIn(file: string): Block[] {
  const blocks: Block[] = []
  let heading = ''
  let open: { language: string; line: number; lines: string[] } | undefined
  for (const [index, line] of readFileSync(join(root, file), 'utf8').split('\n').entries()) {
    const language = /^\s*```(\w*)/.exec(line)?.[1]
    if (!open && language !== undefined) open = { language, line: index + 1, lines: [] }
    else if (open && language !== undefined) {
      blocks.push({ place: `${file}:${open.line} (${heading})`, language: open.language, text: open.lines.join('\n') })
      open = undefined
    } else if (open) open.lines.push(line)
    else heading = /^#+\s+(.*)$/.exec(line)?.[1] ?? heading
  }
  return blocks
}

const blocks = documents.flatMap(blocksIn)
const checked = blocks.filter(({ language }) => ['ts', 'tsx', 'vue'].includes(language))

/** Inside the project, so that packages are found from there. */
const cache = join(root, 'node_modules/.cache')
mkdirSync(cache, { recursive: true })
const folder = mkdtempSync(join(cache, 'docs-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const nameOf = (index: number, { language }: Block): string => `block-${index}.${language}`

/** What the compiler has to say about the examples, with the place in the documents instead of the file. */
function compile(): Promise<string> {
  for (const [index, block] of checked.entries()) writeFileSync(join(folder, nameOf(index, block)), block.text)
  const up = relative(folder, root).replaceAll('\\', '/')
  const paths = {
    holdline: ['src/index.ts'],
    'holdline/chat': ['src/chat/index.ts'],
    'holdline/chat/openai-responses': ['src/chat/protocols/openAiResponses.ts'],
    'holdline/chat/openai': ['src/chat/protocols/openAi.ts'],
    'holdline/chat/anthropic': ['src/chat/protocols/anthropic.ts'],
    'holdline/chat/gemini': ['src/chat/protocols/gemini.ts'],
    'holdline/chat/ollama': ['src/chat/protocols/ollama.ts'],
    'holdline/chat/text': ['src/chat/protocols/text.ts'],
    'holdline/chat/ui-message': ['src/chat/protocols/uiMessage.ts'],
    'holdline/chat/ag-ui': ['src/chat/protocols/agUi.ts'],
    'holdline/chat/langgraph': ['src/chat/protocols/langGraph.ts'],
    'holdline/chat/chatgpt-stream-output': ['src/chat/protocols/chatGptStreamOutput.ts'],
    'holdline/chat/indexed-db': ['src/chat/indexedDb.ts'],
    'holdline/chat/auto': ['src/chat/protocols/auto.ts'],
    'holdline/ai-sdk': ['src/aiSdk/index.ts'],
    'holdline/tanstack': ['src/tanstack/index.ts'],
    'holdline/react': ['bindings/react/index.ts'],
    'holdline/vue': ['bindings/vue/index.ts'],
    'holdline/testing': ['src/testing/index.ts'],
    'holdline/dialects': ['src/dialects/index.ts'],
    'holdline/adapters/fetch-event-source': ['src/adapters/fetchEventSource.ts'],
    'holdline/adapters/reconnecting-websocket': ['src/adapters/reconnectingWebSocket.ts'],
  }
  const options = {
    // Each block is a file of its own, whether it imports something or not.
    moduleDetection: 'force',
    typeRoots: [`${up}/node_modules/@types`],
    types: ['node'],
    paths: Object.fromEntries(Object.entries(paths).map(([name, [file]]) => [name, [`${up}/${file}`]])),
  }
  const config = {
    extends: `${up}/tsconfig.tools.json`,
    compilerOptions: options,
    include: ['.', `${up}/test/support/docs-prelude.d.ts`],
  }
  writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify(config))
  const compiler = createRequire(import.meta.url).resolve('vue-tsc/bin/vue-tsc.js')
  return new Promise((settle) => {
    const args = [compiler, '-p', join(folder, 'tsconfig.json'), '--pretty', 'false']
    execFile(process.execPath, args, { cwd: folder, maxBuffer: 2 ** 24 }, (error, stdout, stderr) => {
      const told = `${stdout}${stderr}`.replace(/block-(\d+)\.\w+/g, (_, index) => checked[Number(index)]?.place ?? '?')
      settle(error ? told || String(error) : '')
    })
  })
}

test('every example in TypeScript or Vue compiles as it stands', { timeout: 120_000 }, async () => {
  expect(checked.length).toBeGreaterThan(20)
  expect(await compile()).toBe('')
})

test('every link between the documents leads to a file and a heading that are there', () => {
  // As the usual renderers make it.
  const anchorsIn = (file: string): string[] =>
    [
      ...readFileSync(join(root, file), 'utf8')
        .replace(/^```[\s\S]*?^```/gm, '')
        .matchAll(/^#+\s+(.*)$/gm),
    ].map(([, heading = '']) =>
      heading
        .toLowerCase()
        .replace(/[^\p{L}\p{N}\s_-]/gu, '')
        .replaceAll(' ', '-'),
    )
  const broken = ['README.md', 'CHANGELOG.md', ...documents].flatMap((file) =>
    [...readFileSync(join(root, file), 'utf8').matchAll(/\]\((?!https?:)([^)#]*)(?:#([^)]*))?\)/g)].flatMap(
      ([, path = '', anchor]) => {
        const target = path === '' ? file : join(file, '..', path)
        const there = existsSync(join(root, target)) && (anchor === undefined || anchorsIn(target).includes(anchor))
        return there ? [] : [`${file}: ${path}${anchor === undefined ? '' : `#${anchor}`}`]
      },
    ),
  )
  expect(broken).toEqual([])
})

test('every pain has a test of that name, in that file', () => {
  const rows = readFileSync(join(root, 'docs/pains.md'), 'utf8')
    .split('\n')
    .filter((line) => /^\| \d+/.test(line))
  expect(rows).toHaveLength(25)
  const missing = rows.filter((row) => {
    const [, file = '', name = ''] = /\[[^\]]+\]\(\.\.\/(test\/[^)]+)\): (.+?) +\|$/.exec(row) ?? []
    return !existsSync(join(root, file)) || !readFileSync(join(root, file), 'utf8').includes(`'${name}'`)
  })
  expect(missing).toEqual([])
})

describe('the server of docs/server.md', () => {
  /** In Node there is no page that relative addresses could belong to. */
  const running = new Set<ChildProcess>()

  beforeAll(() => {
    for (const { text, language, place } of blocks) {
      const name = /^\/\/ (\w+\.mjs)$/m.exec(text.split('\n')[0] ?? '')?.[1]
      if (place.startsWith('docs/server.md') && language === 'js' && name) writeFileSync(join(folder, name), text)
    }
    const added = blocks.find(({ text }) => text.startsWith('// added to feed.mjs'))!.text
    const feed = readFileSync(join(folder, 'feed.mjs'), 'utf8')
    writeFileSync(join(folder, 'feedWithSockets.mjs'), `${feed}\n${added}`)
  })
  afterEach(() => {
    for (const child of running) child.kill()
    running.clear()
  })

  /** Runs an example as a reader would, and finds its address in what it prints. */
  function run(file: string): Promise<string> {
    const env = { ...process.env, PORT: '0' }
    const child = spawn(process.execPath, [join(folder, file)], { env, stdio: ['ignore', 'pipe', 'pipe'] })
    running.add(child)
    return new Promise((settle, fail) => {
      let said = ''
      const hear = (chunk: Buffer): void => {
        said += chunk.toString()
        const address = /http:\/\/[\w.]+:\d+/.exec(said)?.[0]
        if (address) settle(address)
      }
      child.stdout.on('data', hear)
      child.stderr.on('data', hear)
      child.on('exit', (code) => fail(new Error(`${file} ended with ${code}: ${said}`)))
    })
  }

  interface Likes {
    readonly likes: number
  }

  const ways: Record<string, (url: string) => Transport> = {
    sse: (url) => sse(url, { dialect: envelope() }),
    longPolling: (url) => longPolling(url, { dialect: envelope() }),
    polling: (url) => polling(url, { dialect: envelope(), everyMs: 100 }),
    webSocket: (url) => webSocket(url, { dialect: envelope() }),
  }
  const feedFor = (name: string): Promise<string> => run(name === 'webSocket' ? 'feedWithSockets.mjs' : 'feed.mjs')

  /** The next messages behind a cursor, with what was told of gaps. */
  async function read(transports: Transport, count: number, resumeFrom?: string) {
    const gaps: Gap[] = []
    const feed = createConnection({ transports, decode: json<Likes>(), resumeFrom, env: { WebSocket } })
    feed.gaps.subscribe((gap) => gaps.push(gap))
    const messages: { readonly likes: number; readonly id: string | undefined }[] = []
    for await (const { data, id } of feed) {
      messages.push({ likes: data.likes, id })
      if (messages.length === count) break
    }
    feed.close()
    return { messages, gaps }
  }

  test.each(Object.keys(ways))('feeds %s, and goes on behind the cursor', async (name) => {
    const way = ways[name]!(`${await feedFor(name)}/api/likes`)
    const { messages } = await read(way, 3)
    expect(messages.map(({ likes }) => likes)).toEqual([1, 2, 3])
    const next = await read(way, 2, messages[1]!.id)
    expect(next.messages.map(({ likes }) => likes)).toEqual([3, 4])
    expect(next.gaps).toEqual([])
  })

  test.each(Object.keys(ways))('tells %s of a cursor that it does not know', async (name) => {
    const way = ways[name]!(`${await feedFor(name)}/api/likes`)
    const { messages, gaps } = await read(way, 1, 'of-another-life-7')
    expect(gaps).toEqual([{ after: 'of-another-life-7', before: undefined, reason: 'lost', again: false }])
    expect(messages[0]?.likes).toBe(1)
  })

  test('a socket that talks nonsense harms nobody, and a page of another host gets none', async () => {
    const url = `${await run('feedWithSockets.mjs')}/api/likes`
    const socket = new WebSocket(url)
    const said: string[] = []
    socket.on('message', (data) => said.push(String(data)))
    socket.on('open', () => {
      for (const text of ['{', 'null', '{"t":"ping"}']) socket.send(text)
    })
    await expect.poll(() => said, { timeout: 10_000 }).toEqual(['{"t":"pong"}'])
    socket.terminate()
    const refused = await new Promise((settle) => {
      const stranger = new WebSocket(url, { origin: 'http://elsewhere.example' })
      stranger.on('error', (error) => settle(error.message))
      stranger.on('open', () => settle('open'))
    })
    expect(refused).toContain('401')
  })

  /** Counts the requests, and breaks the first answer off after some bytes. */
  function counting(cutAfter = Infinity): { readonly env: Partial<Env>; readonly methods: string[] } {
    const methods: string[] = []
    const counted: typeof fetch = async (input, init) => {
      methods.push(init?.method ?? 'GET')
      const response = await fetch(input, init)
      if (methods.length > 1 || cutAfter === Infinity) return response
      let seen = 0
      const torn = new TransformStream<Uint8Array, Uint8Array>({
        transform(bytes, to) {
          seen += bytes.length
          if (seen > cutAfter) to.error(new TypeError('cut'))
          else to.enqueue(bytes)
        },
      })
      return new Response(response.body!.pipeThrough(torn), response)
    }
    return { env: { fetch: counted }, methods }
  }

  test.each([
    ['sse', sse, Infinity],
    ['sse, cut in mid-answer', sse, 200],
    ['longPolling', longPolling, Infinity],
    ['polling', polling, Infinity],
  ] as const)('answers a chat over %s with one POST', async (_, transport, cutAfter) => {
    const { env, methods } = counting(cutAfter)
    const url = `${await run('chat.mjs')}/api/chat`
    const chat = createChat({ transports: transport(url), protocol: plain(), backoff: { firstMs: 100 }, env })
    await chat.sendMessage({ text: 'How are you?' })
    const answer = chat.get().messages.at(-1)!
    expect(answer.end).toMatchObject({ state: 'complete' })
    expect(textOf(answer)).toBe('You asked: How are you?')
    expect(methods.filter((method) => method === 'POST')).toHaveLength(1)
    expect(methods.length > 1).toBe(transport !== sse || cutAfter < Infinity)
  })

  test('stops a run, and says so to whoever comes back', async () => {
    const { env, methods } = counting()
    const url = `${await run('chat.mjs')}/api/chat`
    const chat = createChat({ transports: sse(url), protocol: plain(), generateId: () => 'fixed', env })
    const done = chat.sendMessage({ text: 'word '.repeat(200) })
    await expect.poll(() => chat.get().status, { timeout: 10_000 }).toBe('streaming')
    await chat.stop()
    await done
    expect(chat.get().messages.at(-1)!.end).toMatchObject({ state: 'stopped' })
    expect(methods).toEqual(['POST', 'DELETE'])
    const again = await fetch(`${url}?chat=fixed&run=fixed`, { headers: { accept: 'application/json' } })
    expect((await again.json()) as object[]).toContainEqual({ t: 'end', reason: 'stopped' })
  })

  test('does not begin a run again for a second POST', async () => {
    const url = `${await run('chat.mjs')}/api/chat?chat=c&run=r`
    const post = async (content: string): Promise<string> => {
      const body = JSON.stringify({ messages: [{ role: 'user', content }] })
      return (await fetch(url, { method: 'POST', body, headers: { accept: 'text/event-stream' } })).text()
    }
    expect(await post('One?')).toContain('data: One?')
    const again = await post('Two?')
    expect(again).toContain('data: One?')
    expect(again).not.toContain('Two?')
  })

  const key = { authorization: 'Bearer open sesame' }
  const [dialect, headers] = [envelope(), key]
  const talks: Record<string, (url: string) => Transport> = {
    sse: (url) => sse(url, { dialect, headers, sendUrl: url }),
    longPolling: (url) => longPolling(url, { dialect, headers, sendUrl: url }),
    polling: (url) => polling(url, { dialect, headers, everyMs: 50, sendUrl: url }),
    webSocket: (url) => webSocket(url, { dialect, headers }),
  }

  test.each(Object.keys(talks))('takes what is sent over %s, and says it to everybody', async (name) => {
    const url = `${await run('room.mjs')}/api/room`
    const rooms = [name, 'webSocket'].map((way) => {
      const connection = createConnection({ transports: talks[way]!(url), decode: json<number>(), env: { WebSocket } })
      const heard: number[] = []
      connection.subscribe(({ data }) => heard.push(data))
      return { connection, heard }
    })
    const [first] = rooms
    await Promise.all([1, 2, 3].map((nth) => first!.connection.send(nth)))
    await expect(first!.connection.send('x'.repeat(5_000))).rejects.toMatchObject({ kind: 'request' })
    for (const { heard } of rooms) await expect.poll(() => heard, { timeout: 10_000 }).toEqual([1, 2, 3])
    for (const { connection } of rooms) connection.close()
  })

  test.each<[string, string, Partial<CheckOptions>]>([
    ['feed.mjs', 'likes', { transports: ['sse', 'longPolling', 'polling'] }],
    ['feedWithSockets.mjs', 'likes', { transports: ['webSocket'] }],
    ['chat.mjs', 'chat', { transports: ['sse', 'polling'], chat: true }],
    ['room.mjs', 'room', { transports: ['sse', 'longPolling'], headers: key }],
    ['room.mjs', 'room', { transports: ['webSocket'], headers: key, send: true }],
  ])('%s at /api/%s keeps to the protocol: %j', async (file, path, options) => {
    const url = `${await run(file)}/api/${path}`
    const send = file === 'room.mjs' ? url : undefined
    const results = await check({
      url,
      transports: [],
      ...(send === undefined ? {} : { send }),
      patienceMs: 3_000,
      ...options,
    })
    expect(results.length).toBeGreaterThan(10)
    expect(results.filter(({ verdict }) => verdict === 'WRONG' || verdict === 'advice')).toEqual([])
  })

  test('survives a body that is no JSON, and refuses a run that it does not know', async () => {
    const url = `${await run('chat.mjs')}/api/chat`
    const bad = await fetch(`${url}?chat=c&run=r`, {
      method: 'POST',
      body: '{',
      headers: { accept: 'text/event-stream' },
    })
    expect(await bad.text()).toContain('"reason":"error"')
    expect((await fetch(`${url}?chat=c&run=unknown`)).status).toBe(404)
  })
})
