// What the eye would notice: things that jump, pages that are wider than the screen, words of the other language.
import type { Page } from 'playwright'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { pageFiles } from '../../playground/pages.ts'
import { ask, button, ended, order, soon } from './chatPage.ts'
import { canRun, frameworks, type Playground, startPlayground } from './playground.ts'
import { fill, live, pathOf, unfold } from './tour.ts'

const everyPage = frameworks.flatMap((framework) => pageFiles.map((file) => [framework, file] as const))

interface Shift {
  readonly value: number
  readonly moved: readonly string[]
}

/** Notes from now on what jumps without the user's doing; the answer tells what did. */
async function watchShifts(page: Page): Promise<() => Promise<readonly Shift[]>> {
  await page.evaluate(() => {
    interface LayoutShift extends PerformanceEntry {
      readonly value: number
      readonly hadRecentInput: boolean
      readonly sources: readonly { readonly node: Node | null }[]
    }
    const shifts: { value: number; moved: string[] }[] = []
    const nameOf = (node: Node | null): string => {
      const element = node instanceof Element ? node : node?.parentElement
      return element ? `${element.localName}.${element.className} "${element.textContent?.trim().slice(0, 30)}"` : '?'
    }
    new PerformanceObserver((list) => {
      for (const entry of list.getEntries() as LayoutShift[]) {
        const moved = entry.sources
          .map(({ node }) => node)
          // Where nothing stands yet, nobody sees that its place moves on; and a number that gets longer moves itself.
          .filter((node) => node?.textContent?.trim() && !(node instanceof Element && node.closest('output')))
        if (!entry.hadRecentInput && moved.length > 0) shifts.push({ value: entry.value, moved: moved.map(nameOf) })
      }
    }).observe({ type: 'layout-shift' })
    Object.assign(globalThis, { shifts })
  })
  return () => page.evaluate(() => (globalThis as unknown as { readonly shifts: Shift[] }).shifts)
}

/** Chromium forgives what moves within half a second of the user's doing. */
const forgiven = (page: Page): Promise<void> => page.waitForTimeout(600)

const counted = (page: Page): Promise<number> =>
  page.evaluate(() => Number(document.querySelector('.counts dd')?.textContent))

/** What does not fit next to what must be: the page can be pushed sideways then. */
const tooWide = (page: Page): Promise<string[]> =>
  page.evaluate(() => {
    if (document.documentElement.scrollWidth <= innerWidth) return []
    return [...document.querySelectorAll('body *')]
      .filter((element) => element.getBoundingClientRect().right > innerWidth + 1)
      .map((element) => `${element.localName}.${element.className}`)
      .slice(0, 5)
  })

describe.skipIf(!canRun)('the looks of the playground', () => {
  let playground: Playground
  beforeAll(async () => {
    playground = await startPlayground({ live: { everyMs: 100 } })
  })
  afterAll(() => playground?.close())

  test.for(frameworks)('nothing jumps while an answer arrives, not even over a cut, in %s', async (framework) => {
    const { page, complaints } = await playground.open(`/${framework}/?speed=120`)
    await ask(page, 'What happens when the line breaks in the middle of an answer?')
    await page.locator('article.assistant .prose').waitFor(soon)
    await forgiven(page)
    const shifts = await watchShifts(page)
    const chat = await page.evaluate(() => sessionStorage.getItem('holdline.chat'))
    await fetch(`${playground.origin}/api/faults/cut?chat=${chat}`, { method: 'POST' })
    await page.locator('.state[data-tone=warn]').waitFor(soon)
    await ended(page, 60_000)
    expect(await shifts()).toEqual([])
    expect(complaints).toEqual([])
    await page.context().close()
  })

  test.for(frameworks)('nothing jumps while samples come, stay away and come again, in %s', async (framework) => {
    const { page } = await playground.open(`/${framework}/live.html?transport=sse`)
    await live(page)
    await order(page, 'Refuse')
    await page.locator('.state[data-tone=warn]').waitFor(soon)
    await forgiven(page)
    const shifts = await watchShifts(page)
    const before = await counted(page)
    await live(page)
    await expect.poll(() => counted(page), soon).toBeGreaterThan(before + 20)
    expect(await shifts()).toEqual([])
    await page.context().close()
  })

  test('nothing jumps at the door, whose line fills in what it missed', async () => {
    const { page, complaints } = await playground.open('/')
    await live(page)
    await button(page, 'Pull the plug for 3 seconds').click()
    await page.locator('.state[data-tone=warn]').waitFor(soon)
    await forgiven(page)
    const shifts = await watchShifts(page)
    await expect.poll(() => page.locator('[data-count=filled]').textContent().then(Number), soon).toBeGreaterThan(5)
    await live(page)
    expect(await shifts()).toEqual([])
    const accounts = await page.locator('.pulse dd').allTextContents()
    expect(accounts.slice(1)).toEqual(['0', '0'])
    expect(complaints).toEqual([])
    await page.context().close()
  })

  test.for(everyPage)('no page is wider than a phone: %s, %s', async ([framework, file]) => {
    const { page } = await playground.open(`${pathOf(framework, file)}?speed=100000`)
    await page.setViewportSize({ width: 390, height: 844 })
    await fill(page, file)
    await unfold(page)
    for (const width of [390, 320]) {
      await page.setViewportSize({ width, height: 844 })
      await expect.poll(() => tooWide(page), { timeout: 3_000 }).toEqual([])
    }
    await page.context().close()
  })
})

/** Names, units, and what is said in English everywhere. */
const NAMES = new RegExp(
  `^(${[
    'holdline|chatgpt-stream-output|Vue|React|WebSocket|SSE|EventSource|Server-Sent Events|HTTP|HTML|JSON|Markdown|CPU|Guest \\d+',
    'OpenAI( Responses| Chat( Completions)?)?|Anthropic( Messages)?|Gemini|Ollama|AI SDK|(AI SDK )?UI message|AG-UI|LangGraph|ChatGPT',
    // A number, or two of them, with what they count.
    '[~#<≤\\d][\\d.,/~ -]* ?(ms|s|B|kB|MB|KiB|MiB|GiB|fps|p\\d+|%)?|(ms|fps|p\\d+|kB|B)',
  ].join('|')})$`,
  'i',
)

describe.skipIf(!canRun)('the two languages of the playground', () => {
  let playground: Playground
  beforeAll(async () => {
    playground = await startPlayground()
  })
  afterAll(() => playground?.close())

  /** What stands on the page, is read out or pops up, and has words but no Chinese. */
  const english = (page: Page): Promise<string[]> =>
    page.evaluate(() => {
      const told: string[] = []
      const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_ELEMENT | NodeFilter.SHOW_TEXT)
      for (let node = walker.nextNode(); node; node = walker.nextNode()) {
        if (node instanceof Element) {
          const names = node.closest('[lang=en]') ? [] : ['aria-label', 'title', 'placeholder', 'alt']
          for (const name of names) told.push(node.getAttribute(name) ?? '')
          continue
        }
        const parent = node.parentElement
        if (!parent || parent.closest('script, style, noscript, [lang=en], .prose, code, pre')) continue
        if (parent.checkVisibility() || parent.closest('option')) told.push(node.textContent ?? '')
      }
      return told.map((text) => text.trim()).filter((text) => /[a-z]{2}/i.test(text) && !/\p{Script=Han}/u.test(text))
    })

  test('the door speaks the one that is asked for, and remembers it', async () => {
    const { page } = await playground.open('/?lang=zh&transport=sse')
    expect(await page.title()).toBe('holdline 演示')
    expect((await english(page)).filter((text) => !NAMES.test(text))).toEqual([])
    await page.getByRole('link', { name: 'EN', exact: true }).click()
    await page.waitForURL('**/?lang=en&transport=sse')
    expect(await page.title()).toBe('holdline playground')
    await page.goto(`${playground.origin}/vue/live.html`)
    expect(await page.locator('html').getAttribute('lang')).toBe('en')
    await page.getByRole('link', { name: '中文' }).click()
    await page.waitForURL('**/vue/live.html?lang=zh')
    await page.goto(`${playground.origin}/vue/live.html`)
    await page.getByRole('heading', { name: '服务器此刻的状态' }).waitFor(soon)
    await page.context().close()
  })

  test.for(everyPage)('no English is left on a page in Chinese: %s, %s', async ([framework, file]) => {
    const { page, complaints } = await playground.open(`${pathOf(framework, file)}?lang=zh`)
    await page.locator('main *').first().waitFor(soon)
    const folded = page.locator('button[aria-expanded=false]').first()
    while ((await folded.count()) > 0) await folded.click()
    expect(await page.title()).toMatch(/ · (Vue|React) · holdline 演示$/)
    expect((await english(page)).filter((text) => !NAMES.test(text))).toEqual([])
    expect(complaints).toEqual([])
    await page.context().close()
  })
})
