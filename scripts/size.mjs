// `npm run size`: what holdline adds to a page, minified and compressed with brotli, against its budgets. `--json` for machines;
// `--write` puts the numbers into the README, which must not lag behind.
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { brotliCompressSync, constants } from 'node:zlib'
import { build } from 'esbuild'
import { root } from './lib/run.mjs'

const chat = (binding) => `
  export { longPolling, polling, sse, webSocket } from 'holdline'
  export { createChat, openAi } from 'holdline/chat'
  export { useChat } from 'holdline/${binding}'`

/**
 * What a page imports, how many bytes of it there may be, and how many there should be one day. The budget is a ratchet:
 * whoever makes a bundle smaller lowers it.
 */
const bundles = [
  {
    name: 'core, all five transports, without the SSE parser',
    source: `export { createConnection, eventSource, longPolling, polling, sse, webSocket } from 'holdline'`,
    parser: false,
    budget: 11_600,
    goal: 9_000,
  },
  {
    name: 'core, WebSocket only',
    source: `export { createConnection, webSocket } from 'holdline'`,
    budget: 8_850,
    goal: 4_500,
  },
  { name: 'chat in React: four transports, openAi, useChat', source: chat('react'), budget: 21_100, goal: 12_000 },
  { name: 'chat in Vue: four transports, openAi, useChat', source: chat('vue'), budget: 21_100, goal: 12_000 },
  {
    name: 'the inspector, without the core',
    source: `export { defineInspector } from 'holdline/inspector'`,
    core: false,
    budget: 8_000,
    goal: 8_000,
  },
  { name: 'the SSE parser (eventsource-parser) alone', source: `export { createParser } from 'eventsource-parser'` },
]

const door = (name) => join(root, 'dist', `${name}.js`)
if (!existsSync(door('index'))) {
  console.error('There is nothing to weigh: run `npm run build` first.')
  process.exit(1)
}

async function weigh({ name, source, parser = true, core = true, budget, goal }) {
  const { outputFiles } = await build({
    stdin: { contents: source, resolveDir: root },
    alias: {
      holdline: door('index'),
      'holdline/chat': door('chat'),
      'holdline/react': door('react'),
      'holdline/vue': door('vue'),
      'holdline/inspector': door('inspector'),
    },
    external: ['react', 'vue', ...(parser ? [] : ['*/eventsource-parser.js']), ...(core ? [] : ['*/shared/core.js'])],
    bundle: true,
    minify: true,
    format: 'esm',
    target: 'es2022',
    legalComments: 'none',
    write: false,
    logLevel: 'error',
  })
  const [{ contents }] = outputFiles
  const params = { [constants.BROTLI_PARAM_QUALITY]: 11 }
  return { name, minified: contents.length, brotli: brotliCompressSync(contents, { params }).length, budget, goal }
}

const kB = (bytes) => `${(bytes / 1000).toFixed(2)} kB`
const sizes = await Promise.all(bundles.map(weigh))

if (process.argv.includes('--json')) {
  console.log(JSON.stringify(sizes, undefined, 2))
} else {
  const widest = Math.max(...sizes.map(({ name }) => name.length))
  console.log(`${''.padEnd(widest)}    minified      brotli      budget        goal`)
  for (const { name, minified, brotli, budget, goal } of sizes) {
    const columns = [kB(minified), kB(brotli), budget ? kB(budget) : '', goal ? kB(goal) : '']
      .map((text) => text.padStart(12))
      .join('')
    console.log(name.padEnd(widest) + columns)
  }
}

/** The table in the README: one decimal, so that another version of the compressor changes nothing. */
const readme = join(root, 'README.md')
const text = readFileSync(readme, 'utf8')
const told = [...text.matchAll(/^\| (.+?) +\| ([\d.]+) kB +\|$/gm)].map(([, name, size]) => [name, Number(size)])
if (process.argv.includes('--write')) {
  const rows = sizes.map(({ name, brotli }) => `| ${name} | ${(brotli / 1000).toFixed(1)} kB |`)
  const table = ['| what a page imports | brotli |', '| --- | --- |', ...rows].join('\n')
  writeFileSync(readme, text.replace(/(<!-- size -->)[^]*(<!-- \/size -->)/, `$1\n\n${table}\n\n$2`))
} else {
  for (const { name, brotli } of sizes) {
    const [, size = 0] = told.find(([other]) => other === name) ?? []
    if (Math.abs(size * 1000 - brotli) <= 100) continue
    console.error(`README says ${size} kB, and it is ${kB(brotli)}: ${name} (npm run size -- --write)`)
    process.exitCode = 1
  }
}

for (const { name, brotli, budget } of sizes) {
  if (budget === undefined || brotli <= budget) continue
  console.error(`over budget by ${brotli - budget} bytes: ${name}`)
  process.exitCode = 1
}
