// `npm run bench:check`: measures our own side again, in the short form, and compares it with results.json. Sizes and counts are
// compared as they are, times only as a ratio to the limit; a clear step back fails. Needs none of the peers.
import { allIds, loadBenchmark, readResults } from './lib/files.mjs'
import { compare } from './lib/compare.mjs'
import { measure } from './lib/measure.mjs'

/** A loaded machine may lose a round; it does not lose every one. */
const TRIES = 3

const { benchmarks } = readResults()
const steps = []
let compared = 0
for (const id of allIds()) {
  const kept = benchmarks.find((benchmark) => benchmark.id === id)
  const benchmark = await loadBenchmark(id).catch((error) => {
    // A benchmark without a part to check may need packages that are not here.
    if (error.code === 'ERR_MODULE_NOT_FOUND') return {}
    throw error
  })
  if (!benchmark.check || !kept) continue
  let found = []
  for (let turn = 1; turn <= TRIES; turn++) {
    const now = await measure(benchmark, { short: true, only: benchmark.check.contestants })
    const result = compare(kept, now, benchmark.check.columns)
    found = result.steps
    if (turn === 1) compared += result.compared
    // Nothing, or only what is counted, and comes out the same each time.
    if (found.every(({ kind }) => kind !== 'time')) break
  }
  steps.push(...found)
  console.log(`${found.length === 0 ? 'ok  ' : 'FAIL'} ${id}`)
}
for (const { text } of steps) console.error(text)
if (compared === 0) console.error('Nothing was compared: there is no bench/results.json; npm run bench writes it.')
console.log(`${compared} values compared; clear steps back: ${steps.length}`)
process.exit(steps.length > 0 || compared === 0 ? 1 : 0)
