import type { Page } from 'playwright'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { button, order, soon, stateIn, watchBreaks } from './chatPage.ts'
import {
  both,
  canRun,
  frameworks,
  type Playground,
  startPlayground,
  type TransportName,
  transports,
} from './playground.ts'

const LABELS = {
  webSocket: 'WebSocket',
  sse: 'Server-Sent Events',
  longPolling: 'Long polling',
  polling: 'Polling',
} as const

const count = async (page: Page, name: string): Promise<number> =>
  Number((await page.locator('.counts div', { hasText: name }).locator('dd').textContent())?.replace('#', ''))

const live = (page: Page, transport: TransportName): Promise<void> =>
  page.locator('.state', { hasText: `Live · over ${LABELS[transport]}` }).waitFor(soon)

/** How many points of the first chart are drawn. */
const inked = (page: Page): Promise<number> =>
  page
    .locator('.plot canvas')
    .first()
    .evaluate((canvas: HTMLCanvasElement) => {
      const pixels = canvas.getContext('2d')!.getImageData(0, 0, canvas.width, canvas.height).data
      return pixels.filter((value, at) => at % 4 === 3 && value > 0).length
    })

describe.skipIf(!canRun)('the live page', () => {
  let playground: Playground
  beforeAll(async () => {
    playground = await startPlayground({ live: { everyMs: 100 } })
  })
  afterAll(() => playground?.close())

  test.for(both)('goes on without a hole after a cut, in %s over %s', async ([framework, transport]) => {
    const { page, complaints } = await playground.open(`/${framework}/live.html?transport=${transport}`)
    await live(page, transport)
    await expect.poll(() => count(page, 'Received'), soon).toBeGreaterThan(10)
    expect(await inked(page)).toBeGreaterThan(1_000)

    for (let round = 0; round < 3; round++) {
      const told = page.waitForResponse('**/api/faults/cut**')
      await button(page, 'Cut the network').click()
      expect(await (await told).json()).toEqual({ cut: 1 })
      const before = await count(page, 'Newest')
      await expect.poll(() => count(page, 'Newest'), soon).toBeGreaterThan(before + 5)
      await expect.poll(() => stateIn(page).getAttribute('data-tone'), soon).toBe('live')
    }

    expect([await count(page, 'Missing'), await count(page, 'Twice')]).toEqual([0, 0])
    expect(complaints).toEqual([])
    await page.context().close()
  })

  test.for(frameworks)('begins anew with each transport that is chosen, in %s', async (framework) => {
    const { page, complaints } = await playground.open(`/${framework}/live.html`)
    await live(page, 'webSocket')
    for (const transport of [...transports].reverse()) {
      await page.getByLabel('Transport').selectOption(transport)
      await live(page, transport)
      await expect.poll(() => count(page, 'Received'), soon).toBeGreaterThan(10)
      expect(page.url()).toContain(`transport=${transport}`)
      expect([await count(page, 'Missing'), await count(page, 'Twice')]).toEqual([0, 0])
    }
    expect(complaints).toEqual([])
    await page.context().close()
  })

  test.for(frameworks)('fills in what was missed while new lines were refused, in %s', async (framework) => {
    const { page, complaints } = await playground.open(`/${framework}/live.html?transport=sse`)
    await expect.poll(() => count(page, 'Received'), soon).toBeGreaterThan(3)
    await order(page, 'Refuse')
    await page.locator('.state[data-tone=warn]').waitFor(soon)
    const before = await count(page, 'Newest')
    await page.locator('.state[data-tone=live]').waitFor(soon)
    // Three seconds are thirty samples; they come with the first answer.
    await expect.poll(() => count(page, 'Newest'), soon).toBeGreaterThan(before + 20)
    expect([await count(page, 'Missing'), await count(page, 'Twice')]).toEqual([0, 0])
    expect(complaints).toEqual([])
    await page.context().close()
  })

  test.for(both)('loses nothing where every byte comes alone, in %s over %s', async ([framework, transport]) => {
    const { page, complaints } = await playground.open(`/${framework}/live.html?transport=${transport}`)
    await live(page, transport)
    await order(page, 'Single bytes', '60 s')
    await button(page, 'Cut the network').click()
    const before = await count(page, 'Newest')
    await expect.poll(() => count(page, 'Newest'), soon).toBeGreaterThan(before + 30)
    await button(page, 'End it').click()
    await page.getByText('These meet only the lines of this page').waitFor(soon)
    expect([await count(page, 'Missing'), await count(page, 'Twice')]).toEqual([0, 0])
    expect(complaints).toEqual([])
    await page.context().close()
  })

  test.for(both)('tells of a gap where the server has forgotten, in %s over %s', async ([framework, transport]) => {
    const { page, complaints } = await playground.open(`/${framework}/live.html?transport=${transport}`)
    await live(page, transport)
    await expect.poll(() => count(page, 'Received'), soon).toBeGreaterThan(3)
    const broken = await watchBreaks(page)
    await order(page, 'Restart')
    await broken(1)
    await page.locator('.state[data-tone=live]').waitFor(soon)
    const before = await count(page, 'Newest')
    await expect.poll(() => count(page, 'Newest'), soon).toBeGreaterThan(before)
    expect([await count(page, 'Missing'), await count(page, 'Gaps told')]).toEqual([0, 0])

    await button(page, 'Restart, forget').click()
    await expect.poll(() => count(page, 'Gaps told'), soon).toBe(1)
    await page.locator('.state[data-tone=live]').waitFor(soon)
    const then = await count(page, 'Newest')
    await expect.poll(() => count(page, 'Newest'), soon).toBeGreaterThan(then)
    // What a poll had not fetched by then is gone with the memory.
    expect(await count(page, 'Twice')).toBe(0)
    expect(complaints).toEqual([])
    await page.context().close()
  })
})
