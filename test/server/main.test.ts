import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { rmSync } from 'node:fs'
import { type AddressInfo, createServer } from 'node:net'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'
import { expect, onTestFinished, test } from 'vitest'
import { folder } from './rig.js'

const here = fileURLToPath(new URL('../..', import.meta.url))

interface Started {
  readonly child: ChildProcess
  readonly said: () => string
  readonly exited: Promise<number | null>
}

/** Starts the entry as `npm run play` does: bundled, with the packages beside it. */
async function run(env: Readonly<Record<string, string>>): Promise<Started> {
  const outfile = join(here, 'node_modules', '.cache', `holdline-play-${process.pid}-${Date.now()}.mjs`)
  await build({
    entryPoints: [join(here, 'playground/server/main.ts')],
    bundle: true,
    platform: 'node',
    format: 'esm',
    packages: 'external',
    outfile,
  })
  const root = folder({ 'README.md': '# A\n\nThe answer is 42.', '.playground/pages/index.html': '<h1>pages</h1>' })
  const child = spawn(process.execPath, [outfile], {
    cwd: root,
    env: { PATH: process.env['PATH'], ...env },
  })
  let text = ''
  for (const out of [child.stdout, child.stderr]) out.on('data', (data: Buffer) => void (text += data.toString()))
  onTestFinished(() => {
    child.kill('SIGKILL')
    rmSync(outfile)
  })
  return { child, said: () => text, exited: once(child, 'exit').then(([code]) => code as number | null) }
}

test('it prints its address and who answers, serves, and closes cleanly when it is told to', async () => {
  const { child, said, exited } = await run({ PORT: '0' })
  await expect.poll(said, { timeout: 10_000 }).toContain('embedded assistant')
  const url = /http:\/\/127\.0\.0\.1:\d+\//.exec(said())?.[0]
  expect(await (await fetch(url!)).text()).toBe('<h1>pages</h1>')
  expect(await (await fetch(`${url}api/health`)).json()).toMatchObject({ ok: true, mode: 'embedded' })
  child.kill('SIGTERM')
  expect(await exited).toBe(0)
})

test('with OPENAI_BASE_URL it says which model answers', async () => {
  const { child, said, exited } = await run({ PORT: '0', OPENAI_BASE_URL: 'http://localhost:11434/v1', MODEL: 'tiny' })
  await expect.poll(said, { timeout: 10_000 }).toContain('Answers come from tiny at http://localhost:11434/v1')
  child.kill('SIGINT')
  expect(await exited).toBe(0)
})

test('a taken port gives one clear sentence', async () => {
  const other = createServer()
  await new Promise<void>((settle) => other.listen(0, '127.0.0.1', settle))
  onTestFinished(() => void other.close())
  const { port } = other.address() as AddressInfo
  const { said, exited } = await run({ PORT: String(port) })
  expect(await exited).toBe(1)
  const next = `PORT=${port + 1} npm run play`
  expect(said()).toBe(`Port ${port} is taken; set PORT to another one, for example ${next}\n`)
})

test.each([
  [{ PORT: 'many' }, 'PORT must be a number'],
  [{ OPENAI_BASE_URL: 'localhost:11434' }, 'OPENAI_BASE_URL must be an address'],
])('a wrong setting %j gives one clear sentence', async (env, sentence) => {
  const { said, exited } = await run(env as Record<string, string>)
  expect(await exited).toBe(1)
  expect(said()).toContain(sentence)
  expect(said().trim().split('\n')).toHaveLength(1)
})
