import axe from 'axe-core'
import type { Page } from 'playwright'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { pageFiles } from '../../playground/pages.ts'
import { soon } from './chatPage.ts'
import { canRun, frameworks, type Playground, startPlayground } from './playground.ts'
import { fill, pathOf, unfold } from './tour.ts'

const THEMES = ['light', 'dark'] as const
const WEIGHTY = new Set<unknown>(['serious', 'critical'])

/** What axe has against the page as it stands: rule, element, and why. */
async function findings(page: Page): Promise<string[]> {
  const { violations } = await page.evaluate(() =>
    (globalThis as unknown as { readonly axe: typeof axe }).axe.run(document, { resultTypes: ['violations'] }),
  )
  return violations
    .filter(({ impact }) => WEIGHTY.has(impact))
    .flatMap(({ id, nodes }) =>
      nodes.map(({ target, failureSummary }) => `${id} ${target.join(' ')} ${failureSummary}`),
    )
}

/** In both themes, on the wide screen and on the phone's. */
async function inspect(page: Page): Promise<Record<string, string[]>> {
  await page.evaluate(axe.source)
  const found: Record<string, string[]> = {}
  for (const colorScheme of THEMES) {
    for (const width of [1280, 390]) {
      await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' })
      await page.setViewportSize({ width, height: 844 })
      // A colour that is still on its way is neither of the two.
      await page.waitForFunction(
        () => document.getAnimations().every(({ playState }) => playState !== 'running'),
        null,
        soon,
      )
      const here = await findings(page)
      if (here.length > 0) found[`${colorScheme}, ${width} px`] = here
    }
  }
  return found
}

describe.skipIf(!canRun)('axe finds nothing serious', () => {
  let playground: Playground
  beforeAll(async () => {
    playground = await startPlayground()
  })
  afterAll(() => playground?.close())

  test.for(['en', 'zh'])('at the door, in %s', async (lang) => {
    const { page } = await playground.open(`/?lang=${lang}`)
    await page.locator('.state[data-tone=live]').waitFor(soon)
    expect(await inspect(page)).toEqual({})
    await page.context().close()
  })

  test.for(frameworks.flatMap((framework) => pageFiles.map((file) => [framework, file] as const)))(
    'on a page in use, in both themes and widths: %s, %s',
    async ([framework, file]) => {
      const { page, complaints } = await playground.open(`${pathOf(framework, file)}?speed=100000`)
      await fill(page, file)
      expect(await inspect(page)).toEqual({})
      await unfold(page)
      expect(await inspect(page)).toEqual({})
      expect(complaints).toEqual([])
      await page.context().close()
    },
  )
})
