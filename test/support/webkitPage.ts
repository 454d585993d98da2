// Drives Debian's WebKitGTK (MiniBrowser) through WebKitWebDriver under Xvfb, by plain WebDriver requests.
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { type AddressInfo, createServer } from 'node:net'

export interface WebKitOptions {
  readonly driver: string
  readonly miniBrowser: string
  readonly xvfb: string
}

export interface WebKitPage {
  readonly version: string
  goto(url: string): Promise<void>
  /** What an expression comes to in the page; a promise is waited for. */
  evaluate<T>(expression: string): Promise<T>
  close(): Promise<void>
}

interface Session {
  readonly sessionId: string
  readonly capabilities: { readonly browserVersion: string }
}

/** How often, and how long between, a driver is asked whether it is there. */
const TRIES = 100
const PAUSE_MS = 100

/** Opens a window of its own: a screen, a driver and a browser. */
export async function openWebKit({ driver, miniBrowser, xvfb }: WebKitOptions): Promise<WebKitPage> {
  const children: ChildProcess[] = []
  const end = (): void => children.toReversed().forEach((child) => child.kill())
  try {
    const screen = spawn(xvfb, ['-displayfd', '3', '-screen', '0', '1280x800x24', '-nolisten', 'tcp'], {
      stdio: ['ignore', 'ignore', 'ignore', 'pipe'],
    })
    children.push(screen)
    const [display] = (await once(screen.stdio[3] as NodeJS.ReadableStream, 'data')) as [Buffer]
    const port = await freePort()
    const env = {
      ...process.env,
      DISPLAY: `:${String(display).trim()}`,
      NO_AT_BRIDGE: '1',
      GDK_BACKEND: 'x11',
      // Without one the browser says that its language is "C", which `Intl` takes for a mistake.
      LANG: 'en_US.UTF-8',
      LC_ALL: 'en_US.UTF-8',
    }
    children.push(spawn(driver, ['-p', String(port)], { stdio: 'ignore', env }))
    const base = `http://127.0.0.1:${port}`
    await until(() => call('GET', `${base}/status`))
    const { sessionId, capabilities } = await call<Session>('POST', `${base}/session`, {
      capabilities: {
        alwaysMatch: {
          acceptInsecureCerts: true,
          'webkitgtk:browserOptions': { binary: miniBrowser, args: ['--automation'] },
        },
      },
    })
    const session = `${base}/session/${sessionId}`
    return {
      version: capabilities.browserVersion,
      goto: (url) => call('POST', `${session}/url`, { url }),
      evaluate: (expression) => call('POST', `${session}/execute/sync`, { script: `return (${expression})`, args: [] }),
      async close() {
        try {
          await call('DELETE', session)
        } finally {
          end()
        }
      },
    }
  } catch (error) {
    end()
    throw error
  }
}

async function call<T>(method: string, url: string, body?: unknown): Promise<T> {
  const response = await fetch(url, { method, body: body === undefined ? null : JSON.stringify(body) })
  const { value } = (await response.json()) as { value: T & { message?: string } }
  if (!response.ok) throw new Error(`WebKitWebDriver: ${value?.message ?? response.status}`)
  return value
}

async function until(probe: () => Promise<unknown>): Promise<void> {
  for (let tries = 1; ; tries++) {
    try {
      await probe()
      return
    } catch (error) {
      if (tries === TRIES) throw error
    }
    await new Promise((settle) => setTimeout(settle, PAUSE_MS))
  }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  await new Promise((settle) => server.close(settle))
  return port
}
