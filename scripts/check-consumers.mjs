// `npm run check:consumers`: the package as its users get it, in a blank Vite + React app and a blank Vite + Vue app.
import assert from 'node:assert/strict'
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { look } from './consumers/look.mjs'
import { load } from './lib/load.mjs'
import { pack } from './lib/pack.mjs'
import { importQuietly } from './lib/quiet-import.mjs'
import { root, run } from './lib/run.mjs'

const { devDependencies } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
const pick = (...names) => Object.fromEntries(names.map((name) => [name, devDependencies[name]]))

const apps = [
  {
    name: 'react',
    dependencies: pick('react', 'react-dom'),
    tools: { ...pick('vite', '@vitejs/plugin-react', '@types/react', '@types/react-dom'), typescript: '7.0.2' },
    typeCheck: ['tsc'],
  },
  {
    name: 'vue',
    dependencies: pick('vue'),
    tools: pick('vite', '@vitejs/plugin-vue', 'typescript', 'vue-tsc'),
    typeCheck: ['vue-tsc'],
  },
]

const folder = mkdtempSync(join(tmpdir(), 'holdline-consumers-'))
const said = (text) => console.log(`ok  ${text}`)

async function must(name, command, args, cwd) {
  const { code, output } = await run(command, args, { quiet: true, cwd })
  assert.equal(code, 0, `${name} failed:\n${output}`)
  return output
}

/** A command of the app's own, not of this project's. */
const own = (app, name, command, ...args) =>
  must(`${app.name}: ${name}`, join(app.folder, 'node_modules/.bin', command), args, app.folder)

async function create({ name, dependencies, tools }, tarball) {
  const app = join(folder, name)
  cpSync(join(root, 'scripts/consumers', name), app, { recursive: true })
  const manifest = {
    name: `holdline-in-${name}`,
    private: true,
    type: 'module',
    dependencies: { holdline: `file:${tarball}`, ...dependencies },
    devDependencies: tools,
  }
  writeFileSync(join(app, 'package.json'), JSON.stringify(manifest, undefined, 2))
  await must(`${name}: npm install`, 'npm', ['install', '--prefer-offline', '--no-audit', '--no-fund'], app)
  return app
}

async function check(app) {
  for (const door of ['', '/chat', '/testing', `/${app.name}`]) await importQuietly(`holdline${door}`, app.folder)
  said(`${app.name}: importing every door in plain Node does nothing`)

  const html = await must(`${app.name}: server rendering`, process.execPath, ['ssr.mjs'], app.folder)
  assert.match(html, /<p>idle ready 0<\/p>/)
  said(`${app.name}: renders on a server`)

  await own(app, 'type check', ...app.typeCheck)
  said(`${app.name}: types check (${app.typeCheck[0]}, declarations of packages included)`)

  await own(app, 'build', 'vite', 'build', '--logLevel', 'warn')
  said(`${app.name}: builds with Vite`)

  const { browsers, chromiumFlags } = await load('test/support/browsers.ts')
  if (!browsers.chromium) {
    console.log(`skipped: ${app.name}: the page, which needs Chromium`)
    return
  }
  await look(join(app.folder, 'dist'), browsers.chromium, chromiumFlags)
  said(`${app.name}: the built page holds its connection and shows a streamed answer`)
}

try {
  const tarball = await pack(folder)
  said('npm pack')
  for (const app of apps) {
    app.folder = await create(app, tarball)
    said(`${app.name}: installs into a blank app`)
    await check(app)
  }
} catch (error) {
  console.error(error.message)
  process.exitCode = 1
} finally {
  rmSync(folder, { recursive: true, force: true })
}
