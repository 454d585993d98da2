// `npm run check:frameworks`: the tests of the bindings with the oldest React and Vue that package.json lets in, with the last
// and the first versions around a new line, and with those in use. The oldest are read from "peerDependencies".
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { aside, oldest } from './lib/aside.mjs'
import { load } from './lib/load.mjs'
import { root, run } from './lib/run.mjs'

const { peerDependencies, devDependencies } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
const frameworks = (react, vue) => ({ react, 'react-dom': react, vue })
const sets = [
  frameworks(oldest(peerDependencies.react), oldest(peerDependencies.vue)),
  frameworks('18.3.1', '3.4.38'),
  // Vue 3.5.0 and 3.5.1 take many changes in a row for an endless one, and say so; later ones do not.
  frameworks('19.0.0', '3.5.3'),
  frameworks(devDependencies.react, devDependencies.vue),
]

const IMPORT = /^(?:import|export|\}) ?.*\bfrom '([^'\n]+)'/gm
const isFramework = (name) => /^(holdline\/)?(react|vue)(-dom)?(\/|$)/.test(name)

/** Whether a file imports a framework or a binding, itself or by way of its neighbours. */
function usesFramework(path, seen = new Set()) {
  if (seen.has(path) || !existsSync(path)) return false
  seen.add(path)
  return [...readFileSync(path, 'utf8').matchAll(IMPORT)].some(
    ([, name]) => isFramework(name) || (name.startsWith('.') && usesFramework(join(dirname(path), name), seen)),
  )
}

const tests = ['test/unit', 'test/browser']
  .flatMap((folder) => readdirSync(join(root, folder)).map((name) => join(root, folder, name)))
  .filter((path) => /\.test\.tsx?$/.test(path) && usesFramework(path))
  .map((path) => relative(root, path))

const { browsers } = await load('test/support/browsers.ts')
const projects = ['node', ...(browsers.chromium ? ['chromium'] : [])]
if (!browsers.chromium) console.log('skipped: the tests in a page, which need Chromium')

async function check(set) {
  const name = `React ${set.react}, Vue ${set.vue}`
  const folder = await aside(`react-${set.react}-vue-${set.vue}`, set)
  const { code, output } = await run(
    'vitest',
    ['run', '--root', '.', '--config', 'scripts/versions/vitest.config.ts', '--reporter=dot', ...tests].concat(
      projects.flatMap((project) => ['--project', project]),
    ),
    { quiet: true, env: { FRAMEWORKS: folder, NO_COLOR: '1' } },
  )
  if (code !== 0) throw new Error(`${output}\n${name}: vitest ended with code ${code}`)
  const [, counts] = /^\s+Tests\s+(.+)$/m.exec(output) ?? []
  if (!counts) throw new Error(`${output}\n${name}: vitest did not say how many tests there were`)
  console.log(`ok  ${name}: ${counts}`)
}

try {
  for (const set of sets) await check(set)
} catch (error) {
  console.error(error.message)
  process.exitCode = 1
}
