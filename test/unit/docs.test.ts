// The documents are code too: their examples compile, and the server that they show works.
import { type ChildProcess, execFile, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { createRequire } from 'node:module'
import type { AddressInfo } from 'node:net'
import { join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { transform } from 'esbuild'
import ts from 'typescript'
import { afterAll, afterEach, describe, expect, test } from 'vitest'
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
import { createChat, openAi, plain, textOf } from 'holdline/chat'
import { check, type CheckOptions } from '../../scripts/lib/check-server/check.mjs'
import { writeReference } from '../../scripts/lib/docs/reference.mjs'

const root = fileURLToPath(new URL('../..', import.meta.url))

const markdownIn = (folder: string): string[] =>
  readdirSync(join(root, folder), { recursive: true })
    .map((name) => `${folder}/${String(name).replaceAll('\\', '/')}`)
    .filter((name) => name.endsWith('.md') && !/\/(node_modules|dist)\//.test(name))

const documents = [
  'README.md',
  'PROTOCOL.md',
  'CHANGELOG.md',
  'CONTRIBUTING.md',
  'SECURITY.md',
  'THIRD_PARTY.md',
  'SECURITY.md',
  ...markdownIn('docs'),
  ...markdownIn('examples'),
]

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
    const language = /^\s*(?:```|~~~)(.*)$/.exec(line)?.[1]?.trim()
    if (!open && language !== undefined) open = { language, line: index + 1, lines: [] }
    else if (open && language !== undefined) {
      blocks.push({ place: `${file}:${open.line} (${heading})`, language: open.language, text: open.lines.join('\n') })
      open = undefined
    } else if (open) open.lines.push(line)
    else heading = /^#+\s+(.*)$/.exec(line)?.[1] ?? heading
  }
  if (open) throw new Error(`${file}:${open.line}: this block has no end`)
  return blocks
}

const blocks = documents.flatMap(blocksIn)
const checked = blocks.filter(({ language }) => ['ts', 'tsx', 'vue'].includes(language))

/** Programs for Node, by the names that they have in the documents: they import each other. */
function programs(): Map<string, string> {
  const named = blocks
    .filter(({ language }) => language === 'js')
    .map(({ text, place }) => {
      const [, how = '', name] = /^\/\/ (added to |in )?(\w+)\.mjs$/.exec(text.split('\n')[0]!) ?? []
      if (!name) throw new Error(`${place}: a program says its name in its first line`)
      return { text, how, name }
    })
  const whole = new Map(named.flatMap(({ how, name, text }) => (how === '' ? [[`${name}.mjs`, text]] : [])))
  for (const { how, name, text } of named) {
    const before = whole.get(`${name}.mjs`) ?? ''
    if (how === 'added to ') whole.set(`${name}WithSockets.mjs`, `${before}\n${text}`)
    // It takes the place of the answer that is there.
    if (how === 'in ')
      whole.set(`${name}WithModel.mjs`, `${before.replace(/^async function answer[\s\S]*?^}$/m, '')}\n${text}`)
  }
  return whole
}

/** What stands in a document by mistake must not go unnoticed. */
const planted: Record<string, string> = {
  ts: `import { createConnection, sse } from 'holdline'\ncreateConnection({ transport: sse('/') })`,
  tsx: `import { useChat } from 'holdline/react'\nexport const Talk = () => <p>{useChat({})}</p>`,
  vue: `<script setup lang="ts">\nimport { usePolling } from 'holdline/vue'\nusePolling('/', { everyS: 5 })\n</script>`,
  mjs: `import { createServer } from 'node:http'\ncreateServer().listne(3000)`,
}

/** Inside the project, so that packages are found from there. */
const cache = join(root, 'node_modules/.cache')
mkdirSync(cache, { recursive: true })
const folder = mkdtempSync(join(cache, 'docs-'))
for (const [name, text] of programs()) writeFileSync(join(folder, name), text)
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const nameOf = (index: number, { language }: Block): string => `block-${index}.${language}`

/** Where nobody annotates anything, only some complaints are certain: of syntax, and of names that are not there. */
const isCertain = (line: string): boolean => /error TS(1\d{3}|2304|2305|2307|2551|2552|2614|2724):/.test(line)

/** What the compiler has to say about the examples, with the place in the documents instead of the file. */
async function compile(): Promise<string[]> {
  for (const [index, block] of checked.entries()) writeFileSync(join(folder, nameOf(index, block)), block.text)
  // What other examples import, by the name in its first line.
  for (const { text } of checked) {
    const name = /^\/\/ (\w+\.ts)\n/.exec(text)?.[1]
    if (name && checked.some((block) => block.text.includes(`'./${name}'`))) writeFileSync(join(folder, name), text)
  }
  for (const [language, text] of Object.entries(planted))
    writeFileSync(join(folder, `planted-${language}.${language}`), text)
  const up = relative(folder, root).replaceAll('\\', '/')
  const { config } = ts.readConfigFile(join(root, 'tsconfig.json'), ts.sys.readFile) as {
    config: { compilerOptions: { paths: Record<string, [string]> } }
  }
  const doors = Object.entries(config.compilerOptions.paths)
  const options = {
    // Each block is a file of its own, whether it imports something or not.
    moduleDetection: 'force',
    typeRoots: [`${up}/node_modules/@types`],
    types: ['node'],
    paths: Object.fromEntries(doors.map(([name, [file]]) => [name, [`${up}/${file}`]])),
  }
  const lenient = { checkJs: true, strict: false, exactOptionalPropertyTypes: false }
  const prelude = `${up}/test/support/docs-prelude.d.ts`
  const told = await Promise.all([
    complaints({ compilerOptions: options, include: ['*.ts', '*.tsx', '*.vue', prelude] }, 'examples'),
    complaints({ compilerOptions: { ...options, ...lenient }, include: ['*.mjs'] }, 'programs'),
  ])
  return told.flat().filter((line) => line.startsWith('planted-') || !line.includes('.mjs(') || isCertain(line))

  function complaints(settings: object, name: string): Promise<string[]> {
    const file = join(folder, `tsconfig.${name}.json`)
    writeFileSync(file, JSON.stringify({ extends: `${up}/tsconfig.tools.json`, ...settings }))
    const compiler = createRequire(import.meta.url).resolve('vue-tsc/bin/vue-tsc.js')
    return new Promise((settle) => {
      const args = [compiler, '-p', file, '--pretty', 'false']
      execFile(process.execPath, args, { cwd: folder, maxBuffer: 2 ** 24 }, (error, stdout, stderr) => {
        const text = `${stdout}${stderr}`.replace(
          /block-(\d+)\.\w+/g,
          (_, index) => checked[Number(index)]?.place ?? '?',
        )
        // A line that begins with a space goes on with the one before.
        settle(error ? (text || String(error)).trim().split(/\n(?! )/) : [])
      })
    })
  }
}

test('every example compiles as it stands, and a mistake that is planted beside them is told', async () => {
  expect(checked.length).toBeGreaterThan(100)
  const told = await compile()
  expect(told.filter((line) => !line.startsWith('planted-'))).toEqual([])
  for (const language of Object.keys(planted)) {
    expect(told).toContainEqual(expect.stringMatching(`^planted-${language}.*error`))
  }
}, 120_000)

test('no block of a document goes unchecked: each has a language that is looked at', () => {
  const seen = new Set(['ts', 'tsx', 'vue', 'js', 'json', 'css', 'sh', 'console', 'nginx', 'text'])
  expect(blocks.filter(({ language }) => !seen.has(language)).map(({ place }) => place)).toEqual([])
})

test('the comments of everything public are read without a warning, and no link in them is dead', async () => {
  // The same that `npm run docs` writes the reference from.
  const project = await writeReference()
  expect(project.children?.map(({ name }) => name)).toContain('holdline/chat/openai')
}, 60_000)

test('every block of JSON is JSON, and so is every message in a transcript', () => {
  const wrong = blocks.flatMap(({ language, text, place }) => {
    const texts =
      language === 'json' ? [text] : language === 'console' ? text.match(/^(?:data: )?[[{]".*$|^\[\{.*$/gm) : []
    return (texts ?? []).flatMap((json) => {
      try {
        JSON.parse(json.replace(/^data: /, ''))
        return []
      } catch (error) {
        return [`${place}: ${String(error)}`]
      }
    })
  })
  expect(wrong).toEqual([])
})

test('every style sheet is one', async () => {
  const told = await Promise.all(
    blocks
      .filter(({ language }) => language === 'css')
      .map(async ({ text, place }) =>
        (await transform(text, { loader: 'css' })).warnings.map((one) => `${place}: ${one.text}`),
      ),
  )
  expect(told.flat()).toEqual([])
})

test('every command of this project that a document names is there', () => {
  const { scripts } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
    scripts: Record<string, string>
  }
  const named = documents.flatMap((file) =>
    [...readFileSync(join(root, file), 'utf8').matchAll(/\bnpm run ([\w:-]+)/g)].map(([, name = '']) => ({
      file,
      name,
    })),
  )
  expect(named.length).toBeGreaterThan(10)
  // The example apps have commands of their own.
  const missing = named.filter(({ file, name }) => !file.startsWith('examples/') && scripts[name] === undefined)
  expect(missing).toEqual([])
})

test('every shell block is read by a shell', () => {
  const wrong = blocks
    .filter(({ language }) => language === 'sh')
    .filter(({ text }) => spawnSync('sh', ['-n'], { input: text }).status !== 0)
  expect(wrong.map(({ place }) => place)).toEqual([])
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
  const broken = documents.flatMap((file) =>
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

test('every cell of the comparison leads to where it was seen, and ours to a test of that name', () => {
  const rows = readFileSync(join(root, 'docs/comparison.md'), 'utf8')
    .split('\n')
    .filter((line) => line.startsWith('| ') && !line.startsWith('| ---') && line.split('|').length > 5)
    .map((line) =>
      line
        .slice(1, -1)
        .split(' | ')
        .map((cell) => cell.trim()),
    )
    .filter(([, ours]) => ours !== 'holdline')
  expect(rows.length).toBeGreaterThan(35)
  const wrong = rows.flatMap(([what = '', ours = '', ...rest]) => {
    const [name = '', peers] = [rest.at(-1), rest.slice(0, -1)]
    const file = /\]\(\.\.\/(test\/[^)]+)\)/.exec(ours)?.[1]
    const tested = file ? readFileSync(join(root, file), 'utf8').includes(`'${name}'`) : name === '–'
    const seen = peers.every((cell) => /^(–|unknown|\[[^\]]+\]\(https:[^)]+\))$/.test(cell))
    return tested && seen ? [] : [what]
  })
  expect(wrong).toEqual([])
})

test('what builds the site can be installed on every system: no package of another one is left out of the lock', () => {
  const text = readFileSync(join(root, 'docs/package-lock.json'), 'utf8')
  const { packages } = JSON.parse(text) as {
    packages: Record<string, { optionalDependencies?: Record<string, string> }>
  }
  const missing = Object.entries(packages).flatMap(([path, { optionalDependencies = {} }]) =>
    Object.keys(optionalDependencies).filter(
      (name) => !packages[`node_modules/${name}`] && !packages[`${path}/node_modules/${name}`],
    ),
  )
  expect(missing).toEqual([])
  // Where each was fetched from is nobody's business.
  expect(text).not.toContain('"resolved"')
})

describe('a server of the documents', () => {
  /** In Node there is no page that relative addresses could belong to. */
  const running = new Set<ChildProcess>()

  afterEach(() => {
    for (const child of running) child.kill()
    running.clear()
  })

  /** Runs an example as a reader would, and finds its address in what it prints. */
  function run(file: string, more: Record<string, string> = {}): Promise<string> {
    const env = { ...process.env, PORT: '0', ...more }
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

  /** A model that says two words, in Chat Completions. */
  async function model(): Promise<{ base: string; close(): void }> {
    const server = createServer((_, res) => {
      res.writeHead(200, { 'content-type': 'text/event-stream' })
      for (const content of ['Hello', ' you'])
        res.write(`data: ${JSON.stringify({ choices: [{ delta: { content } }] })}\n\n`)
      res.end('data: {"choices":[{"delta":{},"finish_reason":"stop"}]}\n\ndata: [DONE]\n\n')
    })
    await once(server.listen(0, '127.0.0.1'), 'listening')
    return { base: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, close: () => void server.close() }
  }

  test.each([
    ['relay.mjs', { resume: 'off' }, Infinity, ['POST']],
    ['chatWithModel.mjs', {}, 150, ['POST', 'GET']],
  ] as const)('passes a model on, as the guide has it: %s', async (file, options, cutAfter, asked) => {
    const { base, close } = await model()
    const url = `${await run(file, { OPENAI_BASE_URL: base })}/api/chat`
    const { env, methods } = counting(cutAfter)
    const chat = createChat({ transports: sse(url), protocol: openAi(), backoff: { firstMs: 100 }, env, ...options })
    await chat.sendMessage({ text: 'Hi' })
    const answer = chat.get().messages.at(-1)!
    expect(textOf(answer)).toBe('Hello you')
    expect(answer.end).toMatchObject({ state: 'complete' })
    expect(methods).toEqual(asked)
    close()
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
    ['likes.mjs', 'likes', { transports: ['sse', 'polling'] }],
    ['danmaku.mjs', 'danmaku', { transports: ['webSocket'], send: true, data: { text: '$id' } }],
    ['load.mjs', 'load', { transports: ['sse', 'longPolling', 'webSocket'] }],
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

  test('the server of the guide to a backend of your own lacks a welcome, as it says, and nothing else', async () => {
    const results = await check({ url: `${await run('ticks.mjs')}/api/ticks`, transports: ['sse'], patienceMs: 3_000 })
    expect(results.filter(({ verdict }) => verdict === 'WRONG').map(({ rule }) => rule)).toEqual(['greeting'])
  })

  test('counts a like once, however often it is sent', async () => {
    const url = `${await run('likes.mjs')}/api/likes`
    const likes = createConnection({
      transports: sse(url, { dialect: envelope(), sendUrl: url }),
      decode: json<Likes>(),
    })
    const heard: number[] = []
    likes.subscribe(({ data }) => heard.push(data.likes))
    for (const id of ['a', 'b', 'a']) await likes.send({}, { id })
    await expect.poll(() => heard, { timeout: 10_000 }).toEqual([0, 1, 2])
    await likes.send({}, { id: 'c' })
    await expect.poll(() => heard, { timeout: 10_000 }).toEqual([0, 1, 2, 3])
    likes.close()
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
