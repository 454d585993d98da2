import type { Page } from 'playwright'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { button, order, soon } from './chatPage.ts'
import { both, canRun, frameworks, type Playground, startPlayground } from './playground.ts'

async function say(page: Page, text: string): Promise<void> {
  await page.getByRole('textbox', { name: 'Your alert' }).fill(text)
  await page.keyboard.press('Enter')
}

/** What a tab shows of those words, the oldest first, without when it was said. */
async function heard(page: Page, among: readonly string[]): Promise<string[]> {
  const texts = await page.locator('.alerts li:not([data-status]) p').allTextContents()
  return texts.toReversed().filter((text) => among.includes(text))
}

const open = (page: Page): Promise<void> => page.locator('.state[data-tone=live]', { hasText: 'Live' }).waitFor(soon)
const fateOf = (page: Page, text: string): Promise<string | null> =>
  page.locator('.alerts li', { hasText: text }).locator('small').textContent()
const twice = (page: Page): Promise<string | null> =>
  page.locator('.counts div', { hasText: 'Twice' }).locator('dd').textContent()
const likes = async (page: Page): Promise<number> => Number(await page.locator('.likes output').textContent())

let number = 0
/** Words that nobody else says: the room is one for all tests. */
const words = (count: number): string[] => Array.from({ length: count }, () => `word ${++number}.`)

describe.skipIf(!canRun)('the notifications page', () => {
  let playground: Playground
  beforeAll(async () => {
    playground = await startPlayground()
  })
  afterAll(() => playground?.close())

  test.for(both)('loses and doubles nothing while a tab is offline, in %s over %s', async ([framework, transport]) => {
    const path = `/${framework}/room.html?transport=${transport}`
    const [away, here] = await Promise.all([playground.open(path), playground.open(path)])
    await Promise.all([open(away.page), open(here.page)])
    const all = words(4) as [string, string, string, string]
    const [first, second, third, own] = all
    await say(here.page, first)
    await expect.poll(() => heard(away.page, all), soon).toEqual([first])
    const unread = away.page.locator('.badge')
    expect(await unread.textContent()).toBe('1 unread')

    await away.page.context().setOffline(true)
    await fetch(`${playground.origin}/api/faults/cut`, { method: 'POST' })
    await away.page.locator('.state:not([data-tone=live])').waitFor(soon)
    await say(away.page, own)
    await expect.poll(() => fateOf(away.page, own), soon).toContain('sending …')
    await open(here.page)
    await say(here.page, second)
    await say(here.page, third)
    await button(here.page, 'Like').click()
    await expect.poll(() => heard(here.page, all), soon).toEqual([first, second, third])
    expect(await heard(away.page, all)).toEqual([first])

    await away.page.context().setOffline(false)
    await expect.poll(() => heard(away.page, all), soon).toEqual(all)
    await expect.poll(() => heard(here.page, all), soon).toEqual(all)
    await expect.poll(() => fateOf(away.page, own), soon).toContain('sent')
    expect(await likes(away.page)).toBe(await likes(here.page))
    expect([await twice(away.page), await twice(here.page)]).toEqual(['0', '0'])

    expect(await unread.textContent()).toBe('3 unread')
    expect(await away.page.title()).toMatch(/^\(3\) Notifications/)
    await button(away.page, 'Mark as read').click()
    await expect.poll(() => unread.textContent(), soon).toBe('0 unread')
    expect([...away.complaints, ...here.complaints]).toEqual([])
    await Promise.all([away.page.context().close(), here.page.context().close()])
  })

  test.for(both)('shows what the room has refused, and why, in %s over %s', async ([framework, transport]) => {
    const { page, complaints } = await playground.open(`/${framework}/room.html?transport=${transport}`)
    await open(page)
    await say(page, `${words(1)[0]} ${'too long '.repeat(500)}`)
    await page.locator('li[data-status=refused]', { hasText: /at most 4000|413/ }).waitFor(soon)
    await button(page, 'Drop it').click()
    expect(await page.locator('li[data-status]').count()).toBe(0)
    expect(complaints).toEqual([])
    await page.context().close()
  })

  test.for(frameworks)('sends what was said while the server refused everybody, in %s', async (framework) => {
    const { page, complaints } = await playground.open(`/${framework}/room.html?transport=sse`)
    await open(page)
    await order(page, 'Refuse')
    const all = words(2) as [string, string]
    for (const word of all) await say(page, word)
    await expect.poll(() => fateOf(page, all[1]), soon).toContain('sending …')
    await expect.poll(() => heard(page, all), soon).toEqual(all)
    expect(await page.locator('li[data-status]').count()).toBe(0)
    expect(complaints).toEqual([])
    await page.context().close()
  })

  test.for(frameworks)('has one line for all tabs where that is wished, in %s', async (framework) => {
    const path = `/${framework}/room.html?transport=sse`
    const one = await playground.open(path)
    const other = await playground.open(path, one.page.context())
    for (const { page } of [one, other]) {
      await page.getByLabel('One line for all tabs').check()
      await open(page)
    }
    const all = words(2) as [string, string]
    await say(other.page, all[0])
    for (const { page } of [one, other]) await expect.poll(() => heard(page, all), soon).toEqual([all[0]])
    const told = other.page.waitForResponse('**/api/faults/cut**')
    await button(other.page, 'Cut the network').click()
    expect(await (await told).json()).toEqual({ cut: 1 })
    await say(one.page, all[1])
    for (const { page } of [one, other]) {
      await expect.poll(() => heard(page, all), soon).toEqual(all)
      expect(await twice(page)).toBe('0')
    }
    expect([...one.complaints, ...other.complaints]).toEqual([])
    await one.page.context().close()
  })
})
