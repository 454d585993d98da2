// `npm run check:node`: the package without any tool: each door in plain Node, as a module and by `require`, from the oldest
// Node that package.json promises to newer ones; a client in Node; and pages that load our files as they are.
import assert from 'node:assert/strict'
import { cpSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { look } from './consumers/look.mjs'
import { ANSWER, serve } from './consumers/serve.mjs'
import { aside, oldest } from './lib/aside.mjs'
import { load } from './lib/load.mjs'
import { pack } from './lib/pack.mjs'
import { root, run } from './lib/run.mjs'

const pkg = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
const doors = Object.keys(pkg.exports)
  .filter((door) => door !== './package.json')
  .map((door) => pkg.name + door.slice(1))
const peers = Object.keys(pkg.peerDependencies)

const folder = mkdtempSync(join(tmpdir(), 'holdline-node-'))
const said = (text) => console.log(`ok  ${text}`)

async function must(name, command, args, cwd = folder) {
  const { code, output } = await run(command, args, { quiet: true, cwd })
  assert.equal(code, 0, `${name} failed:\n${output}`)
}

const install = (...specs) =>
  must('npm install', 'npm', ['install', '--ignore-scripts', '--prefer-offline', '--no-audit', '--no-fund', ...specs])

/** Node binaries come as packages too, where there is one for this system. */
async function otherNode(version) {
  const name = `node-${process.platform === 'win32' ? 'win' : process.platform}-${process.arch}`
  try {
    const shelf = await aside(`node-${version}`, { [name]: version })
    const binary = join(shelf, 'node_modules', name, 'bin', process.platform === 'win32' ? 'node.exe' : 'node')
    return existsSync(binary) ? binary : undefined
  } catch (error) {
    console.log(`skipped: Node ${version}: ${error.message.split('\n')[0]}`)
    return undefined
  }
}

async function checkIn(node, name) {
  await must(`${name}: import`, node, ['doors.mjs', ...doors])
  await must(`${name}: require`, node, ['required.cjs', ...doors])
  const server = await serve(folder)
  try {
    await must(`${name}: a client`, node, ['talk.mjs', server.origin, ANSWER])
  } finally {
    server.close()
  }
  said(`${name}: imports and requires ${doors.length} doors without a warning, hears the news and has its answer`)
}

try {
  const tarball = await pack(folder)
  cpSync(join(root, 'scripts/consumers/node'), folder, { recursive: true })
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ name: 'holdline-in-node', private: true }))

  await install(tarball)
  const installed = readdirSync(join(folder, 'node_modules')).filter((name) => !name.startsWith('.'))
  assert.deepEqual(installed, [pkg.name], 'nothing but the package itself comes along')
  await must('the front doors', process.execPath, ['doors.mjs', 'holdline', 'holdline/chat', 'holdline/testing'])
  said('installs as one package, whose front doors need no other')

  await install(...peers.map((name) => `${name}@${pkg.devDependencies[name]}`))
  await checkIn(process.execPath, `Node ${process.versions.node}`)
  for (const version of [oldest(pkg.engines.node), '22', '24']) {
    const node = await otherNode(version)
    if (node) await checkIn(node, `Node ${version}`)
  }

  const { browsers, chromiumFlags } = await load('test/support/browsers.ts')
  if (browsers.chromium) {
    await look(folder, browsers.chromium, chromiumFlags)
    await look(folder, browsers.chromium, chromiumFlags, '/cdn.html')
    said('a page without a bundler talks over our files as they are, and over the one for script tags')
  } else {
    console.log('skipped: pages without a bundler, which need Chromium')
  }
} catch (error) {
  console.error(error.message)
  process.exitCode = 1
} finally {
  rmSync(folder, { recursive: true, force: true })
}
