// Every door in package.json is built, leads to declarations that stand on their own, and does nothing when it is imported.
import assert from 'node:assert/strict'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { doors } from '../rollup.config.mjs'
import { root } from './lib/run.mjs'
import { importQuietly } from './lib/quiet-import.mjs'

const pkg = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))

const built = []
for (const [door, target] of Object.entries(pkg.exports)) {
  if (typeof target === 'string') continue
  for (const file of Object.values(target)) assert.ok(existsSync(join(root, file)), `${door}: ${file} is missing`)
  built.push(target.default.replace(/^\.\/dist\/|\.js$/g, ''))
  console.log(door.padEnd(10), (await importQuietly(pkg.name + door.slice(1), root)).join(' '))
}
assert.deepEqual(
  new Set(built),
  new Set(Object.keys(doors)),
  'package.json and rollup.config.mjs differ in their doors',
)
for (const field of ['unpkg', 'jsdelivr'])
  assert.ok(existsSync(join(root, pkg[field])), `${field}: ${pkg[field]} is missing`)

// Who uses the package has its peers at most: nothing else may be asked for, in code or in declarations.
assert.equal(pkg.dependencies, undefined, 'holdline has no dependencies')
const IMPORT = /^(?:(?:import|export|\})[^'"\n]*\bfrom|import)\s*['"]([^'".\n][^'"\n]*)['"]/gm
const allowed = [pkg.name, ...Object.keys(pkg.peerDependencies)]
for (const entry of readdirSync(join(root, 'dist'), { recursive: true, withFileTypes: true })) {
  if (!entry.isFile() || !/\.(js|d\.ts)$/.test(entry.name)) continue
  const text = readFileSync(join(entry.parentPath, entry.name), 'utf8')
  for (const [, named] of text.matchAll(IMPORT)) {
    const name = named
      .split('/')
      .slice(0, named.startsWith('@') ? 2 : 1)
      .join('/')
    assert.ok(allowed.includes(name), `${join(entry.parentPath, entry.name)} asks for ${named}`)
  }
}

// One core: the bindings take it from the doors beside them.
for (const binding of ['react', 'vue']) {
  const text = readFileSync(join(root, 'dist', `${binding}.js`), 'utf8')
  assert.match(text, /from '\.\/(index|chat)\.js'/, `${binding}.js does not import the core from the door beside it`)
}
