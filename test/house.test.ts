// The house rules that no linter knows. Each test lists the offenders, so that a failure says where to look.
import { readdirSync, readFileSync } from 'node:fs'
import { dirname, extname, join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import ts from 'typescript'
import { expect, test } from 'vitest'

const root = fileURLToPath(new URL('..', import.meta.url))
const notOurs = new Set(['node_modules', 'dist', 'coverage', '.git', '.playground'])

/** Every file below a folder, as paths from the root with forward slashes. */
function filesIn(folder: string): string[] {
  return readdirSync(join(root, folder), { withFileTypes: true }).flatMap((entry) => {
    if (notOurs.has(entry.name)) return []
    const path = folder === '' ? entry.name : `${folder}/${entry.name}`
    return entry.isDirectory() ? filesIn(path) : entry.isFile() ? [path] : []
  })
}

const read = (path: string): string => readFileSync(join(root, path), 'utf8')
const isCode = (path: string): boolean => /\.tsx?$/.test(path)
const sources = filesIn('src').filter(isCode)
const bindings = filesIn('bindings').filter(isCode)
const library = [...sources, ...bindings]

const parsed = new Map<string, ts.SourceFile>()
function parse(path: string): ts.SourceFile {
  let file = parsed.get(path)
  if (!file) parsed.set(path, (file = ts.createSourceFile(path, read(path), ts.ScriptTarget.Latest, true)))
  return file
}

/** What a file imports, types included, by any way of writing it. */
function importsOf(path: string): string[] {
  return ts.preProcessFile(read(path)).importedFiles.map(({ fileName }) => {
    if (!fileName.startsWith('.')) return fileName
    const target = join(dirname(path), fileName).replaceAll('\\', '/').replace(/\.js$/, '')
    return library.find((file) => file === `${target}.ts` || file === `${target}.tsx`) ?? target
  })
}

/** The lines of a file on which a node of the syntax tree is told to be wrong. */
function linesWhere(path: string, isWrong: (node: ts.Node) => boolean): string[] {
  const file = parse(path)
  const found: string[] = []
  const visit = (node: ts.Node): void => {
    if (isWrong(node)) found.push(`${path}:${file.getLineAndCharacterOfPosition(node.getStart()).line + 1}`)
    ts.forEachChild(node, visit)
  }
  visit(file)
  return found
}

// -- floors

const FLOORS = [
  'base',
  'frames',
  'policy',
  'transports',
  'tabs',
  'connection',
  'dialects',
  'adapters',
  'chat',
  'aiSdk',
  'tanstack',
  'inspector',
]

/** `src/index.ts` is the roof. */
function floorOf(path: string): number {
  const room = path.split('/')[1] ?? ''
  return room === 'index.ts' ? FLOORS.length : FLOORS.indexOf(room)
}

test('there is no room in src that stands on no floor', () => {
  const homeless = sources.filter((path) => floorOf(path) < 0 && !path.startsWith('src/testing/'))
  expect(homeless).toEqual([])
})

test('a file in src imports from its own floor or from below', () => {
  const wrong = sources
    .filter((path) => !path.startsWith('src/testing/'))
    .flatMap((path) =>
      importsOf(path)
        .filter((target) => target.startsWith('src/') && (floorOf(target) < 0 || floorOf(target) > floorOf(path)))
        .map((target) => `${path} imports ${target}`),
    )
  expect(wrong).toEqual([])
})

test('src uses two packages, in one file each; but for what is made for the packages of others', () => {
  const used = sources
    .filter((path) => !/^src\/(adapters|aiSdk|tanstack)\//.test(path))
    .flatMap((path) =>
      importsOf(path)
        .filter((target) => !target.startsWith('src/'))
        .map((target) => `${path} imports ${target}`),
    )
  expect(used).toEqual([
    'src/chat/indexedDb.ts imports idb-keyval',
    'src/frames/eventStream.ts imports eventsource-parser',
  ])
})

test('a binding imports the front doors, its framework, its own files and what the bindings share', () => {
  const wrong = bindings.flatMap((path) => {
    const [, room] = path.split('/')
    const allowed = ['holdline', 'holdline/chat', ...(room === 'shared' ? [] : [room])]
    return importsOf(path)
      .filter(
        (target) =>
          !allowed.includes(target) &&
          !target.startsWith(`bindings/${room}/`) &&
          !target.startsWith('bindings/shared/'),
      )
      .map((target) => `${path} imports ${target}`)
  })
  expect(wrong).toEqual([])
})

test('no file imports itself by way of others, not even for a type', () => {
  const circles: string[] = []
  const done = new Set<string>()
  const walk = (path: string, trail: readonly string[]): void => {
    const start = trail.indexOf(path)
    if (start >= 0) circles.push([...trail.slice(start), path].join(' > '))
    if (start >= 0 || done.has(path)) return
    for (const target of importsOf(path)) if (library.includes(target)) walk(target, [...trail, path])
    done.add(path)
  }
  for (const path of library) walk(path, [])
  expect(circles).toEqual([])
})

// -- files

test('no file of the library is longer than 200 lines', () => {
  const long = library
    .map((path) => ({ path, lines: read(path).trimEnd().split('\n').length }))
    .filter(({ lines }) => lines > 200)
    .map(({ path, lines }) => `${path}: ${lines}`)
  expect(long).toEqual([])
})

test('only the clock knows the time, and luck is handed in', () => {
  const forbidden = new Set([
    'setTimeout',
    'setInterval',
    'setImmediate',
    'Date.now',
    'performance.now',
    'Math.random',
    'globalThis.setTimeout',
    'globalThis.setInterval',
  ])
  // The second waits for frames of the page, which the core knows nothing of.
  const clocks = new Set(['src/base/clock.ts', 'bindings/shared/paced.ts'])
  const wrong = library
    .filter((path) => !clocks.has(path))
    .flatMap((path) =>
      linesWhere(
        path,
        (node) =>
          (ts.isCallExpression(node) && forbidden.has(node.expression.getText())) ||
          (ts.isNewExpression(node) && node.expression.getText() === 'Date' && !node.arguments?.length),
      ),
    )
  expect(wrong).toEqual([])
})

test('nothing in the library is of type any', () => {
  const wrong = library.flatMap((path) => linesWhere(path, (node) => node.kind === ts.SyntaxKind.AnyKeyword))
  expect(wrong).toEqual([])
})

test('no check is switched off in the library', () => {
  const wrong = library.filter((path) => /@ts-(ignore|expect-error|nocheck)|(eslint|oxlint)-disable/.test(read(path)))
  expect(wrong).toEqual([])
})

test('nothing but an error and an element says "this": methods may be handed on by themselves', () => {
  // An iterator that is asked for its iterator answers `return this`; nobody hands that on.
  const wrong = library.flatMap((path) =>
    linesWhere(
      path,
      (node) => node.kind === ts.SyntaxKind.ThisKeyword && !ts.isReturnStatement(node.parent) && !isAsTheyWant(node),
    ),
  )
  expect(wrong).toEqual([])
})

/** Errors and the DOM's own elements must be classes. */
function isAsTheyWant(node: ts.Node): boolean {
  const home = ts.findAncestor(node, ts.isClassLike)
  return home?.heritageClauses?.some((clause) => /^extends (Error|HTMLElement)$/.test(clause.getText())) === true
}

// -- what is public

const doors = [
  'src/index.ts',
  'src/chat/index.ts',
  'src/chat/protocols/openAiResponses.ts',
  'src/chat/protocols/openAi.ts',
  'src/chat/protocols/anthropic.ts',
  'src/chat/protocols/gemini.ts',
  'src/chat/protocols/ollama.ts',
  'src/chat/protocols/text.ts',
  'src/chat/protocols/uiMessage.ts',
  'src/chat/protocols/agUi.ts',
  'src/chat/protocols/langGraph.ts',
  'src/chat/protocols/chatGptStreamOutput.ts',
  'src/chat/indexedDb.ts',
  'src/chat/protocols/auto.ts',
  'src/aiSdk/index.ts',
  'src/tanstack/index.ts',
  'src/testing/index.ts',
  'src/dialects/index.ts',
  'src/inspector/index.ts',
  'src/adapters/fetchEventSource.ts',
  'src/adapters/reconnectingWebSocket.ts',
  'bindings/react/index.ts',
  'bindings/vue/index.ts',
].filter((path) => library.includes(path))

test('every public name says what it is', { timeout: 60_000 }, () => {
  const configPath = join(root, 'tsconfig.json')
  const { config } = ts.readConfigFile(configPath, ts.sys.readFile) as { config: unknown }
  const { options } = ts.parseJsonConfigFileContent(config, ts.sys, root)
  const program = ts.createProgram(
    doors.map((path) => join(root, path)),
    options,
  )
  const checker = program.getTypeChecker()
  const silent = doors.flatMap((path) => {
    const module = checker.getSymbolAtLocation(program.getSourceFile(join(root, path))!)
    return checker.getExportsOfModule(module!).flatMap((name) => {
      const meant = name.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(name) : name
      const place = meant.declarations?.[0]?.getSourceFile().fileName
      // What comes in by a package's name is documented where it is at home.
      if (!place || meant.getDocumentationComment(checker).length > 0) return []
      return [`${path}: ${name.name} (${relative(root, place).replaceAll('\\', '/')})`]
    })
  })
  expect(silent).toEqual([])
})

test('no text names a folder of somebody’s own machine', () => {
  const folder = /[\s'"`(=]\/(home|root|Users|work|tmp)\/\w/
  const texts = new Set(['.ts', '.tsx', '.vue', '.mjs', '.js', '.json', '.md', '.html', '.css', '.yml', '.svg', ''])
  const wrong = filesIn('')
    .filter((path) => texts.has(extname(path)) && path !== 'package-lock.json')
    .flatMap((path) => {
      const lines = read(path).split('\n')
      return lines.flatMap((line, index) => (folder.test(line) ? [`${path}:${index + 1}`] : []))
    })
  expect(wrong).toEqual([])
})
