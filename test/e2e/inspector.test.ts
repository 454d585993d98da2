import { readFile } from 'node:fs/promises'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { ask, button, ended, soon } from './chatPage.ts'
import { canRun, frameworks, type Playground, startPlayground, transports } from './playground.ts'

const pages = ['live.html', 'room.html', 'danmaku.html'] as const

describe.skipIf(!canRun)('the inspector in the playground', () => {
  let playground: Playground
  beforeAll(async () => {
    playground = await startPlayground({ live: { everyMs: 100 } })
  })
  afterAll(() => playground?.close())

  const each = frameworks.flatMap((framework) => pages.map((path) => [framework, path] as const))

  test.for(each)('is fetched when it is opened, and shows the line, in %s at %s', async ([framework, path]) => {
    const { page, complaints } = await playground.open(`/${framework}/${path}`)
    await page.locator('.state[data-tone=live]').waitFor(soon)
    expect(await page.evaluate(() => customElements.get('holdline-inspector') === undefined)).toBe(true)
    await button(page, 'Inspector').click()
    const inspector = page.locator('holdline-inspector')
    await inspector.locator('.now[data-status=open]').waitFor(soon)
    expect(await inspector.locator('[data-fact=transport]').textContent()).toBe('webSocket')
    await button(page, 'Inspector').click()
    await expect.poll(() => inspector.count(), soon).toBe(0)
    expect(complaints).toEqual([])
    await page.context().close()
  })

  test.for(frameworks)('shows a line for each answer of a chat, in %s', async (framework) => {
    const { page, complaints } = await playground.open(`/${framework}/?transport=sse&speed=100000`)
    await button(page, 'Inspector').click()
    for (const question of ['What is a cursor?', 'What is a gap?']) {
      await ask(page, question)
      await ended(page)
    }
    const inspector = page.locator('holdline-inspector')
    await expect.poll(() => inspector.getByLabel('Line').locator('option').count(), soon).toBe(3)
    // A chat hangs up by itself once it has the whole answer.
    const hungUp = inspector.locator('.attempts li[data-fate=left]', { hasText: /^#1 sse · .* · closed$/ })
    await expect.poll(() => hungUp.count(), soon).toBe(2)
    expect(complaints).toEqual([])
    await page.context().close()
  })

  test.for(frameworks)('shows the four lines of the transports side by side, in %s', async (framework) => {
    const { page, complaints } = await playground.open(`/${framework}/transports.html`)
    await button(page, 'Run').click()
    await button(page, 'Inspector').click()
    const inspector = page.locator('holdline-inspector')
    const chooser = inspector.getByRole('combobox', { name: 'Line', exact: true })
    // Each by itself, and all of them.
    await expect.poll(() => chooser.locator('option').count(), soon).toBe(transports.length + 1)
    const shown = new Set<string | undefined>()
    for (const nth of transports.keys()) {
      await chooser.selectOption(String(nth + 1))
      const attempt = inspector.locator('.attempts li', { hasText: /^#1 / })
      // Until the panel has turned to it, it shows the one before.
      const seen = async (): Promise<number> =>
        shown.add(/^#1 (\w+) /.exec((await attempt.textContent()) ?? '')?.[1]).size
      await expect.poll(seen, soon).toBe(nth + 1)
    }
    expect(shown).toEqual(new Set(transports))
    expect(complaints).toEqual([])
    await page.context().close()
  })

  test.for(frameworks)('saves a recording to a file, and plays it again, in %s', async (framework) => {
    const { page, complaints } = await playground.open(`/${framework}/live.html?transport=sse`)
    await page.locator('.state[data-tone=live]').waitFor(soon)
    await button(page, 'Inspector').click()
    await button(page, 'Cut the network').click()
    const inspector = page.locator('holdline-inspector')
    await inspector.locator('.events li', { hasText: 'dropped' }).first().waitFor(soon)
    await page.locator('.state[data-tone=live]').waitFor(soon)

    const saving = page.waitForEvent('download')
    await button(page, 'Download').click()
    const file = await (await saving).path()
    const { recordings } = JSON.parse(await readFile(file, 'utf8')) as { readonly recordings: readonly object[] }
    expect(recordings).toHaveLength(1)

    const choosing = page.waitForEvent('filechooser')
    await button(page, 'Replay a file').click()
    await (await choosing).setFiles(file)
    await inspector.getByText('every state is as recorded').waitFor(soon)
    await button(page, 'Back to the live journal').click()
    const messages = async (): Promise<number> => Number(await inspector.locator('[data-fact=messages]').textContent())
    const before = await messages()
    await expect.poll(messages, soon).toBeGreaterThan(before + 3)
    expect(complaints).toEqual([])
    await page.context().close()
  })
})
