// Every fault of the bench, ordered from a page in both frameworks, and what the inspector says becomes of it.
import type { Locator, Page } from 'playwright'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { button, soon, stateIn } from './chatPage.ts'
import { canRun, frameworks, type Playground, startPlayground } from './playground.ts'

const count = async (page: Page, name: string): Promise<number> =>
  Number((await page.locator('.counts div', { hasText: name }).locator('dd').textContent())?.replace('#', ''))
const tone = (page: Page, is: string): Promise<void> => page.locator(`.state[data-tone=${is}]`).waitFor(soon)
const events = (page: Page, text: string): Locator =>
  page.locator('holdline-inspector .events li', { hasText: text }).first()
const fact = async (page: Page, name: string): Promise<number> =>
  Number(await page.locator(`holdline-inspector [data-fact=${name}]`).textContent())
const told =
  (code: string) =>
  async (page: Page): Promise<void> => {
    await tone(page, 'warn')
    await events(page, code).waitFor(soon)
  }
/** Nothing has come for a second, where ten messages come otherwise. */
const silent = async (page: Page): Promise<void> => {
  await expect.poll(() => stateIn(page).textContent(), soon).toMatch(/last byte [1-9]\d*\.\d s ago/)
}

interface Ordered {
  readonly fault: string
  readonly lasts?: string
  /** What can be seen of it while it lasts. */
  readonly seen: (page: Page) => Promise<void>
  /** What is left of it when it is over. */
  readonly left?: (page: Page) => Promise<void>
}

const faults: readonly Ordered[] = [
  // With Retry-After, the page comes back when that is over.
  { fault: 'Refuse', lasts: '3 s', seen: told('http-503') },
  { fault: '503', seen: told('http-503') },
  { fault: '429', lasts: '3 s', seen: told('http-429') },
  {
    fault: '401',
    seen: async (page) => {
      await tone(page, 'bad')
      await events(page, 'http-401').waitFor(soon)
    },
    left: (page) => button(page, 'Try now').click(),
  },
  {
    fault: 'Expire the token',
    seen: async (page) => {
      await events(page, 'http-401').waitFor(soon)
      await tone(page, 'live')
    },
  },
  { fault: 'HTML', seen: (page) => tone(page, 'warn') },
  { fault: 'Restart', seen: told('dropped') },
  {
    fault: 'Restart, forget',
    seen: async (page) => {
      await events(page, 'gap').waitFor(soon)
      expect(await fact(page, 'gaps')).toBe(1)
    },
  },
  { fault: 'Black hole', seen: silent },
  { fault: 'Slow', seen: silent },
  {
    fault: 'Narrow',
    seen: async (page) => {
      // A sample has some 160 bytes, and is made ten times a second.
      const since = performance.now()
      const before = await count(page, 'Newest')
      await expect.poll(() => count(page, 'Newest'), soon).toBeGreaterThan(before + 20)
      expect(performance.now() - since).toBeGreaterThan(2_600)
    },
  },
  {
    fault: 'Single bytes',
    seen: async (page) => {
      await expect.poll(() => fact(page, 'life'), soon).toBeGreaterThan(200)
    },
  },
  { fault: 'Bad proxy', seen: told('first-byte') },
  {
    fault: 'As if offline',
    seen: async (page) => {
      await told('dropped')(page)
      await events(page, 'offline').waitFor(soon)
    },
    left: (page) => events(page, 'online').waitFor(soon),
  },
  { fault: 'Block the tab', lasts: '3 s', seen: (page) => events(page, 'resume').waitFor(soon) },
]

describe.skipIf(!canRun)('the bench of faults', () => {
  let playground: Playground
  beforeAll(async () => {
    playground = await startPlayground({ live: { everyMs: 100 } })
  })
  afterAll(() => playground?.close())

  // What a fault does is the same in both; each is ordered by one of the two panels.
  const all = faults.map((ordered, at) => ({ framework: frameworks[at % frameworks.length]!, ...ordered }))

  test.for(all)('$fault is met, told and got over, in $framework', async ({ framework, fault, lasts, seen, left }) => {
    const { page, complaints } = await playground.open(`/${framework}/live.html?transport=sse`)
    await tone(page, 'live')
    await expect.poll(() => count(page, 'Received'), soon).toBeGreaterThan(3)
    await button(page, 'Inspector').click()
    await button(page, 'More faults').click()
    const bench = page.getByRole('region', { name: 'Faults' })
    await bench.getByLabel('For').selectOption(lasts ?? '60 s')
    await bench.getByRole('button', { name: fault, exact: true }).click()
    await seen(page)
    // What is short is over by itself, and its button would vanish under the mouse.
    if (lasts === undefined && (await button(page, 'End it').isVisible())) await button(page, 'End it').click()
    await left?.(page)
    await tone(page, 'live')
    const before = await count(page, 'Newest')
    await expect.poll(() => count(page, 'Newest'), soon).toBeGreaterThan(before + 5)
    expect([await count(page, 'Missing'), await count(page, 'Twice')]).toEqual([0, 0])
    expect(complaints).toEqual([])
    await page.context().close()
  })

  test.for(frameworks)('one fault takes the place of another, and can be ended, in %s', async (framework) => {
    const { page, complaints } = await playground.open(`/${framework}/live.html?transport=sse`)
    await tone(page, 'live')
    await button(page, 'More faults').click()
    const bench = page.getByRole('region', { name: 'Faults' })
    await bench.getByLabel('For').selectOption('60 s')
    const pressed = bench.locator('button[aria-pressed=true]')
    await bench.getByRole('button', { name: 'As if offline', exact: true }).click()
    await expect.poll(() => pressed.allTextContents(), soon).toEqual(['As if offline'])
    await tone(page, 'warn')
    await bench.getByRole('button', { name: 'Black hole', exact: true }).click()
    await expect.poll(() => pressed.allTextContents(), soon).toEqual(['Black hole'])
    await bench.getByRole('button', { name: 'End it', exact: true }).click()
    await tone(page, 'live')
    expect(await pressed.count()).toBe(0)
    expect(complaints).toEqual([])
    await page.context().close()
  })
})
