import type { Page } from 'playwright'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { button, order, soon } from './chatPage.ts'
import { canRun, frameworks, type Playground, startPlayground } from './playground.ts'

interface Entry {
  readonly id: string
  readonly event?: string
  readonly data: string
}

const live = (page: Page): Promise<void> => page.locator('.state[data-tone=live]', { hasText: 'Live' }).waitFor(soon)

async function figure(page: Page, name: string): Promise<number> {
  const cell = page.locator('.figures div', { has: page.getByText(name, { exact: true }) })
  return Number((await cell.locator('dd').first().textContent())?.replaceAll(',', ''))
}
const sumOf = async (page: Page, ...names: readonly string[]): Promise<number> =>
  (await Promise.all(names.map((name) => figure(page, name)))).reduce((sum, one) => sum + one, 0)

async function say(page: Page, text: string, where?: string): Promise<void> {
  if (where) await page.getByLabel('Where').selectOption(where)
  await page.getByRole('textbox', { name: 'Your comment' }).fill(text)
  await page.keyboard.press('Enter')
}
const makeUp = (page: Page, rate: string): Promise<unknown> =>
  page.locator('.settings select').first().selectOption({ label: rate })

/** Those words in a tab's list, the oldest first. */
async function listed(page: Page, among: readonly string[]): Promise<string[]> {
  const texts = await page.locator('.latest li').allTextContents()
  return texts.toReversed().flatMap((text) => among.find((word) => text.includes(word)) ?? [])
}
/** How many dots of the film are covered by comments. */
const inked = (page: Page): Promise<number> =>
  page.locator('canvas.air').evaluate((canvas: HTMLCanvasElement) => {
    const pixels = canvas.getContext('2d')!.getImageData(0, 0, canvas.width, canvas.height).data
    return pixels.filter((value, at) => at % 4 === 3 && value > 0).length
  })

let number = 0
/** Words that nobody else says. */
const words = (count: number): string[] => Array.from({ length: count }, () => `word ${++number}.`)

describe.skipIf(!canRun)('the danmaku page', () => {
  let playground: Playground
  beforeAll(async () => {
    playground = await startPlayground({ danmaku: { rate: 0 } })
  })
  afterAll(() => playground?.close())

  const remarks = (entries: readonly Entry[]): Entry[] => entries.filter(({ event }) => event === undefined)
  /** What the server has, as a newcomer or somebody who comes back is told. */
  const record = (cursor?: string): Promise<Entry[]> =>
    playground.read(`/api/danmaku${cursor === undefined ? '' : `?last_event_id=${cursor}`}`)

  test.for([
    ['vue', 'webSocket'],
    ['vue', 'longPolling'],
    ['react', 'sse'],
    ['react', 'polling'],
  ])('shows in each tab what any of them says, in %s over %s', async ([framework, transport]) => {
    const path = `/${framework}/danmaku.html?transport=${transport}`
    const [away, here] = await Promise.all([playground.open(path), playground.open(path)])
    await Promise.all([live(away.page), live(here.page)])
    for (const { page } of [away, here]) await page.getByLabel('As a list').check()
    const all = words(4) as [string, string, string, string]
    await say(here.page, all[0])
    await say(away.page, all[1], 'top')
    for (const { page } of [away, here]) {
      await expect.poll(async () => new Set(await listed(page, all)), soon).toEqual(new Set(all.slice(0, 2)))
    }

    await order(away.page, 'Refuse')
    await away.page.locator('.state[data-tone=warn]').waitFor(soon)
    await say(here.page, all[2])
    await say(here.page, all[3])
    await expect.poll(() => listed(here.page, all), soon).toHaveLength(4)
    expect(await listed(away.page, all)).toHaveLength(2)
    await live(away.page)
    await expect.poll(() => listed(away.page, all), soon).toHaveLength(4)

    const said = (await record((await record()).at(0)?.id)).flatMap(({ data }) => {
      const { text } = JSON.parse(data) as { text?: string }
      return text !== undefined && all.includes(text) ? text : []
    })
    // The record begins a few entries ago; what it has is what the tabs have, in the same order.
    for (const { page, complaints } of [away, here]) {
      expect((await listed(page, all)).slice(-said.length)).toEqual(said)
      expect([await figure(page, 'Missing'), await figure(page, 'Twice')]).toEqual([0, 0])
      expect(complaints).toEqual([])
    }
    expect(await away.page.locator('.latest li[data-own=true]').count()).toBe(1)
    expect(await here.page.locator('.latest li[data-own=true]').count()).toBe(3)
    await Promise.all([away.page.context().close(), here.page.context().close()])
  })

  test.for([
    ['vue', 'sse'],
    ['react', 'longPolling'],
  ])(
    'counts what it missed in a flood, and throws none of it onto the film, in %s over %s',
    async ([framework, transport]) => {
      const before = await record()
      const { page, complaints } = await playground.open(`/${framework}/danmaku.html?transport=${transport}`)
      await live(page)
      await makeUp(page, '1,000 per second')
      await expect.poll(() => figure(page, 'Received'), soon).toBeGreaterThan(1_500)
      expect(await inked(page)).toBeGreaterThan(10_000)
      expect(await figure(page, 'Dropped')).toBeGreaterThan(500)

      await order(page, 'Refuse')
      await page.locator('.state[data-tone=warn]').waitFor(soon)
      await live(page)
      await expect.poll(() => figure(page, 'Caught up'), soon).toBeGreaterThan(500)
      await page.locator('.caught').waitFor(soon)
      await makeUp(page, 'Only people')

      const made = async (): Promise<number> => {
        const cursor = before.at(-1)?.id
        const since = await record(cursor)
        return remarks(cursor === undefined ? since : [...before, ...since]).length
      }
      await expect.poll(async () => (await made()) - (await figure(page, 'Received')), soon).toBe(0)
      // When nothing waits any more, each one has been shown, dropped or caught up with.
      const accounted = (): Promise<number> => sumOf(page, 'Shown', 'Dropped', 'While paused', 'Caught up')
      await expect.poll(async () => (await accounted()) - (await figure(page, 'Received')), soon).toBe(0)
      expect(await sumOf(page, 'Missing', 'Twice', 'Gaps told')).toBe(0)
      expect(complaints).toEqual([])
      await page.context().close()
    },
  )

  test.for(frameworks)('flies as smoothly with 1,000 comments per second as with none, in %s', async (framework) => {
    const { page, complaints } = await playground.open(`/${framework}/danmaku.html`)
    await live(page)
    await expect.poll(() => figure(page, 'Frames per second'), soon).toBeGreaterThan(10)
    const empty = await figure(page, 'Frames per second')
    await makeUp(page, '1,000 per second')
    await expect.poll(() => figure(page, 'New per second'), soon).toBeGreaterThan(900)
    await expect.poll(() => figure(page, 'Frames per second'), soon).toBeGreaterThan(0.9 * empty)
    await makeUp(page, 'Only people')
    expect(complaints).toEqual([])
    await page.context().close()
  })

  test.for(frameworks)(
    'stands still when it is told to, and is a list for whoever wants it, in %s',
    async (framework) => {
      const { page } = await playground.open(`/${framework}/danmaku.html`)
      await live(page)
      const all = words(3) as [string, string, string]
      await say(page, all[0], 'bottom')
      await expect.poll(() => figure(page, 'Shown'), soon).toBeGreaterThan(0)
      await expect.poll(() => inked(page), soon).toBeGreaterThan(100)
      await button(page, 'Pause').press('Enter')
      const passed = await figure(page, 'While paused')
      await say(page, all[1])
      await expect.poll(() => figure(page, 'While paused'), soon).toBe(passed + 1)
      await button(page, 'Go on').press('Enter')
      await page.getByLabel('As a list').press('Space')
      await say(page, all[2])
      await expect.poll(() => listed(page, all), soon).toEqual(all)

      const still = await page.context().browser()!.newContext({ reducedMotion: 'reduce' })
      const calm = await playground.open(`/${framework}/danmaku.html`, still)
      await calm.page.locator('.latest li', { hasText: all[2] }).waitFor(soon)
      expect(await calm.page.getByLabel('As a list').isChecked()).toBe(true)
      expect(calm.complaints).toEqual([])
      await Promise.all([page.context().close(), still.close()])
    },
  )
})
