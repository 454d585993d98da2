// `npm test`: everything there is to check, from a fresh clone. Stops at the first step that fails.
// With arguments it runs vitest alone: `npm test -- --project node test/unit`.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setUpBrowsers } from './lib/browser-setup.mjs'
import { install } from './lib/install.mjs'
import { endWithNpm, run } from './lib/run.mjs'
import { setUpServers } from './lib/server-setup.mjs'

endWithNpm()

const args = process.argv.slice(2)
const counts = { passed: 0, failed: 0, skipped: 0 }

/** A step that says in one line that it went well, and everything if it did not. */
async function step(name, ...commands) {
  const began = performance.now()
  for (const [command, ...rest] of commands) {
    const { code, output } = await run(command, rest, { quiet: true })
    if (code !== 0) throw new Error(`${output.trim()}\n\nfailed: ${name} (${[command, ...rest].join(' ')})`)
  }
  console.log(`ok  ${name.padEnd(16)} ${((performance.now() - began) / 1000).toFixed(1)} s`)
}

async function checkPackage() {
  const node = (file) => [process.execPath, `scripts/${file}`]
  await step('lock file', node('check-lock.mjs'))
  await step('format', ['oxfmt', '--check'])
  await step('lint', ['oxlint'])
  await step('types', ['tsc', '-p', 'tsconfig.json'], ['vue-tsc', '-p', 'tsconfig.tools.json'])
  await step('unused', ['knip'])
  await step('build', node('clean.mjs'), ['rollup', '-c'], ['tsc', '-p', 'tsconfig.build.json'])
  await step('doors', node('check-exports.mjs'))
  await step('publint', ['publint', '--strict'])
  await step('declarations', ['attw', '--pack', '.', '--profile', 'esm-only'])
  await step('size', node('size.mjs'))
  await step('benchmarks', node('bench-check.mjs'))
}

/** Runs vitest and adds up its own report. */
async function runTests() {
  const folder = mkdtempSync(join(tmpdir(), 'holdline-test-'))
  const report = join(folder, 'report.json')
  const { code } = await run('vitest', [
    'run',
    ...args,
    '--reporter=default',
    '--reporter=json',
    '--reporter=./test/support/enginesReporter.ts',
    `--outputFile.json=${report}`,
  ])
  try {
    const result = JSON.parse(readFileSync(report, 'utf8'))
    counts.passed = result.numPassedTests
    counts.skipped = result.numPendingTests + result.numTodoTests
    // A file that cannot be read has no tests in the report; it must count all the same.
    const broken = result.testResults.filter((file) => file.status === 'failed' && !hasFailure(file))
    counts.failed = result.numFailedTests + broken.length
  } catch (error) {
    console.error(`vitest left no report: ${error.message}`)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
  if (code !== 0 && counts.failed === 0)
    throw new Error(`vitest ended with code ${code}, though no test failed: see above`)
}

const hasFailure = (file) => file.assertionResults.some(({ status }) => status === 'failed')

try {
  await install()
  await setUpBrowsers()
  await setUpServers()
  if (args.length === 0) await checkPackage()
  await runTests()
  if (args.length === 0 && counts.failed === 0) {
    const { code } = await run(process.execPath, ['scripts/check-consumers.mjs'])
    if (code !== 0) throw new Error('failed: the package in the hands of its users (npm run check:consumers)')
    const { code: ofExamples } = await run(process.execPath, ['scripts/check-examples.mjs'])
    if (ofExamples !== 0) throw new Error('failed: the examples (npm run check:examples)')
    await step('browsers told', [process.execPath, 'scripts/engines.mjs'])
  }
} catch (error) {
  console.error(`\n${error.message}`)
  counts.failed++
}

process.exitCode = counts.failed > 0 ? 1 : 0
const skipped = counts.skipped > 0 ? `, ${counts.skipped} skipped` : ''
console.log(`\n${counts.passed} passed, ${counts.failed} failed${skipped}`)
