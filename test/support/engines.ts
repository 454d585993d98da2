import { type Browser, chromium, firefox } from 'playwright'
import { browsers, chromiumFlags } from './browsers.ts'
import { openWebKit } from './webkitPage.ts'

/** A page in whichever engine: opens addresses, and runs functions that need nothing but their arguments. */
export interface EnginePage {
  /** The engine's own, with all its numbers. */
  readonly version: string
  goto(url: string): Promise<void>
  run<Args extends readonly unknown[], T>(job: (...args: Args) => T, ...args: Args): Promise<Awaited<T>>
  close(): Promise<void>
}

const callOf = (job: (...args: never[]) => unknown, args: readonly unknown[]): string =>
  `(${String(job)})(...${JSON.stringify(args)})`

async function openIn(browser: Browser): Promise<EnginePage> {
  const page = await (await browser.newContext({ locale: 'en-US' })).newPage()
  return {
    version: browser.version(),
    async goto(url) {
      await page.goto(url)
    },
    run: (job, ...args) => page.evaluate(callOf(job, args)),
    close: () => browser.close(),
  }
}

async function openGtk(driver: string, miniBrowser: string, xvfb: string): Promise<EnginePage> {
  const page = await openWebKit({ driver, miniBrowser, xvfb })
  return { ...page, run: (job, ...args) => page.evaluate(callOf(job, args)) }
}

export type EngineName = 'chromium' | 'firefox' | 'webkit'

/** The engines that are installed here, and how to open a page in each. */
export function installedEngines(): readonly (readonly [name: EngineName, open: () => Promise<EnginePage>])[] {
  const { chromium: chrome, firefox: fox, webkitDriver, miniBrowser, xvfb } = browsers
  const found: [EngineName, () => Promise<EnginePage>][] = []
  if (chrome)
    found.push(['chromium', async () => openIn(await chromium.launch({ executablePath: chrome, args: chromiumFlags }))])
  // Stock Firefox over WebDriver BiDi.
  if (fox)
    found.push(['firefox', async () => openIn(await firefox.launch({ channel: 'moz-firefox', executablePath: fox }))])
  if (webkitDriver && miniBrowser && xvfb) found.push(['webkit', () => openGtk(webkitDriver, miniBrowser, xvfb)])
  return found
}
