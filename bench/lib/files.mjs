// Where things lie, and what there is.
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'

export const benchFolder = fileURLToPath(new URL('..', import.meta.url))
export const projectFolder = join(benchFolder, '..')
export const resultsFile = join(benchFolder, 'results.json')

/** The order in which they are run and told. What is not named here comes last. */
const ORDER = ['size', 'sse', 'sse-node', 'line', 'chat', 'danmaku', 'tools', 'herd', 'memory']

/** The ids of all benchmarks: every folder that holds a bench.mjs. */
export function allIds() {
  const place = (id) => (ORDER.includes(id) ? ORDER.indexOf(id) : ORDER.length)
  return readdirSync(benchFolder)
    .filter((id) => existsSync(join(benchFolder, id, 'bench.mjs')))
    .sort((a, b) => place(a) - place(b) || a.localeCompare(b))
}

export async function loadBenchmark(id) {
  const { default: benchmark } = await import(pathToFileURL(join(benchFolder, id, 'bench.mjs')).href)
  return benchmark
}

/** The results that are kept with the project. */
export const readResults = () =>
  existsSync(resultsFile) ? JSON.parse(readFileSync(resultsFile, 'utf8')) : { machine: {}, peers: {}, benchmarks: [] }

export function writeResults(results) {
  const ids = allIds()
  const benchmarks = [...results.benchmarks].sort((a, b) => ids.indexOf(a.id) - ids.indexOf(b.id))
  writeFileSync(resultsFile, `${JSON.stringify({ ...results, benchmarks }, undefined, 2)}\n`)
}

/** The peers and their versions, as bench/package.json names them. */
export const peerVersions = () => JSON.parse(readFileSync(join(benchFolder, 'package.json'), 'utf8')).dependencies ?? {}
