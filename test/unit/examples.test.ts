// The examples in the comments of everything public stand in the reference, so they compile too.
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import ts from 'typescript'
import { afterAll, expect, test } from 'vitest'
import { doors } from '../../scripts/lib/docs/reference.mjs'

const root = fileURLToPath(new URL('../..', import.meta.url))
const cache = join(root, 'node_modules/.cache')
mkdirSync(cache, { recursive: true })
const folder = mkdtempSync(join(cache, 'examples-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

interface Example {
  readonly file: string
  readonly code: string
}

/** The lines behind each `@example`, up to the next tag or the end of the comment. */
function examplesIn(file: string): Example[] {
  const comments = readFileSync(join(root, file), 'utf8').match(/\/\*\*[\s\S]*?\*\//g) ?? []
  return comments.flatMap((comment) =>
    [...comment.matchAll(/@example *\n([\s\S]*?)(?=\n *\* *@|\n? *\*\/)/g)].map(([, text = '']) => ({
      file,
      code: text.replaceAll(/^ *\* ?/gm, ''),
    })),
  )
}

const examples = ['src', 'bindings']
  .flatMap((name) => readdirSync(join(root, name), { recursive: true }).map((path) => `${name}/${String(path)}`))
  .map((path) => path.replaceAll('\\', '/'))
  .filter((path) => path.endsWith('.ts'))
  .flatMap(examplesIn)

/** What an application has around an example. */
const prelude = `
  import type { KeptJournal, Asking, Schema } from 'holdline'
  import type { ChatMessage } from 'holdline/chat'
  declare global {
    interface Mail { readonly subject: string }
    interface Note { readonly text: string }
    const news: import('holdline').Connection<string>
    const room: typeof news
    const mail: typeof news
    const notifications: typeof news
    const likes: import('holdline').Connection<{ likes: number; count: number }>
    const chat: import('holdline/chat').Chat
    const message: ChatMessage
    const journal: KeptJournal
    const recipe: Schema<{ name: string }>
    const saved: string
    const thread: string
    const userId: string
    const id: string
    const sessionId: string
    function token(): Promise<string>
    function report(text: string): void
    function render(...values: unknown[]): void
    /** That of another package. */
    function useChat(options: object): { messages: unknown; sendMessage: unknown; stop: unknown }
    function ChatBox(props: { options: object }): null
    function Messages(): null
    function Composer(): null
    function fetchToken(): Promise<string>
    function toast(...values: unknown[]): void
    function show(...values: unknown[]): void
    function draw(samples: Float32Array): void
  }`

const inVue = `
  declare const token: import('vue').Ref<string>
  declare const props: { id: string; room: string; chat: import('holdline/chat').Chat; message: import('holdline/chat').ChatMessage }`

/** Each name with the door that it comes from; a binding's own names count first in a binding. */
function homes(): (file: string) => ReadonlyMap<string, string> {
  const { config } = ts.readConfigFile(join(root, 'tsconfig.json'), ts.sys.readFile) as { config: unknown }
  const { options } = ts.parseJsonConfigFileContent(config, ts.sys, root)
  const program = ts.createProgram(
    doors().map(({ source }) => join(root, source)),
    options,
  )
  const checker = program.getTypeChecker()
  const namesOf = ({ source }: { source: string }): string[] => {
    const module = checker.getSymbolAtLocation(program.getSourceFile(join(root, source))!)
    return module ? checker.getExportsOfModule(module).map(({ name }) => name) : []
  }
  const all = doors().map((door) => ({ ...door, names: namesOf(door) }))
  return (file) => {
    const own = ['holdline/react', 'holdline/vue'].filter((name) =>
      file.startsWith(name.replace('holdline', 'bindings')),
    )
    const others = all.filter(({ name }) => !/\/(react|vue)$/.test(name)).toReversed()
    const inOrder = [...others, ...all.filter(({ name }) => own.includes(name))]
    const known: [string, string][] = [
      ['memo', 'react'],
      ['useEffect', 'react'],
      ['z', 'zod'],
      ['from', 'rxjs'],
      ['map', 'rxjs'],
    ]
    return new Map([
      ...known,
      ...inOrder.flatMap(({ name, names }) => names.map((one) => [one, name] as [string, string])),
    ])
  }
}

const around = ({ file, code }: Example): string =>
  `${file.startsWith('bindings/vue/') ? inVue : ''}${code.includes('room.value') ? `\ndeclare const room: import('vue').Ref<string>` : ''}`

/** The imports that a reader would write above an example. */
function importsOf({ file, code }: Example, homeOf: ReturnType<typeof homes>): string {
  const source = ts.createSourceFile('example.tsx', code, ts.ScriptTarget.Latest, true, ts.ScriptKind.TSX)
  const used = new Set<string>()
  const made = new Set<string>()
  const visit = (node: ts.Node): void => {
    if (ts.isIdentifier(node)) {
      const { parent } = node
      const isMade = (ts.isVariableDeclaration(parent) || ts.isFunctionDeclaration(parent)) && parent.name === node
      const isMember = ts.isPropertyAccessExpression(parent) && parent.name === node
      if (isMade || ts.isBindingElement(parent) || ts.isParameter(parent)) made.add(node.text)
      else if (!isMember && !ts.isPropertyAssignment(parent)) used.add(node.text)
      else if (ts.isPropertyAssignment(parent) && parent.initializer === node) used.add(node.text)
    }
    ts.forEachChild(node, visit)
  }
  visit(source)
  const home = homeOf(file)
  return [...used]
    .filter((name) => !made.has(name) && home.has(name))
    .map((name) => `import { ${name} } from '${home.get(name)}'`)
    .join('\n')
}

test('every example in a comment compiles, with what it uses imported', { timeout: 120_000 }, () => {
  const homeOf = homes()
  writeFileSync(join(folder, 'prelude.d.ts'), prelude)
  for (const [index, example] of examples.entries())
    writeFileSync(
      join(folder, `example-${index}.tsx`),
      `${importsOf(example, homeOf)}\n${around(example)}\n${example.code}\nexport {}\n`,
    )
  writeFileSync(
    join(folder, 'planted.tsx'),
    `import { createConnection, sse } from 'holdline'\ncreateConnection({ transports: sse(7) })`,
  )
  const { config } = ts.readConfigFile(join(root, 'tsconfig.tools.json'), ts.sys.readFile) as { config: object }
  const settings = ts.parseJsonConfigFileContent({ ...config, include: [`${relative(root, folder)}/*`] }, ts.sys, root)
  const options = { ...settings.options, noEmit: true, types: ['node'], verbatimModuleSyntax: false }
  const program = ts.createProgram(settings.fileNames, options)
  const told = ts.getPreEmitDiagnostics(program).map(({ file, messageText }) => {
    const name = file ? relative(folder, file.fileName) : '?'
    const index = /example-(\d+)/.exec(name)?.[1]
    const example = index === undefined ? undefined : examples[Number(index)]
    const text = ts.flattenDiagnosticMessageText(messageText, ' ')
    return `${example ? `${example.file}: ${example.code.split('\n')[0]}` : name}: ${text}`
  })
  expect(examples.length).toBeGreaterThan(60)
  expect(told.filter((line) => !line.startsWith('planted'))).toEqual([])
  expect(told.some((line) => line.startsWith('planted'))).toBe(true)
})
