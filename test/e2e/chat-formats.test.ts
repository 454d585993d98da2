import type { Page } from 'playwright'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { answerIn, answerUncut, ask, button, chatIdOf, ended, grows, showUncut, soon, statsOf } from './chatPage.ts'
import { canRun, frameworks, type Playground, startPlayground } from './playground.ts'

const QUESTION = 'What must my server do?'
/** What each of these shows besides the text. */
const shown = [
  ['openai', 'OpenAI Chat', true],
  ['anthropic', 'Anthropic', true],
  ['ui-message', 'AI SDK', true],
  ['ollama', 'Ollama', false],
] as const
const combined = frameworks.flatMap((framework) => shown.map((format) => [framework, ...format] as const))

const sourcesIn = (page: Page): Promise<string[]> =>
  page.getByRole('navigation', { name: 'Sources' }).getByRole('link').allTextContents()

describe.skipIf(!canRun)('the format that is chosen on the page', () => {
  let playground: Playground
  beforeAll(async () => {
    playground = await startPlayground()
  })
  afterAll(() => playground?.close())

  test.for(combined)(
    'shows the same answer, in %s as %s',
    async ([framework, format, label, cites], { expect: check }) => {
      const expected = await showUncut(playground, `/${framework}/`, QUESTION)
      const { page, complaints } = await playground.open(`/${framework}/?speed=20000`)
      await page.getByLabel('Format').selectOption({ label })
      const address = page.waitForRequest((request) => request.url().includes('/api/chat'))
      await page.getByLabel('Transport').selectOption('sse')
      await ask(page, QUESTION)
      await page.locator('article[data-end=complete]').waitFor(soon)
      check(new URL((await address).url()).pathname).toBe(format === 'openai' ? '/api/chat' : `/api/chat/${format}`)
      check(await answerIn(page).textContent()).toBe(expected)
      check(await page.locator('.thought').textContent()).toContain('Searching')
      check((await sourcesIn(page)).length > 0).toBe(cites)
      check(complaints).toEqual([])
      await page.context().close()
    },
  )

  test.for(frameworks)('tells where an answer is from, and leads there, in %s', async (framework) => {
    const { page } = await playground.open(`/${framework}/?speed=20000`)
    await ask(page, QUESTION)
    await ended(page)
    const links = page.getByRole('navigation', { name: 'Sources' }).getByRole('link')
    const href = (await links.first().getAttribute('href')) ?? ''
    const [title = ''] = await sourcesIn(page)
    const heading = title.split(' › ').at(-1) ?? ''
    const response = await fetch(new URL(href, playground.origin))
    expect(response.status).toBe(200)
    expect(await response.text()).toContain(heading)
    await page.context().close()
  })

  test.for(frameworks)(
    'goes on by its own way after a cut, and after a reload with another one chosen, in %s',
    async (framework) => {
      const uncut = await answerUncut(playground, QUESTION)
      const { page, complaints } = await playground.open(
        `/${framework}/?transport=sse&format=openai-responses&speed=100`,
      )
      const chat = await chatIdOf(page)
      await ask(page, QUESTION)
      await grows(page)
      const resumed = page.waitForRequest((request) => request.url().includes('starting_after='))
      await fetch(`${playground.origin}/api/faults/cut?chat=${chat}`, { method: 'POST' })
      await resumed
      await grows(page)
      // Wherever it is opened again, the answer goes on in the format in which it was asked for.
      await page.goto(`${playground.origin}/${framework}/?transport=sse&speed=100&format=openai`)
      await page.locator('article[data-end=complete]').waitFor(soon)
      const text = await answerIn(page).textContent()
      expect(text?.length).toBeGreaterThan(uncut.text.length / 2)
      expect(await page.getByLabel('Format').inputValue()).toBe('openai-responses')
      const { runs } = await statsOf(playground, chat)
      expect(runs).toBe(1)
      expect(complaints).toEqual([])
      await page.context().close()
    },
  )

  test.for(frameworks)('admits that plain text cannot be gone on with, and asks again, in %s', async (framework) => {
    const { page, complaints } = await playground.open(`/${framework}/?transport=sse&format=text&speed=50`)
    const chat = await chatIdOf(page)
    await ask(page, QUESTION)
    await grows(page)
    await fetch(`${playground.origin}/api/faults/cut?chat=${chat}`, { method: 'POST' })
    await page.locator('article[data-end=truncated]').waitFor(soon)
    await page.getByLabel('Speed').selectOption({ label: '5,000 tokens/s' })
    await button(page, 'Regenerate').click()
    await page.locator('article[data-end=complete]').waitFor(soon)
    expect(complaints).toEqual([])
    await page.context().close()
  })
})

describe.skipIf(!canRun)('a flood of tokens', () => {
  let playground: Playground
  beforeAll(async () => {
    playground = await startPlayground()
  })
  afterAll(() => playground?.close())

  test.for(frameworks)('leaves the page alive, in %s', async (framework) => {
    const { page, complaints } = await playground.open(`/${framework}/?speed=1000`)
    await page.evaluate(watchFrames)
    await ask(page, 'Recite the whole docs/chat.md')
    await page.locator('article[data-end=complete]').waitFor({ timeout: 60_000 })
    const { frames, longestMs } = await page.evaluate(() => (window as unknown as { seen: Seen }).seen)
    // A hundred is what it takes on a machine of its own; other work beside it may take as much again.
    expect({ frames: frames > 100, longest: longestMs < 250 }, `${longestMs} ms`).toEqual({
      frames: true,
      longest: true,
    })
    expect(complaints).toEqual([])
    await page.context().close()
  })
})

interface Seen {
  frames: number
  longestMs: number
}

function watchFrames(): void {
  const seen: Seen = { frames: 0, longestMs: 0 }
  Object.assign(window, { seen })
  let last = performance.now()
  const look = (now: number): void => {
    seen.frames += 1
    seen.longestMs = Math.max(seen.longestMs, now - last)
    last = now
    requestAnimationFrame(look)
  }
  requestAnimationFrame(look)
}
