import { spawn } from 'node:child_process'
import { delimiter, isAbsolute, join } from 'node:path'
import { fileURLToPath } from 'node:url'

export const root = fileURLToPath(new URL('../..', import.meta.url))

/** On Windows npm and the tools are scripts, which only a shell can start. */
const needsShell = (command) => process.platform === 'win32' && !isAbsolute(command)

const SIGNALS = ['SIGINT', 'SIGTERM']

/** Children that are running, to be told when we are told to stop. */
const running = new Set()
let stopping = false
function stop(signal) {
  stopping = true
  // From a keyboard the signal goes to every process in the foreground; twice would mean "at once".
  if (signal === 'SIGINT' && process.stdin.isTTY) return
  for (const child of running) child.kill(signal)
}

/**
 * Runs a command in the project's folder, with the project's own tools on PATH. Never rejects.
 * `quiet` keeps what it prints, to be shown if it fails.
 */
export function run(command, args = [], { quiet = false, env = {}, cwd = root } = {}) {
  return new Promise((resolve) => {
    const child = spawn(command, args, {
      cwd,
      env: { ...process.env, PATH: join(root, 'node_modules/.bin') + delimiter + process.env.PATH, ...env },
      stdio: quiet ? ['ignore', 'pipe', 'pipe'] : 'inherit',
      shell: needsShell(command),
    })
    if (running.size === 0) for (const signal of SIGNALS) process.on(signal, stop)
    running.add(child)
    let output = ''
    for (const stream of [child.stdout, child.stderr])
      stream?.setEncoding('utf8').on('data', (text) => (output += text))
    const settle = (code, message = '') => {
      running.delete(child)
      if (running.size === 0) for (const signal of SIGNALS) process.off(signal, stop)
      if (stopping) process.exit(130)
      resolve({ code, output: output + message })
    }
    child.on('error', (error) => settle(127, `${command}: ${error.message}\n`))
    child.on('close', (code) => settle(code ?? 1))
  })
}

/** Ends this process when npm is ended: npm tells its shell, and the shell tells nobody. */
export function endWithNpm() {
  if (!process.env.npm_lifecycle_event) return
  const parent = process.ppid
  const look = () => {
    if (process.ppid !== parent) process.kill(process.pid, 'SIGTERM')
  }
  setInterval(look, 500).unref()
}
