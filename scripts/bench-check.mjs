// `npm run bench:check`: whether sizes, counts and ratios are still what bench/results.json says, or better. Measures `dist` as
// it is, without the packages of others: `npm run build` first.
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { root, run } from './lib/run.mjs'

if (!existsSync(join(root, 'dist/index.js'))) {
  console.error('There is nothing to measure: run `npm run build` first.')
  process.exit(1)
}
const { code } = await run(process.execPath, ['--expose-gc', 'bench/check.mjs'])
process.exitCode = code
