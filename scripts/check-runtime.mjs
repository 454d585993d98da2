// `npm run check:runtime`: nothing comes along at run time, and nothing that is known to be unsafe is built in.
import assert from 'node:assert/strict'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { root, run } from './lib/run.mjs'
import { bundledIn } from './lib/shipped.mjs'

const pkg = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
for (const field of ['dependencies', 'optionalDependencies', 'bundleDependencies', 'bundledDependencies'])
  assert.deepEqual(Object.keys(pkg[field] ?? {}), [], `package.json has ${field}`)
for (const script of ['preinstall', 'install', 'postinstall'])
  assert.equal(pkg.scripts[script], undefined, `package.json has a script that runs at its users': ${script}`)
for (const name of Object.keys(pkg.peerDependencies))
  assert.equal(pkg.peerDependenciesMeta[name]?.optional, true, `the peer ${name} is not optional`)
console.log('ok  nothing comes along: no dependencies, no install scripts, and every peer is optional')

/** What is built in, as if it were a dependency; to npm it is a tool like all others. */
const bundled = Object.fromEntries([...bundledIn(root).keys()].map((name) => [name, pkg.devDependencies[name]]))
const folder = mkdtempSync(join(tmpdir(), 'holdline-audit-'))
try {
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ private: true, dependencies: bundled }))
  const lock = ['install', '--package-lock-only', '--ignore-scripts', '--no-audit', '--no-fund']
  const { code, output } = await run('npm', lock, { quiet: true, cwd: folder })
  assert.equal(code, 0, `What is built in could not be looked up:\n${output}`)
  const { output: told } = await run('npm', ['audit', '--omit=dev', '--json'], { quiet: true, cwd: folder })
  const { metadata, vulnerabilities } = JSON.parse(told.slice(told.indexOf('\n{') + 1, told.lastIndexOf('}') + 1))
  const names = Object.keys(bundled).join(', ')
  if (!metadata) console.log(`skipped: whether ${names} is known to be unsafe: the registry answers no audit`)
  else {
    assert.equal(metadata.vulnerabilities.total, 0, JSON.stringify(vulnerabilities, undefined, 2))
    console.log(`ok  nothing is known to be unsafe in ${names}`)
  }
} finally {
  rmSync(folder, { recursive: true, force: true })
}
