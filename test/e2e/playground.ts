import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type Browser, type BrowserContext, chromium, type Page } from 'playwright'
import { build } from 'vite'
import { createPlaygroundServer, type PlaygroundOptions } from '../../playground/server/app.ts'
import { browsers, chromiumFlags } from '../support/browsers.ts'

export const frameworks = ['vue', 'react'] as const
export const transports = ['webSocket', 'sse', 'longPolling', 'polling'] as const
export type TransportName = (typeof transports)[number]

/** Each framework with each transport. */
export const both: readonly (readonly [framework: (typeof frameworks)[number], transport: TransportName])[] =
  frameworks.flatMap((framework) => transports.map((transport) => [framework, transport] as const))

export interface Tab {
  readonly page: Page
  /** What went wrong in the page that no broken line explains. */
  readonly complaints: readonly string[]
}

export interface Playground {
  readonly origin: string
  /** Opens a page in a browser profile of its own, or in that one. */
  open(path: string, profile?: BrowserContext): Promise<Tab>
  /** Reads JSON from the server. */
  read<T>(path: string): Promise<T>
  close(): Promise<void>
}

export const canRun: boolean = browsers.chromium !== undefined

const root = fileURLToPath(new URL('../..', import.meta.url))
/** How a browser words that a line broke or was refused, which is what these tests do to it. */
const EXPECTED = /net::ERR_|Failed to load resource|WebSocket connection to/

/** The real server with the real pages, built for the occasion, and a browser. */
export async function startPlayground(options: PlaygroundOptions = {}): Promise<Playground> {
  const pages = await mkdtemp(join(tmpdir(), 'holdline-pages-'))
  const remove = (): Promise<void> => rm(pages, { recursive: true })
  try {
    await build({ configFile: join(root, 'playground/vite.config.ts'), logLevel: 'error', build: { outDir: pages } })
  } catch (error) {
    await remove()
    throw error
  }
  const playground = createPlaygroundServer({ root, pages, ...options })
  const origin = await playground.listen()
  const browser: Browser = await chromium.launch({ executablePath: browsers.chromium!, args: chromiumFlags })

  return {
    origin,
    async open(path, profile) {
      const context = profile ?? (await browser.newContext())
      const page = await context.newPage()
      const complaints: string[] = []
      page.on('pageerror', ({ message }) => complaints.push(message))
      page.on('console', (message) => {
        if (['error', 'warning'].includes(message.type()) && !EXPECTED.test(message.text())) {
          complaints.push(message.text())
        }
      })
      await page.goto(origin + path)
      return { page, complaints }
    },
    async read(path) {
      const response = await fetch(origin + path)
      if (!response.ok) throw new Error(`${path} answered with HTTP status ${response.status}`)
      return response.json()
    },
    async close() {
      await browser.close()
      await playground.close()
      await remove()
    },
  }
}
