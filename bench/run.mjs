// Measures, and writes results.json and docs/benchmarks.md. Started by scripts/bench.mjs, which sees to what it needs.
import { browsers } from './lib/browsers.mjs'
import { allIds, loadBenchmark, peerVersions, readResults, writeResults } from './lib/files.mjs'
import { machineFacts } from './lib/machine.mjs'
import { measure } from './lib/measure.mjs'
import { tableOf } from './lib/report.mjs'
import { writeReport } from './report.mjs'

const args = process.argv.slice(2)
const has = (flag) => args.includes(`--${flag}`)
const [short, full] = [has('short'), has('full')]
// A short run is for looking; what is kept is kept on purpose.
const only = args
  .find((arg) => arg.startsWith('--only='))
  ?.slice('--only='.length)
  .split('|')
const keeps = (!short || has('write')) && !only
const known = allIds()
const wanted = args.filter((arg) => !arg.startsWith('--'))
const unknown = wanted.filter((id) => !known.includes(id))
if (unknown.length > 0) throw new Error(`There is no benchmark ${unknown.join(', ')}; there are ${known.join(', ')}.`)

const log = (text) => console.log(text)
const lost = []
for (const id of wanted.length > 0 ? wanted : known) {
  log(`\n${id}`)
  let result
  try {
    result = await measure(await loadBenchmark(id), { short, full, only, log })
  } catch (error) {
    // The others are run all the same; what is known of this one stays as it is.
    lost.push(id)
    console.error(`${id} could not be run: ${error.stack}`)
    continue
  }
  log(`\n${tableOf(result)}\n`)
  for (const { text, reached, value } of result.goals) {
    log(`${reached ? 'reached    ' : reached === undefined ? 'unmeasured ' : 'NOT REACHED'} ${text} (${value})`)
  }
  if (!keeps) continue
  // After each one: a run that is cut short keeps what it has.
  const before = readResults()
  const benchmarks = [...before.benchmarks.filter((other) => other.id !== id), result]
  writeResults({ machine: machineFacts(browsers.chromium), peers: peerVersions(), benchmarks })
  writeReport()
}
log(
  keeps
    ? '\nwritten: bench/results.json, docs/benchmarks.md'
    : '\nnothing written: a short run (add --write to keep it)',
)
if (lost.length > 0) {
  console.error(`not run: ${lost.join(', ')}`)
  process.exitCode = 1
}
// Peers leave sockets and timers behind.
process.exit()
