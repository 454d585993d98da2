// The README's table of what ran in which browser, from what the last test run has noted (test/support/enginesReporter.ts).
// `node scripts/engines.mjs` says where the table is out of date; with `--write` it writes it.
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { root, run } from './lib/run.mjs'

const COLUMNS = { chromium: 'Chromium', firefox: 'Firefox', webkit: 'WebKitGTK' }

/** Every file of tests that runs in a browser belongs to one of these rows. */
const ROWS = [
  ['every transport against real servers, plain and over TLS', /^test\/browser\/contract/],
  ['the same behind nginx, Nchan, Mercure and Pushpin', /^test\/browser\/real\./],
  ['lines in workers', /^test\/browser\/worker/],
  ['connections in Vue and React', /^test\/browser\/(connection|vue|react|rendering|hydration)/],
  ['chats in Vue and React', /^test\/browser\/(chat|ai-sdk)/],
  ['nothing is left behind', /^test\/browser\/leaks/],
  ['the inspector', /^test\/browser\/inspector/],
  ['every page of the playground, over a cut', /^test\/e2e\/engines/],
  ['the playground more closely: faults, reloads, hostile text, axe', /^test\/e2e\//],
  ['sleep, freezing, back/forward cache, networks that change', /^test\/lifecycle\//],
]

const rowOf = (path) => ROWS.findIndex(([, pattern]) => pattern.test(path))

function read() {
  try {
    return JSON.parse(readFileSync(join(root, '.playground/engines.json'), 'utf8'))
  } catch (error) {
    throw new Error('There is no note of a test run; npm test makes one.', { cause: error })
  }
}

/** A tick for each engine in which every file of a row passed whole, "most" where fewer tests of it run. */
function marksOf({ files }) {
  const present = Object.entries(files).filter(([path]) => existsSync(join(root, path)))
  const lost = present.map(([path]) => path).filter((path) => rowOf(path) < 0)
  if (lost.length > 0) throw new Error(`Which row of the table is it? ${lost.join(', ')} (scripts/engines.mjs)`)
  return ROWS.map(([name], row) => {
    const own = present.filter(([path]) => rowOf(path) === row).map(([, counts]) => counts)
    const most = own.map((counts) => Math.max(...Object.values(counts).map(({ passed }) => passed)))
    const mark = (engine) => {
      const counts = own.map((one) => one[engine] ?? { passed: 0, failed: 0 })
      if (counts.every(({ passed }) => passed === 0)) return '–'
      if (counts.some(({ failed }) => failed > 0)) return 'fails'
      return counts.every(({ passed }, at) => passed === most[at]) ? '✓' : 'most'
    }
    return { name, marks: Object.fromEntries(Object.keys(COLUMNS).map((engine) => [engine, mark(engine)])) }
  }).filter(({ marks }) => Object.values(marks).some((mark) => mark !== '–'))
}

/** The table as it stands in the README, by the names of its rows. */
function toldIn(text) {
  const [, table = ''] = /<!-- engines -->([^]*)<!-- \/engines -->/.exec(text) ?? []
  return table
    .split('\n')
    .filter((line) => line.startsWith('|'))
    .slice(2)
    .map((line) =>
      line
        .split('|')
        .slice(1, -1)
        .map((cell) => cell.trim()),
    )
}

const short = (version) => version.split('.').slice(0, 2).join('.')

async function write(readme, text, rows, versions) {
  const failing = rows.filter(({ marks }) => Object.values(marks).includes('fails')).map(({ name }) => name)
  if (failing.length > 0) throw new Error(`Not written, because it fails: ${failing.join('; ')}.`)
  const heads = Object.entries(COLUMNS).map(([engine, name]) => `${name} ${short(versions[engine] ?? '')}`.trim())
  const lines = rows.map(({ name, marks }) => [name, ...Object.values(marks)])
  const table = [['what passes there', ...heads], heads.map(() => '---').concat('---'), ...lines]
    .map((cells) => `| ${cells.join(' | ')} |`)
    .join('\n')
  const next = text.replace(/(<!-- engines -->)[^]*(<!-- \/engines -->)/, `$1\n\n${table}\n\n$2`)
  if (next === text && !text.includes('<!-- engines -->')) throw new Error('README.md has no <!-- engines --> in it.')
  writeFileSync(readme, next)
  await run('oxfmt', [readme], { quiet: true })
}

/** Versions may differ, and what is not installed here cannot be compared. */
function compare(text, rows, versions) {
  const engines = Object.keys(COLUMNS)
  const here = engines.filter((engine) => versions[engine] || rows.some(({ marks }) => marks[engine] !== '–'))
  const told = new Map(toldIn(text).map(([name, ...marks]) => [name, marks]))
  const wrong = rows.flatMap(({ name, marks }) =>
    here
      .filter((engine) => told.get(name)?.[engines.indexOf(engine)] !== marks[engine])
      .map(
        (engine) => `${name}, ${COLUMNS[engine]}: ${marks[engine]}, not ${told.get(name)?.[engines.indexOf(engine)]}`,
      ),
  )
  const gone = [...told.keys()]
    .filter((name) => !rows.some((row) => row.name === name))
    .map((name) => `${name}: no more`)
  return [...wrong, ...gone]
}

try {
  const readme = join(root, 'README.md')
  const text = readFileSync(readme, 'utf8')
  const report = read()
  const rows = marksOf(report)
  if (process.argv.includes('--write')) await write(readme, text, rows, report.versions)
  else {
    const wrong = compare(text, rows, report.versions)
    if (wrong.length > 0) {
      throw new Error(
        `The README's table of browsers is out of date (node scripts/engines.mjs --write):\n${wrong.join('\n')}`,
      )
    }
  }
} catch (error) {
  console.error(error.message)
  process.exitCode = 1
}
