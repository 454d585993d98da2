// Every page of the playground in every engine: it shows what comes, survives a cut, and shows in the end what the server
// has on record. The other files here look closer, in Chromium alone.
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'vite'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createPlaygroundServer, type PlaygroundServer } from '../../playground/server/app.ts'
import { pageFiles } from '../../playground/pages.ts'
import { soon } from './chatPage.ts'
import { breaksSeen, complaintsOf, cut, prepare, press, until, write } from './enginePage.ts'
import { type EnginePage, installedEngines } from '../support/engines.ts'
import { frameworks } from './playground.ts'
import { type PageFile, pathOf } from './tour.ts'

const QUESTION = 'What happens when the line breaks in the middle of an answer?'

const root = fileURLToPath(new URL('../..', import.meta.url))
let server: PlaygroundServer
let origin: string
let folder: string

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'holdline-pages-'))
  await build({ configFile: join(root, 'playground/vite.config.ts'), logLevel: 'error', build: { outDir: folder } })
  // An engine tells its driver little of what goes wrong in a page; this way the page itself does.
  for (const name of await readdir(folder, { recursive: true })) {
    if (!name.endsWith('.html')) continue
    const html = await readFile(join(folder, name), 'utf8')
    await writeFile(join(folder, name), html.replace('<head>', `<head><script>(${String(prepare)})()</script>`))
  }
  server = createPlaygroundServer({ root, pages: folder, live: { everyMs: 100 } })
  origin = await server.listen()
})
afterAll(async () => {
  await server?.close()
  await rm(folder, { recursive: true, force: true })
})

/** What the server has on record, as a newcomer is told it. */
async function recordOf<T>(path: string): Promise<readonly { readonly id: string; readonly data: T }[]> {
  const items = (await (await fetch(origin + path)).json()) as readonly {
    readonly id?: string
    readonly data?: string
  }[]
  return items.flatMap(({ id, data }) => (id && data !== undefined ? [{ id, data: JSON.parse(data) as T }] : []))
}

async function answerTo(page: EnginePage, framework: string, speed: number, whileItComes?: () => Promise<void>) {
  await page.goto(`${origin}${pathOf(framework, 'index')}?speed=${speed}`)
  await page.run(() => sessionStorage.clear())
  await page.goto(`${origin}${pathOf(framework, 'index')}?speed=${speed}`)
  await write(page, 'Your question', QUESTION)
  if (whileItComes) {
    await until(page, () => (document.querySelector('article.assistant .prose')?.textContent ?? '').length > 20)
    await whileItComes()
  }
  await until(page, () => document.querySelector('article.assistant[data-end=complete]') !== null)
  return page.run(() => ({
    chat: sessionStorage.getItem('holdline.chat') ?? '',
    text: document.querySelector('article.assistant .prose')?.textContent ?? '',
  }))
}

const numberIn = (page: EnginePage, list: string, name: string): Promise<number> =>
  page.run(
    (selector, wanted) => {
      const found = [...document.querySelectorAll(`${selector} div`)].find(
        (pair) => pair.querySelector('dt')?.textContent === wanted,
      )
      return Number(found?.querySelector('dd')?.textContent?.replaceAll(/[#,]/g, '') ?? Number.NaN)
    },
    list,
    name,
  )

/** A row of the table of lanes. */
const cellsOf = (page: EnginePage, row: string): Promise<string[]> =>
  page.run((wanted) => {
    const found = [...document.querySelectorAll('tbody tr')].find(
      (line) => line.querySelector('th')?.textContent?.trim() === wanted,
    )
    return [...(found?.querySelectorAll('td') ?? [])].map(({ textContent }) => textContent.trim())
  }, row)

const everyLane =
  (pattern: RegExp) =>
  (cells: readonly string[]): boolean =>
    cells.length === 4 && cells.every((cell) => pattern.test(cell))

const isLive = (): boolean => document.querySelector('.state[data-tone=live]') !== null

/** What is done on each page between its load and the look at its complaints. */
const VISITS: Readonly<Record<PageFile, (page: EnginePage, framework: string) => Promise<void>>> = {
  async index(page, framework) {
    const uncut = await answerTo(page, framework, 100_000)
    const { chat, text } = await answerTo(page, framework, 300, () => cut(page))
    expect(await breaksSeen(page)).toBeGreaterThan(0)
    expect(text).toBe(uncut.text)
    const read = async (id: string): Promise<readonly string[]> => {
      const { messages } = (await (await fetch(`${origin}/api/conversations/${id}`)).json()) as {
        readonly messages: readonly { readonly text: string }[]
      }
      return messages.map((message) => message.text)
    }
    expect(await read(chat)).toEqual(await read(uncut.chat))
  },

  async live(page) {
    await until(page, isLive)
    const newest = (): Promise<number> => numberIn(page, '.counts', 'Newest')
    await expect.poll(newest, soon).toBeGreaterThan(5)
    await cut(page)
    await expect.poll(() => breaksSeen(page), soon).toBeGreaterThan(0)
    await until(page, isLive)
    const ids = (await recordOf('/api/live')).map(({ id }) => Number(id.split('-').at(-1)))
    await expect.poll(newest, soon).toBeGreaterThanOrEqual(ids.at(-1)!)
    expect([await numberIn(page, '.counts', 'Missing'), await numberIn(page, '.counts', 'Twice')]).toEqual([0, 0])
  },

  async room(page) {
    await until(page, isLive)
    await write(page, 'Your alert', 'before the cut')
    await until(page, () => document.querySelectorAll('.alerts li:not([data-status])').length > 0)
    await cut(page)
    await expect.poll(() => breaksSeen(page), soon).toBeGreaterThan(0)
    await write(page, 'Your alert', 'on a line that broke')
    await until(page, isLive)
    await write(page, 'Your alert', 'behind the cut')
    const shown = (): Promise<string[]> =>
      page.run(() =>
        [...document.querySelectorAll('.alerts li:not([data-status]) p')]
          .map((said) => said.textContent ?? '')
          .reverse(),
      )
    await expect
      .poll(async () => (await shown()).slice(-3), soon)
      .toEqual(['before the cut', 'on a line that broke', 'behind the cut'])
    const record = await recordOf<{ readonly kind: string; readonly text: string }>('/api/room')
    expect(await shown()).toEqual(record.filter(({ data }) => data.kind === 'alert').map(({ data }) => data.text))
    expect(await numberIn(page, '.counts', 'Twice')).toBe(0)
  },

  async danmaku(page, framework) {
    await until(page, isLive)
    await expect.poll(() => numberIn(page, '.figures', 'Received'), soon).toBeGreaterThan(0)
    await cut(page)
    await expect.poll(() => breaksSeen(page), soon).toBeGreaterThan(0)
    // A newcomer is told of little that was said before him.
    const before = (await recordOf('/api/danmaku')).at(-1)?.id
    const own = `said in ${framework} ${Math.random().toString(36).slice(2)}`
    await write(page, 'Your comment', own)
    await until(page, isLive)
    const record = async (): Promise<number> =>
      (await recordOf<{ readonly text?: string }>(`/api/danmaku?last_event_id=${before}`)).filter(
        ({ data }) => data.text === own,
      ).length
    await expect.poll(record, soon).toBe(1)
    expect([await numberIn(page, '.figures', 'Missing'), await numberIn(page, '.figures', 'Twice')]).toEqual([0, 0])
  },

  async transports(page) {
    await press(page, 'Run')
    await expect.poll(() => cellsOf(page, 'Received'), soon).toSatisfy(everyLane(/^[1-9]/))
    await cut(page)
    await expect
      .poll(() => cellsOf(page, 'Attempts'), soon)
      .toSatisfy((cells: string[]) => cells.some((cell) => +cell > 1))
    await press(page, 'Stop')
    // The numbers are in once nothing is on its way any more.
    await until(page, () =>
      [...document.querySelectorAll('button')].some(({ textContent }) => textContent.trim() === 'Run'),
    )
    const report = await page.run(
      () =>
        performance.getEntriesByType('resource').findLast(({ name }) => name.includes('/api/race/report'))?.name ?? '',
    )
    const { made } = (await (await fetch(report)).json()) as { readonly made: number }
    expect(await cellsOf(page, 'Received')).toEqual(Array.from({ length: 4 }, () => `${made} of ${made}`))
    expect(await cellsOf(page, 'Missing · twice')).toSatisfy(everyLane(/^0 · 0$/))
  },
}

for (const [name, open] of installedEngines()) {
  describe(`in ${name}`, () => {
    let page: EnginePage
    beforeAll(async () => {
      page = await open()
    })
    afterAll(() => page?.close())

    test.for(frameworks.flatMap((framework) => pageFiles.map((file) => [framework, file] as const)))(
      'shows what the server has on record, over a cut: %s, %s',
      async ([framework, file], { task }) => {
        task.meta.engine = { name, version: page.version }
        await page.goto(`${origin}${pathOf(framework, file)}`)
        await VISITS[file](page, framework)
        expect(await complaintsOf(page)).toEqual([])
      },
    )
  })
}
