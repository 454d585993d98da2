import assert from 'node:assert/strict'
import { run } from './run.mjs'

// Runs in a Node of its own, with everything that could be touched on import watched.
const probe = (door) => `
// The frameworks look around when they are imported; that is their affair.
for (const peer of ['react', 'vue']) await import(peer).catch(() => 'not installed here')
const touched = []
const functions = ['setTimeout', 'setInterval', 'setImmediate', 'queueMicrotask', 'fetch', 'addEventListener']
const places = ['window', 'document', 'navigator', 'location', 'WebSocket', 'EventSource', 'sessionStorage', 'BroadcastChannel']
const known = new Set([...Reflect.ownKeys(globalThis), ...functions, ...places])
for (const name of functions) globalThis[name] = () => { touched.push(name) }
for (const name of places) {
  Object.defineProperty(globalThis, name, { configurable: true, get() { touched.push(name) } })
}
process.on('beforeExit', () => {
  const added = Reflect.ownKeys(globalThis).filter((key) => !known.has(key)).map(String)
  const open = process.getActiveResourcesInfo().filter((kind) => /Timeout|Immediate|TCP|UDP/.test(kind))
  console.log(JSON.stringify({ names, touched, added, open }))
})
const names = Object.keys(await import(${JSON.stringify(door)}))
`

/** Imports a door in plain Node, as a server does, sees to it that nothing happens, and returns what it exports. */
export async function importQuietly(door, folder) {
  const { code, output } = await run(process.execPath, ['--input-type=module', '-e', probe(door)], {
    quiet: true,
    cwd: folder,
  })
  assert.equal(code, 0, `${door} cannot be imported:\n${output}`)
  const { names, touched, added, open } = JSON.parse(output)
  assert.ok(names.length > 0, `${door} exports nothing`)
  assert.deepEqual(touched, [], `importing ${door} touches globals`)
  assert.deepEqual(added, [], `importing ${door} adds globals`)
  assert.deepEqual(open, [], `importing ${door} leaves something running`)
  return names
}
