// `npm run check:examples`: the examples with the package as its users get it: built, rendered in Node, and taken over by
// Chromium without a word of complaint.
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { createInterface } from 'node:readline'
import { load } from './lib/load.mjs'
import { root, run } from './lib/run.mjs'

const { version, devDependencies } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
const folder = mkdtempSync(join(tmpdir(), 'holdline-examples-'))
const said = (text) => console.log(`ok  ${text}`)
const QUESTION = 'Is this 真的 one page?'
const IN_TIME = { timeout: 15_000 }

async function must(name, command, args, cwd) {
  const { code, output } = await run(command, args, { quiet: true, cwd })
  assert.equal(code, 0, `${name} failed:\n${output}`)
}

/** The example with the packed package in it, and with the versions that are in use here. */
async function install(app) {
  const file = join(app, 'package.json')
  const manifest = JSON.parse(readFileSync(file, 'utf8'))
  for (const dependencies of [manifest.dependencies, manifest.devDependencies])
    for (const name of Object.keys(dependencies)) dependencies[name] = devDependencies[name] ?? dependencies[name]
  manifest.dependencies.holdline = `file:${join(folder, `holdline-${version}.tgz`)}`
  writeFileSync(file, JSON.stringify(manifest))
  await must(`${basename(app)}: npm install`, 'npm', ['install', '--prefer-offline', '--no-audit', '--no-fund'], app)
}

/** Starts the example's own server; resolves with its address. */
async function start(app) {
  const env = { ...process.env, PORT: '0' }
  const child = spawn(process.execPath, ['server.mjs'], { cwd: app, env, stdio: ['ignore', 'pipe', 'inherit'] })
  const lines = createInterface(child.stdout)
  const gone = once(child, 'exit').then(() => assert.fail(`${basename(app)}: the server has ended`))
  const [url] = await Promise.race([once(lines, 'line'), gone])
  gone.catch(() => 'as it was told to')
  const close = () => child.kill()
  const stop = () => process.exit(130)
  process.once('exit', close)
  for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, stop)
  return { url, close }
}

async function checkHtml(url) {
  const html = await (await fetch(url)).text()
  const [, count] = /<output id="count">(\d+)<\/output>/.exec(html) ?? assert.fail(`No count was rendered:\n${html}`)
  assert.match(html, /<output id="status">ready<\/output>/)
  const [, state] = /<script type="application\/json" id="state">([^<]*)<\/script>/.exec(html) ?? []
  assert.equal(JSON.parse(state).count, Number(count), 'the page is handed what it was rendered with')
}

/** Opens the page, sees the count go on, asks, and reads the answer; `blocked` where WebSockets do not get through. */
async function look(browser, url, transport) {
  const page = await browser.newPage()
  const errors = []
  page.on('pageerror', (error) => errors.push(error.message))
  page.on('console', (message) => /error|warning/.test(message.type()) && errors.push(message.text()))
  if (transport === 'sse') await page.routeWebSocket(/./, (socket) => socket.close())
  await page.goto(url)
  const count = page.locator('#count')
  const first = Number(await count.textContent())
  await page.locator('#line', { hasText: `open ${transport}` }).waitFor(IN_TIME)
  await page.locator('#count', { hasText: new RegExp(`^${first + 2}$`) }).waitFor(IN_TIME)
  await page.getByLabel('Your question').fill(QUESTION)
  await page.getByRole('button', { name: 'Ask' }).click()
  const whole = `You asked: ${QUESTION} And that was all of it.`
  await page.locator('[data-role=assistant]', { hasText: whole }).waitFor(IN_TIME)
  await page.locator('#status', { hasText: 'ready' }).waitFor(IN_TIME)
  assert.equal(await page.locator('[data-role]').count(), 2)
  assert.deepEqual(errors, [], `${transport}: the browser complains`)
  await page.close()
}

async function check(name) {
  const app = join(folder, 'examples', name)
  await install(app)
  await must(`${name}: npm run build`, 'npm', ['run', 'build'], app)
  const server = await start(app)
  try {
    await checkHtml(server.url)
    said(`${name}: builds, and renders on a server`)
    const { browsers, chromiumFlags } = await load('test/support/browsers.ts')
    if (!browsers.chromium) return console.log(`skipped: ${name}: the page, which needs Chromium`)
    const { chromium } = await import('playwright')
    const browser = await chromium.launch({ executablePath: browsers.chromium, args: chromiumFlags })
    try {
      await Promise.all(['webSocket', 'sse'].map((transport) => look(browser, server.url, transport)))
    } finally {
      await browser.close()
    }
    said(`${name}: the page takes over what the server rendered, and works with and without WebSocket`)
  } finally {
    server.close()
  }
}

try {
  await must('npm pack', 'npm', ['pack', '--ignore-scripts', '--pack-destination', folder], root)
  const isOurs = (path) => !/^(node_modules|dist|package-lock\.json)$/.test(basename(path))
  cpSync(join(root, 'examples'), join(folder, 'examples'), { recursive: true, filter: isOurs })
  for (const name of ['react-ssr', 'vue-ssr']) await check(name)
} catch (error) {
  console.error(error.message)
  process.exitCode = 1
} finally {
  rmSync(folder, { recursive: true, force: true })
}
