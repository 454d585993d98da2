import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { connect, createServer, type AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { eventually } from '../contract/listen.ts'

/** A server that runs, with a folder for itself. */
export interface Running {
  readonly folder: string
  readonly pid: number
  stop(): Promise<void>
}

/** Ports that nobody listens on now. All of them at once, so that they differ. */
export async function freePorts(count: number): Promise<number[]> {
  const servers = await Promise.all(
    Array.from({ length: count }, async () => {
      const server = createServer()
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
      return server
    }),
  )
  const ports = servers.map((server) => (server.address() as AddressInfo).port)
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))))
  return ports
}

export const newFolder = (): string => mkdtempSync(join(tmpdir(), 'holdline-real-'))

const reachable = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1')
    socket.on('connect', () => resolve(true)).on('error', () => resolve(false))
    socket.on('connect', () => socket.destroy())
  })

/** Starts a program in its folder and waits until it takes connections on these ports. */
export async function start(
  command: string,
  args: readonly string[],
  folder: string,
  ports: readonly number[],
): Promise<Running> {
  const child = spawn(command, args, { cwd: folder, stdio: ['ignore', 'pipe', 'pipe'] })
  let told = ''
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (text: Buffer) => (told += String(text)))
  child.on('error', (error) => (told += String(error)))
  // A test that is stopped half way leaves nothing running.
  const orphaned = (): void => void child.kill('SIGKILL')
  process.on('exit', orphaned)
  const stop = async (): Promise<void> => {
    process.off('exit', orphaned)
    await end(child)
    rmSync(folder, { recursive: true, force: true })
  }
  try {
    await eventually(async () => {
      for (const port of ports) if (!(await reachable(port))) throw new Error(`Nobody listens on port ${port}`)
    })
  } catch (error) {
    await stop()
    throw new Error(`${command} did not start: ${String(error)}\n${told}`)
  }
  return { folder, pid: child.pid!, stop }
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const gone = new Promise((resolve) => child.on('exit', resolve))
  child.kill('SIGTERM')
  await gone
}
