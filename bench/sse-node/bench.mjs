// SSE bytes to messages in Node: the same contestants and streams as in Chromium.
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { benchFolder } from '../lib/files.mjs'
import { bundle, definition, measuring, what } from '../sse/definition.mjs'

const COUNT = 50_000
const SHORT = 20_000
const OWN = ['bare read + decode + split', 'holdline']

export default {
  ...definition,
  id: 'sse-node',
  title: 'SSE bytes to messages, in Node',
  what: what('Node', COUNT),
  rounds: 3,
  shortRounds: 2,
  check: { contestants: OWN },
  async open({ short, only }) {
    const folder = join(benchFolder, 'node_modules/.cache')
    const file = join(folder, only ? 'sse-own.mjs' : 'sse.mjs')
    await mkdir(folder, { recursive: true })
    await writeFile(file, await bundle('node', only))
    await import(pathToFileURL(file).href)
    const { sseNames, sseClock } = globalThis
    return measuring(sseNames, sseClock, short ? SHORT : COUNT)
  },
}
