import type { Locator, Page } from 'playwright'
import type { Playground } from './playground.ts'

export interface Turn {
  readonly id: string
  readonly role: string
  readonly text: string
  readonly run?: string
  readonly running?: boolean
}

export interface Stats {
  readonly httpPosts: number
  readonly socketRuns: number
  readonly gets: number
  readonly deletes: number
  readonly runs: number
}

/** Long enough for a loaded machine; what is waited for comes much sooner. */
export const soon = { timeout: 20_000 }

export const answerIn = (page: Page): Locator => page.locator('article.assistant .prose').last()
export const stateIn = (page: Page): Locator => page.locator('.state')
export const button = (page: Page, name: string): Locator => page.getByRole('button', { name, exact: true })

export async function ask(page: Page, question: string): Promise<void> {
  await page.getByRole('textbox', { name: 'Your question' }).fill(question)
  await page.keyboard.press('Enter')
}

/** Waits until the answer has ended, however it ended. */
export const ended = async (page: Page, timeout: number = soon.timeout): Promise<void> => {
  await button(page, 'Send').waitFor({ timeout })
}

/** Orders a fault at the bench, which is opened for it. */
export async function order(page: Page, fault: string, seconds: string = '3 s'): Promise<void> {
  await button(page, 'More faults').click()
  const bench = page.getByRole('region', { name: 'Faults' })
  await bench.getByLabel('For').selectOption(seconds)
  const told = page.waitForResponse('**/api/faults/**')
  await bench.getByRole('button', { name: fault, exact: true }).click()
  await told
}

const ANSWER = 'article.assistant:last-of-type .prose'

/** Waits until more of the answer is shown than now. */
export async function grows(page: Page): Promise<void> {
  const now = (await answerIn(page).count()) > 0 ? ((await answerIn(page).textContent()) ?? '').length : 0
  await page.waitForFunction(
    ([selector, length]) => (document.querySelector(selector)?.textContent ?? '').length > length,
    [ANSWER, now] as const,
    soon,
  )
}

export const chatIdOf = async (page: Page): Promise<string> =>
  (await page.evaluate(() => sessionStorage.getItem('holdline.chat'))) ?? ''

export const turnsOf = async (playground: Playground, chat: string): Promise<readonly Turn[]> =>
  (await playground.read<{ messages: readonly Turn[] }>(`/api/conversations/${chat}`)).messages

export const statsOf = (playground: Playground, chat: string): Promise<Stats> =>
  playground.read(`/api/stats?chat=${chat}`)

/** Asks past all pages, as fast as it goes and with nothing in the way: what an answer is measured by. */
export async function answerUncut(playground: Playground, question: string): Promise<Turn> {
  const chat = `uncut-${Math.random().toString(36).slice(2)}`
  const response = await fetch(`${playground.origin}/api/chat?chat=${chat}&run=1&speed=100000`, {
    method: 'POST',
    headers: { accept: 'text/event-stream', 'content-type': 'application/json' },
    body: JSON.stringify({ messages: [{ role: 'user', content: question }] }),
  })
  await response.text()
  const turn = (await turnsOf(playground, chat)).at(-1)
  if (turn?.role !== 'assistant') throw new Error('There was no answer')
  return turn
}

/** An answer as a page shows it that never saw a line break. */
export async function showUncut(playground: Playground, path: string, question: string): Promise<string> {
  const { page } = await playground.open(`${path}${path.includes('?') ? '&' : '?'}speed=100000`)
  await ask(page, question)
  await page.locator('article[data-end=complete]').waitFor(soon)
  const text = (await answerIn(page).textContent()) ?? ''
  await page.context().close()
  return text
}

/** Counts how often the page has told of a broken line; waits until it was so many times. */
export async function watchBreaks(page: Page): Promise<(times: number) => Promise<unknown>> {
  await page.evaluate(() => {
    const line = document.querySelector<HTMLElement>('.state')!
    line.title = '0'
    new MutationObserver((changes) => {
      const before = changes[0]?.oldValue
      if (line.dataset.tone === 'warn' && before !== 'warn') line.title = String(Number(line.title) + 1)
    }).observe(line, { attributeFilter: ['data-tone'], attributeOldValue: true })
  })
  return (times) => page.locator(`.state[title="${times}"]`).waitFor(soon)
}
