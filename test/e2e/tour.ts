// Puts something on each page, so that it is looked at as somebody would see it who uses it.
import type { Page } from 'playwright'
import type { pageFiles } from '../../playground/pages.ts'
import { ask, button, soon } from './chatPage.ts'

export type PageFile = (typeof pageFiles)[number]

export const pathOf = (framework: string, file: PageFile): string => `/${framework}/${file}.html`

/** Waits for the line of a page that has one all the time. */
export const live = (page: Page): Promise<void> => page.locator('.state[data-tone=live]').first().waitFor(soon)

const FILLING: Readonly<Record<PageFile, (page: Page) => Promise<void>>> = {
  async index(page) {
    await ask(page, 'What happens when the line breaks in the middle of an answer?')
    await page.locator('article[data-end=complete]').waitFor({ timeout: 60_000 })
  },
  async live(page) {
    await live(page)
    await page.waitForFunction(() => Number(document.querySelector('.counts dd')?.textContent) > 2, undefined, soon)
  },
  async room(page) {
    await live(page)
    for (const text of ['The lift is out of order', 'The lift works again']) {
      await page.getByRole('textbox', { name: 'Your alert' }).fill(text)
      await page.keyboard.press('Enter')
      await page.locator('.alerts li:not([data-status])', { hasText: text }).first().waitFor(soon)
    }
    await button(page, 'Like').click()
  },
  danmaku: live,
  async transports(page) {
    await button(page, 'Run').click()
    await page.waitForFunction(
      () =>
        [...document.querySelectorAll('tbody tr:first-child td')].every(({ textContent }) => /[1-9]/.test(textContent)),
      undefined,
      soon,
    )
  },
}

export const fill = (page: Page, file: PageFile): Promise<void> => FILLING[file](page)

/** Opens what is folded away, where there is such a thing. */
export async function unfold(page: Page): Promise<void> {
  const more = button(page, 'More faults')
  if ((await more.count()) > 0 && (await more.getAttribute('aria-expanded')) === 'false') await more.click()
}
