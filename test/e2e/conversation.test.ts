import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { answerIn, answerUncut, ask, button, chatIdOf, ended, grows, soon, statsOf, turnsOf } from './chatPage.ts'
import { both, canRun, frameworks, type Playground, startPlayground } from './playground.ts'

const QUESTION = 'What must my server do?'

describe.skipIf(!canRun)('the chat page', () => {
  let playground: Playground
  let uncut: Awaited<ReturnType<typeof answerUncut>>

  beforeAll(async () => {
    playground = await startPlayground()
    uncut = await answerUncut(playground, QUESTION)
  })
  afterAll(() => playground?.close())

  test.for(both)(
    'keeps the text and ends the run at the server when stopped, in %s over %s',
    async ([framework, transport]) => {
      const { page, complaints } = await playground.open(`/${framework}/?transport=${transport}&speed=20`)
      const chat = await chatIdOf(page)
      await ask(page, QUESTION)
      await grows(page)
      await grows(page)
      await button(page, 'Stop').click()
      await ended(page)
      const kept = await answerIn(page).textContent()

      const stopped = async (): Promise<boolean | undefined> =>
        (await turnsOf(playground, chat)).at(-1)?.running ?? false
      await expect.poll(stopped, soon).toBe(false)
      const { text, run } = (await turnsOf(playground, chat)).at(-1)!
      expect(uncut.text.startsWith(text)).toBe(true)
      expect(text.length).toBeLessThan(uncut.text.length)
      const items = await playground.read<readonly { t?: string }[]>(`/api/chat?chat=${chat}&run=${run}`)
      expect(items.at(-1)).toEqual({ t: 'end', reason: 'stopped' })
      expect((await statsOf(playground, chat)).deletes).toBe(1)

      expect(kept).not.toBe('')
      expect(await answerIn(page).textContent()).toBe(kept)
      expect(await page.locator('article.assistant').getAttribute('data-end')).toBe('stopped')
      expect(await page.locator('.note').textContent()).toBe('Stopped. What had come was kept.')
      expect(complaints).toEqual([])
      await page.context().close()
    },
  )

  test.for(frameworks)('gives way to a new answer when asked again, in %s', async (framework) => {
    const { page, complaints } = await playground.open(`/${framework}/?speed=20`)
    const chat = await chatIdOf(page)
    await ask(page, QUESTION)
    await grows(page)
    await button(page, 'Stop').click()
    await button(page, 'Regenerate').waitFor(soon)
    await page.evaluate(() => history.replaceState(null, '', '?speed=2000'))
    await button(page, 'Regenerate').click()
    await ended(page)

    await page.locator('article[data-end=complete]').waitFor(soon)
    expect(await page.locator('article').count()).toBe(2)
    expect((await turnsOf(playground, chat)).map(({ text }) => text)).toEqual([QUESTION, uncut.text])
    expect((await statsOf(playground, chat)).runs).toBe(2)
    expect(complaints).toEqual([])
    await page.context().close()
  })

  test.for(frameworks)(
    'shows the conversation again after a reload, and in the other framework, in %s',
    async (framework) => {
      const { page, complaints } = await playground.open(`/${framework}/?speed=2000`)
      await ask(page, QUESTION)
      await ended(page)
      await ask(page, 'And which of these may be left out?')
      await page.locator('article').nth(3).waitFor(soon)
      await ended(page)
      const texts = (): Promise<string[]> => page.locator('article .prose, article.user').allTextContents()
      const before = await texts()
      expect(before).toHaveLength(4)

      await page.reload()
      await answerIn(page).waitFor(soon)
      expect(await texts()).toEqual(before)

      const other = framework === 'vue' ? 'React' : 'Vue'
      await page.getByRole('link', { name: other, exact: true }).click()
      await page.waitForURL(`**/${other.toLowerCase()}/?speed=2000`)
      await answerIn(page).waitFor(soon)
      expect(await texts()).toEqual(before)
      await button(page, 'New conversation').click()
      await page.getByRole('heading', { name: 'Ask about holdline.' }).waitFor(soon)
      expect(complaints).toEqual([])
      await page.context().close()
    },
  )

  test.for(frameworks)('copies an answer as it was written, in %s', async (framework) => {
    const { page } = await playground.open(`/${framework}/?speed=2000`)
    await page.context().grantPermissions(['clipboard-read', 'clipboard-write'])
    await ask(page, QUESTION)
    await ended(page)
    await button(page, 'Copy').click()
    await button(page, 'Copied').waitFor(soon)
    expect(await page.evaluate(() => navigator.clipboard.readText())).toBe(uncut.text)
    await page.context().close()
  })

  test.for(frameworks)('follows the answer until the reader scrolls up, in %s', async (framework) => {
    const { page } = await playground.open(`/${framework}/?speed=100`)
    await page.setViewportSize({ width: 390, height: 420 })
    const scroller = page.getByRole('region', { name: 'Conversation' })
    const rest = (): Promise<number> =>
      scroller.evaluate(({ scrollHeight, scrollTop, clientHeight }) => scrollHeight - scrollTop - clientHeight)
    const overflows = (): Promise<boolean> => scroller.evaluate((box) => box.scrollHeight > box.clientHeight + 200)
    await ask(page, QUESTION)
    await expect.poll(overflows, soon).toBe(true)
    await expect.poll(rest, soon).toBeLessThan(2)

    await scroller.evaluate((box) => box.scrollBy(0, -150))
    await button(page, 'Go to the newest').waitFor(soon)
    const top = await scroller.evaluate((box) => box.scrollTop)
    await grows(page)
    await expect.poll(rest, soon).toBeGreaterThan(200)
    expect(await scroller.evaluate((box) => box.scrollTop)).toBe(top)

    await button(page, 'Go to the newest').click()
    await expect.poll(rest, soon).toBeLessThan(2)
    await page.context().close()
  })
})
