// `npm run bench`: measures holdline beside others, from a fresh clone, and writes docs/benchmarks.md. `-- size sse` runs some,
// `-- --short` takes a quick look and writes nothing unless there is `--write`; `-- herd --full` takes a million clients;
// `-- --profile` says where bytes, time and memory go.
import { existsSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { setUpBrowsers } from './lib/browser-setup.mjs'
import { install } from './lib/install.mjs'
import { endWithNpm, root, run } from './lib/run.mjs'

endWithNpm()

async function must(what, command, args, options) {
  const { code, output } = await run(command, args, { quiet: true, ...options })
  if (code !== 0) throw new Error(`${output.trim()}\n\n${what} failed with code ${code}`)
}

/** The peers are no part of the project's own dependencies: only who measures has them. */
async function installPeers() {
  const folder = join(root, 'bench')
  const { packages } = JSON.parse(readFileSync(join(folder, 'package-lock.json'), 'utf8'))
  const present = join(folder, 'node_modules/.package-lock.json')
  const there = existsSync(present) ? JSON.parse(readFileSync(present, 'utf8')).packages : {}
  const lacking = Object.entries(packages).some(
    ([path, { version, optional }]) => path !== '' && !optional && there[path]?.version !== version,
  )
  if (!lacking) return
  console.log('installing the packages to measure against (npm ci in bench/) …')
  await must('npm ci in bench/', 'npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund'], { cwd: folder })
}

/** Measured is what would be published, so it is built anew; but not for each of several short looks. */
async function build() {
  const built = join(root, 'dist/index.js')
  if (process.env.HOLDLINE_BENCH_KEEP_DIST && existsSync(built)) {
    console.log(`measuring the build of ${statSync(built).mtime.toISOString()}`)
    return
  }
  console.log('building dist (npm run build) …')
  await must('npm run build', 'npm', ['run', 'build'])
}

try {
  await install()
  await installPeers()
  await setUpBrowsers()
  await build()
} catch (error) {
  console.error(error.message)
  process.exit(1)
}
const args = process.argv.slice(2)
const program = args.includes('--profile') ? 'bench/profile/run.mjs' : 'bench/run.mjs'
const { code } = await run(process.execPath, ['--expose-gc', program, ...args])
process.exitCode = code
