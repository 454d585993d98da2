import type { Page } from 'playwright'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import {
  answerIn,
  answerUncut,
  ask,
  button,
  chatIdOf,
  ended,
  grows,
  order,
  showUncut,
  soon,
  stateIn,
  statsOf,
  turnsOf,
} from './chatPage.ts'
import { canRun, frameworks, type Playground, startPlayground } from './playground.ts'

const QUESTION = 'What must my server do?'
const OTHER = 'Which transport should I choose?'

const reloads = frameworks.flatMap((framework) =>
  (['sse', 'webSocket'] as const).map((way) => [framework, way] as const),
)

const questionsIn = (page: Page): Promise<string[]> => page.locator('article.user').allTextContents()
const versionsOf = async (page: Page): Promise<string[]> => {
  const groups = await page.getByRole('group', { name: 'Versions' }).allTextContents()
  return groups.map((text) => text.replaceAll(/[^\d/]/g, ''))
}

describe.skipIf(!canRun)('a conversation that is kept', () => {
  let playground: Playground
  let uncut: Awaited<ReturnType<typeof answerUncut>>

  beforeAll(async () => {
    playground = await startPlayground()
    uncut = await answerUncut(playground, QUESTION)
  })
  afterAll(() => playground?.close())

  test.for(reloads)(
    'goes on with the answer in whose midst it was reloaded, in %s over %s',
    async ([framework, way]) => {
      const path = `/${framework}/?transport=${way}`
      const { page, complaints } = await playground.open(`${path}&speed=60`)
      const chat = await chatIdOf(page)
      await ask(page, QUESTION)
      await grows(page)
      for (let round = 0; round < 2; round++) {
        const had = ((await answerIn(page).textContent()) ?? '').length
        await page.reload()
        // What had come is there at once, and then there is more.
        await expect
          .poll(async () => ((await answerIn(page).textContent()) ?? '').length, soon)
          .toBeGreaterThanOrEqual(had)
        await grows(page)
      }
      expect((await turnsOf(playground, chat)).at(-1)?.running, 'the last reload came too late to count').toBe(true)
      await page.locator('article[data-end=complete]').waitFor({ timeout: 60_000 })
      await ended(page)

      expect(await answerIn(page).textContent()).toBe(await showUncut(playground, path, QUESTION))
      expect((await turnsOf(playground, chat)).map(({ text }) => text)).toEqual([QUESTION, uncut.text])
      const { runs, httpPosts, socketRuns, gets } = await statsOf(playground, chat)
      expect({ runs, posts: httpPosts + socketRuns }).toEqual({ runs: 1, posts: 1 })
      expect(gets).toBe(2)
      expect(complaints).toEqual([])
      await page.context().close()
    },
  )

  test.for(frameworks)('keeps each version of a question that was edited, in %s', async (framework) => {
    const { page, complaints } = await playground.open(`/${framework}/?speed=5000`)
    const chat = await chatIdOf(page)
    await ask(page, QUESTION)
    await ended(page)
    await ask(page, 'And in Vue?')
    await page.locator('article[data-end=complete]').nth(1).waitFor(soon)
    const before = await page.locator('article').allTextContents()

    // By keyboard alone: into the editor, out again, and in for good.
    const edit = button(page, 'Edit').first()
    await edit.press('Enter')
    await page.keyboard.press('Escape')
    expect(await edit.evaluate((element) => element === document.activeElement)).toBe(true)
    await edit.press('Enter')
    await page.getByRole('textbox', { name: 'Edit your question' }).fill(OTHER)
    await page.keyboard.press('Enter')
    await expect.poll(() => questionsIn(page), soon).toEqual([OTHER])
    await page.locator('article[data-end=complete]').waitFor(soon)
    await ended(page)
    expect(await versionsOf(page)).toEqual(['2/2'])
    const said = await turnsOf(playground, chat)
    expect(said.map(({ role }) => role)).toEqual(['user', 'assistant'])
    expect(said[0]?.text).toBe(OTHER)

    await button(page, 'Version before').click()
    await expect.poll(() => questionsIn(page), soon).toEqual([QUESTION, 'And in Vue?'])
    await expect.poll(() => page.locator('article').count(), soon).toBe(4)
    await page.reload()
    await expect.poll(() => page.locator('article').count(), soon).toBe(4)
    expect(await versionsOf(page)).toEqual(['1/2'])
    expect((await page.locator('article .prose').allTextContents()).length).toBe(2)
    expect(before.filter((text) => text.includes('And in Vue?'))).toHaveLength(1)

    await button(page, 'Regenerate').click()
    await expect.poll(() => versionsOf(page), soon).toEqual(['1/2', '2/2'])
    await ended(page)
    await button(page, 'Version before').last().click()
    await expect.poll(() => versionsOf(page), soon).toEqual(['1/2', '1/2'])
    expect(complaints).toEqual([])
    await page.context().close()
  })

  test.for(frameworks)('is one of several that can be switched between, in %s', async (framework) => {
    const { page, complaints } = await playground.open(`/${framework}/?speed=5000`)
    await ask(page, QUESTION)
    await page.locator('article[data-end=complete]').waitFor(soon)
    await ended(page)
    const chat = await chatIdOf(page)
    await button(page, 'New conversation').click()
    await page.getByRole('heading', { name: 'Ask about holdline.' }).waitFor(soon)
    await ask(page, OTHER)
    await page.locator('article[data-end=complete]').waitFor(soon)
    expect(await questionsIn(page)).toEqual([OTHER])

    const list = page.getByRole('combobox', { name: 'Conversation' })
    await expect.poll(() => list.locator('option').allTextContents(), soon).toEqual([OTHER, QUESTION])
    await list.selectOption(chat)
    await expect.poll(() => questionsIn(page), soon).toEqual([QUESTION])
    expect(await chatIdOf(page)).toBe(chat)
    expect(complaints).toEqual([])
    await page.context().close()
  })

  test.for(frameworks)('lets a message wait that is sent while an answer arrives, in %s', async (framework) => {
    const { page, complaints } = await playground.open(`/${framework}/?speed=20`)
    const chat = await chatIdOf(page)
    await ask(page, QUESTION)
    await grows(page)
    await ask(page, OTHER)
    const queue = page.getByRole('list', { name: 'Waiting for their turn' })
    await queue.getByText(OTHER).waitFor(soon)
    expect(await questionsIn(page)).toEqual([QUESTION])
    await page.evaluate(() => history.replaceState(null, '', '?speed=5000'))
    await button(page, 'Stop').click()
    await expect.poll(() => questionsIn(page), soon).toEqual([QUESTION, OTHER])
    await page.locator('article[data-end=complete]').waitFor(soon)
    expect(await queue.count()).toBe(0)
    expect((await statsOf(playground, chat)).runs).toBe(2)
    expect(complaints).toEqual([])
    await page.context().close()
  })

  test.for(frameworks)('lets what waits be written anew, or dropped, in %s', async (framework) => {
    const { page, complaints } = await playground.open(`/${framework}/?speed=20`)
    const chat = await chatIdOf(page)
    await ask(page, QUESTION)
    await grows(page)
    for (const text of ['one?', 'two?']) await ask(page, text)
    const waiting = page.getByRole('list', { name: 'Waiting for their turn' }).getByRole('listitem')
    await expect.poll(() => waiting.count(), soon).toBe(2)
    await waiting.filter({ hasText: 'two?' }).getByRole('button', { name: 'Drop' }).click()
    await expect.poll(() => waiting.count(), soon).toBe(1)
    await waiting.getByRole('button', { name: 'Change' }).click()
    expect(await page.getByRole('textbox', { name: 'Your question' }).inputValue()).toBe('one?')
    expect(await waiting.count()).toBe(0)
    await ask(page, 'one and a half?')
    await page.evaluate(() => history.replaceState(null, '', '?speed=5000'))
    await button(page, 'Stop').click()
    await expect.poll(() => questionsIn(page), soon).toEqual([QUESTION, 'one and a half?'])
    await page.locator('article[data-end=complete]').waitFor(soon)
    expect((await statsOf(playground, chat)).runs).toBe(2)
    expect(complaints).toEqual([])
    await page.context().close()
  })

  test.for(frameworks)('says that nothing comes out of a black hole, and offers to stop, in %s', async (framework) => {
    const { page, complaints } = await playground.open(`/${framework}/?speed=20&stall=1000&transport=sse`)
    await ask(page, QUESTION)
    await grows(page)
    await order(page, 'Black hole', '60 s')
    await stateIn(page).getByText('Nothing comes').waitFor(soon)
    await button(page, 'Stop waiting').click()
    await ended(page)
    expect(await page.locator('.note').textContent()).toBe('Stopped. What had come was kept.')
    expect(complaints).toEqual([])
    await page.context().close()
  })

  test.for(frameworks)(
    'admits that an answer broke off where the server has forgotten it, in %s',
    async (framework) => {
      const { page, complaints } = await playground.open(`/${framework}/?speed=20`)
      await ask(page, QUESTION)
      await grows(page)
      await order(page, 'Restart, forget')
      await page.locator('article[data-end=truncated]').waitFor(soon)
      await button(page, 'Regenerate').waitFor(soon)
      expect(complaints).toEqual([])
      await page.context().close()
    },
  )
})
