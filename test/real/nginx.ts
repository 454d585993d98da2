import { execFileSync } from 'node:child_process'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { eventually } from '../contract/listen.ts'
import { installed } from './installed.ts'
import { newFolder, type Running, start } from './process.ts'

/** An nginx of our own. */
export interface Nginx extends Running {
  readonly port: number
  /** Reads the configuration anew; resolves when other workers have taken over. */
  reload(): Promise<void>
  /** Kills the workers with -9; resolves when the master has started others. */
  killWorkers(): Promise<void>
}

/** What stands around the configuration that is being tried: nothing of it is on a port or in a folder of the system. */
const frame = (folder: string, config: string): string => `
${installed.nchan ? `load_module ${installed.nchan};` : ''}
worker_processes 2;
daemon off;
pid nginx.pid;
error_log error.log warn;
events { worker_connections 512; }
http {
  access_log off;
  ${['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map((name) => `${name}_temp_path ${folder}/temp;`).join(' ')}
  ${config}
}
`

/** Starts nginx with what a file in `conf.d` would hold. */
export async function startNginx(port: number, config: string): Promise<Nginx> {
  const folder = newFolder()
  mkdirSync(join(folder, 'temp'))
  writeFileSync(join(folder, 'nginx.conf'), frame(folder, config))
  const args = ['-p', folder, '-c', join(folder, 'nginx.conf'), '-e', join(folder, 'error.log')]
  const running = await start(installed.nginx!, args, folder, [port])
  return {
    ...running,
    port,
    reload: () => renewed(running.pid, () => process.kill(running.pid, 'SIGHUP')),
    killWorkers: () => renewed(running.pid, (workers) => workers.forEach((worker) => process.kill(worker, 'SIGKILL'))),
  }
}

/** Does something to the workers, and waits until all of them are others. */
async function renewed(master: number, change: (workers: readonly number[]) => void): Promise<void> {
  const before = workersOf(master)
  change(before)
  await eventually(() => {
    const now = workersOf(master)
    if (now.length < before.length || now.some((worker) => before.includes(worker))) throw new Error('The old workers')
  })
}

const workersOf = (master: number): number[] =>
  execFileSync('ps', ['-o', 'pid=', '--ppid', String(master)])
    .toString()
    .split('\n')
    .filter((line) => line.trim())
    .map(Number)

/** A block of a document, in this language, below this heading. */
export function blockIn(document: string, heading: string, language: string): string {
  const text = readFileSync(new URL(`../../${document}`, import.meta.url), 'utf8')
  const [, below = ''] = text.split(`\n## ${heading}\n`)
  const [, block] = new RegExp(`\`\`\`${language}\n([\\s\\S]*?)\`\`\``).exec(below) ?? []
  if (block === undefined) throw new Error(`${document} has no block of ${language} below "${heading}"`)
  return block
}

/** The text with each of these words, which must be there, replaced by another. */
export function replaced(text: string, words: Readonly<Record<string, string>>): string {
  return Object.entries(words).reduce((now, [word, other]) => {
    if (!now.includes(word)) throw new Error(`"${word}" is not in the configuration any more`)
    return now.replaceAll(word, other)
  }, text)
}
