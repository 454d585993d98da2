// `npm run release:check`: is this fit to publish? What `npm test` leaves out because it takes minutes: the package in the hands
// of users with other versions than ours, its licences, and its bill of materials. `npm test` comes first.
// Goes through all steps and then says which have failed. With names it runs those alone: `npm run release:check -- types`.
import { endWithNpm, root, run } from './lib/run.mjs'
import { install } from './lib/install.mjs'
import { setUpBrowsers } from './lib/browser-setup.mjs'

endWithNpm()

const node = (file, ...args) => [process.execPath, `scripts/${file}`, ...args]

/** Name, what it asks, and the commands. */
const steps = [
  ['lock', 'can others install what is locked', node('check-lock.mjs')],
  ['build', 'is it built', node('clean.mjs'), ['rollup', '-c'], ['tsc', '-p', 'tsconfig.build.json']],
  ['doors', 'does each door lead somewhere', node('check-exports.mjs')],
  ['publint', 'is the package in order', ['publint', '--strict']],
  ['attw', 'are the types found', ['attw', '--pack', '.', '--profile', 'esm-only']],
  ['size', 'is it small enough', node('size.mjs')],
  ['knip', 'is everything used', ['knip']],
  ['licences', 'may it be used', node('check-licences.mjs')],
  ['runtime', 'does nothing come along', node('check-runtime.mjs')],
  ['sbom', 'what is in it', node('sbom.mjs')],
  ['consumers', 'does it work in Vite with Vue and with React', node('check-consumers.mjs')],
  ['node', 'does it work in plain Node, and in a page without a bundler', node('check-node.mjs')],
  ['examples', 'do the examples work', node('check-examples.mjs')],
  ['types', 'does it compile with other versions of TypeScript', node('check-types.mjs')],
  ['frameworks', 'does it work with other versions of React and Vue', node('check-frameworks.mjs')],
]

const wanted = process.argv.slice(2)
const unknown = wanted.filter((name) => !steps.some(([step]) => step === name))
if (unknown.length > 0) {
  console.error(`There is no step ${unknown.join(', ')}. There are: ${steps.map(([name]) => name).join(', ')}`)
  process.exit(2)
}

/** Steps that could not look into all there is; a package is fit to publish only where nothing was left out. */
const skipped = []

const seconds = (sinceMs) => `${((performance.now() - sinceMs) / 1000).toFixed(1)} s`

/** Whether a step went well. What it has found is shown below its name; tools of others are heard only if they complain. */
async function take([name, asked, ...commands]) {
  const began = performance.now()
  let told = ''
  for (const [command, ...args] of commands) {
    const { code, output } = await run(command, args, { quiet: true, env: { NO_COLOR: '1' } })
    told += output
    if (code === 0) continue
    console.error(`${output.trim()}\n\nFAILED  ${name.padEnd(12)} ${seconds(began).padStart(8)}  ${asked}`)
    return false
  }
  console.log(`ok  ${name.padEnd(12)} ${seconds(began).padStart(8)}  ${asked}`)
  for (const line of told.split('\n')) {
    if (/^(ok {2}|skipped: )/.test(line)) console.log(`      ${line}`)
    if (line.startsWith('skipped: ')) skipped.push(name)
  }
  return true
}

const began = performance.now()
try {
  process.chdir(root)
  await install()
  await setUpBrowsers()
  const failed = []
  for (const step of steps) {
    if (wanted.length > 0 && !wanted.includes(step[0])) continue
    if (!(await take(step))) failed.push(step[0])
  }
  process.exitCode = failed.length > 0 ? 1 : 0
  const verdict = failed.length > 0 ? `not fit to publish: ${failed.join(', ')}` : 'fit to publish'
  const left = steps.filter(([name]) => skipped.includes(name) || (wanted.length > 0 && !wanted.includes(name)))
  const but = left.length > 0 ? `; not, or not wholly, looked into: ${left.map(([name]) => name).join(', ')}` : ''
  console.log(`\n${verdict}${but}; after ${seconds(began)}`)
} catch (error) {
  console.error(error.message)
  process.exitCode = 1
}
