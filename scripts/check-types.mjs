// `npm run check:types`: the declarations of the package as the compilers of its users read them, from the oldest TypeScript
// that the README promises to the newest one, with the oldest peers and with those in use. What others' declarations do
// wrong is counted, and is not ours to mend.
import assert from 'node:assert/strict'
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { aside, oldest } from './lib/aside.mjs'
import { pack } from './lib/pack.mjs'
import { root, run } from './lib/run.mjs'

const OLDEST = '5.0'
const compilers = { [OLDEST]: '5.0.4', 5.6: '5.6.3', 5.9: '5.9.3', '6.0': '6.0.3', '7.0': '7.0.2' }
const NEWEST = '7.0'

const pkg = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
const doors = Object.keys(pkg.exports).filter((door) => door !== './package.json')
const peers = Object.keys(pkg.peerDependencies)
const inUse = Object.fromEntries(peers.map((name) => [name, pkg.devDependencies[name]]))
const first = Object.fromEntries(peers.map((name) => [name, oldest(pkg.peerDependencies[name])]))

const sets = {
  'peers in use': { ...inUse, '@types/react': pkg.devDependencies['@types/react'] },
  'oldest peers': { ...first, '@types/react': '18.0.0' },
}
const resolutions = { NodeNext: 'NodeNext', bundler: 'ESNext' }

const folder = mkdtempSync(join(tmpdir(), 'holdline-types-'))

/** A blank project with the packed package and its peers in it, that names every door. */
async function create(name, dependencies, tarball) {
  const app = join(folder, name.replaceAll(' ', '-'))
  cpSync(join(root, 'scripts/versions/types'), app, { recursive: true })
  const all = doors.map((door, at) => `export * as door${at} from 'holdline${door.slice(1)}'`)
  writeFileSync(join(app, 'doors.ts'), `${all.join('\n')}\n`)
  const manifest = { private: true, type: 'module', dependencies: { holdline: `file:${tarball}`, ...dependencies } }
  writeFileSync(join(app, 'package.json'), JSON.stringify(manifest))
  // The oldest peers do not all agree on what they want beside them.
  const args = ['install', '--legacy-peer-deps', '--ignore-scripts', '--prefer-offline', '--no-audit', '--no-fund']
  const { code, output } = await run('npm', args, { quiet: true, cwd: app })
  assert.equal(code, 0, `${name}: npm install failed:\n${output}`)
  return app
}

/** Compiles with all declarations checked, and returns what is wrong here and in the declarations of others. */
async function compile(app, tsc, moduleResolution) {
  const compilerOptions = {
    target: 'ES2022',
    lib: ['ES2022', 'DOM', 'DOM.Iterable'],
    module: resolutions[moduleResolution],
    moduleResolution,
    strict: true,
    noEmit: true,
    skipLibCheck: false,
    types: [],
  }
  const project = join(app, `tsconfig.${moduleResolution}.json`)
  writeFileSync(project, JSON.stringify({ compilerOptions, include: ['*.ts'] }))
  const { code, output } = await run(process.execPath, [tsc, '-p', project], { quiet: true, cwd: app })
  const told = output.split('\n').filter((line) => /error TS\d+/.test(line))
  assert.ok(code === 0 || told.length > 0, `the compiler ended with code ${code}:\n${output}`)
  const theirs = told.filter((line) => /^node_modules\/(?!holdline\/)/.test(line))
  return { ours: told.filter((line) => !theirs.includes(line)), theirs: theirs.length }
}

try {
  const readme = readFileSync(join(root, 'README.md'), 'utf8')
  assert.ok(readme.includes(`TypeScript ${OLDEST} or later`), `README.md does not say "TypeScript ${OLDEST} or later"`)
  const shelf = await aside(
    'typescript',
    Object.fromEntries(Object.entries(compilers).map(([name, version]) => [`ts${name}`, `npm:typescript@${version}`])),
  )
  const tarball = await pack(folder)
  for (const [set, dependencies] of Object.entries(sets)) {
    const app = await create(set, dependencies, tarball)
    for (const name of set === 'oldest peers' ? [OLDEST, NEWEST] : Object.keys(compilers)) {
      const tsc = join(shelf, `node_modules/ts${name}/bin/tsc`)
      const check = async (moduleResolution) => {
        const { ours, theirs } = await compile(app, tsc, moduleResolution)
        assert.deepEqual(ours, [], `TypeScript ${name}, ${moduleResolution}, ${set}:\n${ours.join('\n')}`)
        return `${moduleResolution}${theirs > 0 ? ` (${theirs} complaints about others)` : ''}`
      }
      console.log(
        `ok  TypeScript ${name}, ${set}: ${(await Promise.all(Object.keys(resolutions).map(check))).join(', ')}`,
      )
    }
  }
} catch (error) {
  console.error(error.message)
  process.exitCode = 1
} finally {
  rmSync(folder, { recursive: true, force: true })
}
