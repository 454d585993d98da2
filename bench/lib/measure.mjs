// Runs one benchmark: opens it, lets the contestants take turns in an order that changes with each round, closes it.
import { createLuck, shuffle } from './numbers.mjs'
import { summarise } from './summary.mjs'

/** One measurement that takes longer is a failure, and is told as one. */
const PATIENCE_MS = 120_000

/**
 * @param benchmark What `bench/<id>/bench.mjs` exports.
 * @param only Contestants to measure; all of them without it. `open` hears of it, and need not load the others.
 */
export async function measure(benchmark, { short = false, only, rounds, seed = 1, full = false, log = () => {} } = {}) {
  const began = performance.now()
  const luck = createLuck(seed)
  const count = rounds ?? (short ? benchmark.shortRounds : benchmark.rounds) ?? 1
  const opened = await benchmark.open({ short, only, full })
  const contestants = only ? opened.contestants.filter((name) => only.includes(name)) : opened.contestants
  const samples = Object.fromEntries(
    contestants.map((name) => [
      name,
      Object.fromEntries(opened.columns.map(({ id }) => [id, Array.from({ length: count })])),
    ]),
  )
  const failures = {}
  try {
    for (let round = 0; round < count; round++) {
      for (const name of shuffle(contestants, luck)) {
        if (failures[name]) continue
        globalThis.gc?.()
        try {
          const values = await within(opened.measure(name, { round, short, full }), benchmark.patienceMs ?? PATIENCE_MS)
          for (const [column, value] of Object.entries(values)) samples[name][column][round] = value
        } catch (error) {
          failures[name] = reason(error)
          log(`  ${name} failed: ${failures[name]}`)
        }
      }
      log(`  round ${round + 1} of ${count}, ${((performance.now() - began) / 1000).toFixed(0)} s`)
    }
  } finally {
    await opened.close?.()
  }
  const summary = summarise(benchmark, { ...opened, contestants }, samples, failures)
  return { ...summary, short, rounds: count, seconds: Math.round((performance.now() - began) / 1000) }
}

/** In one line: it goes into a table. */
const reason = (error) =>
  String(error?.message ?? error)
    .split('\n')[0]
    .slice(0, 160)

/** Fails with what is thrown where nobody can catch it, too: packages do that, and the others shall have their turn. */
async function within(task, ms) {
  let timer
  let fail
  const failed = new Promise((_, reject) => {
    fail = reject
    timer = setTimeout(() => reject(new Error(`no answer within ${ms / 1000} s`)), ms)
  })
  process.on('uncaughtException', fail)
  try {
    return await Promise.race([task, failed])
  } finally {
    clearTimeout(timer)
    process.off('uncaughtException', fail)
  }
}
