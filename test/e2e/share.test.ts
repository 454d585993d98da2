// What `npm run build:play` makes, on a machine that has nothing but Node: copied away, with no packages near it.
import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { cp, mkdtemp, rm } from 'node:fs/promises'
import { networkInterfaces, tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { chromium } from 'playwright'
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { pageFiles } from '../../playground/pages.ts'
import { browsers, chromiumFlags } from '../support/browsers.ts'
import { soon } from './chatPage.ts'
import { canRun, frameworks } from './playground.ts'

const root = fileURLToPath(new URL('../..', import.meta.url))
const execute = promisify(execFile)

interface Started {
  readonly child: ChildProcess
  readonly said: () => string
  readonly addresses: () => string[]
}

async function start(folder: string, env: Readonly<Record<string, string>>): Promise<Started> {
  const child = spawn(process.execPath, [join(folder, 'server.mjs')], {
    cwd: tmpdir(),
    env: { PATH: process.env['PATH'] ?? '', PORT: '0', ...env },
  })
  let text = ''
  for (const out of [child.stdout, child.stderr]) out.on('data', (data: Buffer) => void (text += data.toString()))
  onTestFinished(() => void child.kill('SIGKILL'))
  await expect.poll(() => text, soon).toContain('Answers come from')
  return { child, said: () => text, addresses: () => text.match(/http:\/\/[^\s]+/g) ?? [] }
}

const outside = (): string[] =>
  Object.values(networkInterfaces())
    .flatMap((found) => found ?? [])
    .filter(({ family, internal }) => family === 'IPv4' && !internal)
    .map(({ address }) => address)

describe.skipIf(!canRun)('the playground that was built to be shared', () => {
  let folder: string
  beforeAll(async () => {
    const made = await mkdtemp(join(tmpdir(), 'holdline-made-'))
    folder = await mkdtemp(join(tmpdir(), 'holdline-copied-'))
    await execute(process.execPath, ['scripts/build-play.mjs', made], { cwd: root })
    await cp(made, folder, { recursive: true })
    await rm(made, { recursive: true })
  })
  afterAll(() => rm(folder, { recursive: true, force: true }))

  test('is served by plain Node from another folder: pages, answers and lines', async () => {
    const { child, addresses } = await start(folder, {})
    const [origin] = addresses()
    const browser = await chromium.launch({ executablePath: browsers.chromium!, args: chromiumFlags })
    onTestFinished(() => browser.close())
    const page = await browser.newPage()
    const complaints: string[] = []
    page.on('pageerror', ({ message }) => complaints.push(message))
    for (const path of ['', ...frameworks.flatMap((own) => pageFiles.map((file) => `${own}/${file}.html`))]) {
      const response = await page.goto(`${origin}${path}`)
      expect([path, response?.status()]).toEqual([path, 200])
    }

    await page.goto(`${origin}vue/live.html`)
    await page.locator('.state', { hasText: 'Live · over WebSocket' }).waitFor(soon)
    await page.goto(`${origin}react/?speed=100000`)
    await page.getByRole('textbox', { name: 'Your question' }).fill('What does a gap mean?')
    await page.keyboard.press('Enter')
    await page.locator('article[data-end=complete]').waitFor(soon)
    // It can only say that with the documents beside it.
    expect(await page.locator('article.assistant .prose').last().textContent()).toMatch(/\bgap\b/i)
    expect(complaints).toEqual([])

    child.kill('SIGTERM')
    expect((await once(child, 'exit'))[0]).toBe(0)
  })

  test('lets the network in where it is told to, and says where it is', async () => {
    const { said, addresses } = await start(folder, { HOST: '0.0.0.0' })
    expect(addresses().map((address) => new URL(address).hostname)).toEqual(['localhost', ...outside()])
    for (const address of addresses()) expect((await fetch(`${address}api/health`)).status).toBe(200)
    expect(said()).not.toContain('█')
  })

  test('warns that a real model is asked by whoever comes in', async () => {
    const { said } = await start(folder, { HOST: '0.0.0.0', OPENAI_BASE_URL: 'http://127.0.0.1:1/v1' })
    await expect.poll(said, soon).toMatch(outside().length > 0 ? /can ask that model/ : /Answers come from/)
  })
})

test.each([
  [['--port', 'many'], 'PORT must be a number from 0 to 65535, not "many".'],
  [['--prot', '4'], '--prot 4 is not understood. npm run play -- [--port <number>] [--host [<address>]]'],
  [['--port=70000'], 'PORT must be a number from 0 to 65535, not "70000".'],
])('npm run play -- %j says in one sentence what is wrong', async (args, sentence) => {
  const failed = await execute(process.execPath, ['scripts/play.mjs', ...args], { cwd: root }).then(
    () => undefined,
    (error: { readonly code: number; readonly stderr: string }) => error,
  )
  expect([failed?.code, failed?.stderr.trim()]).toEqual([1, sentence])
})
