// What both halves have in common: Chromium, which counts, and Node, which everybody has.
import { join } from 'node:path'
import { build } from 'esbuild'
import { benchFolder, projectFolder } from '../lib/files.mjs'

const LIMIT = 'bare read + decode + split'
const SMALL = ['1k', '16k', '64k', 'each', 'ids', 'comments', 'chinese']

const time = (id, title, more = {}) => ({ id, title, unit: 'ms', kind: 'time', better: 'less', ...more })

const columns = [
  time('1k', '1 KB chunks'),
  time('16k', '16 KB chunks', { plot: true }),
  time('64k', '64 KB chunks'),
  time('each', 'an event a chunk', { plot: true }),
  time('ids', 'with ids'),
  time('comments', 'with comments'),
  time('chinese', 'Chinese'),
  time('giant', 'one event of 10 MB', { plot: true }),
  { id: 'growth', title: '10 MB ÷ 4 × 2.5 MB', unit: '×', kind: 'ratio', better: 'less' },
]

/** What is fed, and what is counted, in words for both. */
export const what = (where, count) =>
  `From the bytes of an answer to the last message in a listener, in ${where}: ${count.toLocaleString('en-US')} events of about 200 bytes, as a chat service sends one for each token, cut at every 1, 16 or 64 KB wherever that falls, or one event a chunk; then in 16 KB chunks with ids, with a comment before each event, and in Chinese; and one event of 10 MB in 64 KB chunks. The last column says how its time grows: 1 is linear. Everybody is handed the same prepared chunks by a \`fetch\` of its own, so no network is in it.

holdline is measured as a whole, connection and listener included; of the others, \`fetch-event-source\` and \`eventsource\` are clients too, the rest decode and no more. The limit finds no field but \`data\` and knows no cut but \`\\n\\n\`: a parser that keeps to the standard does more. In brackets: how many times the limit.`

export const definition = {
  ours: 'holdline',
  limit: LIMIT,
  goals: [
    ...SMALL.map((column) => ({
      column,
      against: 'limit',
      max: 1.3,
      text: `the whole line costs little more than reading, ${columns.find(({ id }) => id === column).title}`,
    })),
    { column: 'growth', max: 1.5, text: 'an event of 10 MB takes four times as long as one of 2.5 MB' },
  ],
}

/** Contestants as one script, the same for both halves. Without the peers where nobody asks for them. */
export async function bundle(platform, only) {
  const ownOnly = only?.every((name) => name === 'holdline' || name === LIMIT)
  const source = `
    import { own } from './own.mjs'
    ${ownOnly ? 'const peers = {}' : `import { peers } from './peers.mjs'`}
    import { clock } from './clock.mjs'
    const all = { ...own, ...peers }
    globalThis.sseNames = Object.keys(all)
    globalThis.sseClock = (name, stream, count, tries) => clock(all[name], stream, count, tries)`
  const { outputFiles } = await build({
    stdin: { contents: source, resolveDir: join(benchFolder, 'sse') },
    alias: { holdline: join(projectFolder, 'dist/index.js') },
    external: platform === 'node' ? ['node:*'] : [],
    define: { 'process.env.NODE_ENV': '"production"' },
    bundle: true,
    minify: platform === 'browser',
    format: platform === 'node' ? 'esm' : 'iife',
    platform,
    target: 'es2022',
    write: false,
    logLevel: 'error',
    ...(platform === 'node'
      ? {
          banner: { js: `import { createRequire } from 'node:module'; const require = createRequire(import.meta.url)` },
        }
      : {}),
  })
  return outputFiles[0].text
}

/** `clock(name, stream, count, tries)` answers in milliseconds. */
export function measuring(names, clock, count) {
  const warm = new Set()
  return {
    contestants: names,
    columns,
    async measure(name, { short }) {
      const tries = short ? 2 : 3
      if (!warm.has(name)) for (const stream of SMALL) await clock(name, stream, 2_000, 2)
      warm.add(name)
      const values = {}
      for (const stream of SMALL) values[stream] = await clock(name, stream, count, tries)
      values.giant = await clock(name, 'giant', 1, tries)
      values.growth = values.giant / (4 * (await clock(name, 'quarter', 1, tries)))
      return values
    },
  }
}
