// Imports the doors that are named, as a module and by `require`: both are the same module, and it exports something.
import assert from 'node:assert/strict'
import { createRequire } from 'node:module'

const warnings = []
process.on('warning', ({ message }) => warnings.push(message))
const require = createRequire(import.meta.url)
for (const door of process.argv.slice(2)) {
  const imported = await import(door)
  assert.ok(Object.keys(imported).length > 0, `${door} exports nothing`)
  assert.equal(require(door), imported, `${door} is another one when it is required`)
}
// Warnings are told a turn later.
await new Promise((resolve) => setImmediate(resolve))
assert.deepEqual(warnings, [])
