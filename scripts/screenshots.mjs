// `npm run screenshots`: every page of the playground in use, in both frameworks, themes and widths, as pictures in
// .playground/screenshots/. `-- live room` takes only those pages, and `-- --zh` takes them in Chinese.
import { mkdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { install } from './lib/install.mjs'
import { load } from './lib/load.mjs'
import { buildPages } from './lib/playground.mjs'
import { endWithNpm, root } from './lib/run.mjs'

const WIDTHS = [1280, 390]
const THEMES = ['light', 'dark']
const HEIGHT = 860
/** What moves shall have moved a little. */
const SETTLE_MS = 500

endWithNpm()
process.chdir(root)
const wanted = process.argv.slice(2).filter((arg) => !arg.startsWith('--'))
const lang = process.argv.includes('--zh') ? 'zh' : 'en'
const folder = join(root, '.playground/screenshots')
const pages = join(tmpdir(), `holdline-pages-${process.pid}`)

/** One page after the other in all its guises; it is filled in English and then shown in the language that is wanted. */
async function take(browser, origin, { name, path, fill }) {
  const context = await browser.newContext({ locale: 'en-US' })
  const page = await context.newPage()
  page.on('pageerror', ({ message }) => console.error(`${path}: ${message}`))
  await page.goto(`${origin}${path}?speed=100000`)
  await fill(page)
  if (lang === 'zh') await page.goto(`${origin}${path}?speed=100000&lang=zh`)
  for (const width of WIDTHS) {
    await page.setViewportSize({ width, height: HEIGHT })
    for (const colorScheme of THEMES) {
      await page.emulateMedia({ colorScheme })
      await page.evaluate((ms) => new Promise((settle) => setTimeout(settle, ms)), SETTLE_MS)
      await page.screenshot({ path: join(folder, `${name}-${width}-${colorScheme}.png`), fullPage: true })
    }
  }
  await context.close()
}

try {
  await install()
  const { chromium } = await import('playwright')
  const { browsers, chromiumFlags } = await load('test/support/browsers.ts')
  const { fill, live, pathOf } = await load('test/e2e/tour.ts')
  const { pageFiles } = await load('playground/pages.ts')
  const { createPlaygroundServer } = await load('playground/server/app.ts')
  if (!browsers.chromium) throw new Error('Screenshots need Chromium.')

  const all = [
    { name: 'door', path: '/', fill: live },
    ...pageFiles.flatMap((file) =>
      ['vue', 'react'].map((framework) => ({
        name: `${file === 'index' ? 'chat' : file}-${framework}`,
        path: pathOf(framework, file),
        fill: (page) => fill(page, file),
      })),
    ),
  ].filter(({ name }) => wanted.length === 0 || wanted.some((word) => name.startsWith(word)))
  if (wanted.length === 0) rmSync(folder, { recursive: true, force: true })
  mkdirSync(folder, { recursive: true })

  await buildPages(pages)
  const server = createPlaygroundServer({ root, pages, live: { everyMs: 250 } })
  const origin = await server.listen()
  const browser = await chromium.launch({ executablePath: browsers.chromium, args: chromiumFlags })
  try {
    for (const one of all) await take(browser, origin, one)
  } finally {
    await browser.close()
    await server.close()
  }
  console.log(`${all.length * WIDTHS.length * THEMES.length} pictures are in .playground/screenshots`)
} catch (error) {
  console.error(error.message)
  process.exitCode = 1
} finally {
  rmSync(pages, { recursive: true, force: true })
}
