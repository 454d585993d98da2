import type { Page } from 'playwright'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { answerIn, ask, button, ended, soon } from './chatPage.ts'
import { canRun, frameworks, type Playground, startPlayground } from './playground.ts'

const formats = ['openai', 'anthropic', 'ui-message'] as const
const combined = frameworks.flatMap((framework) => formats.map((format) => [framework, format] as const))

const card = (page: Page) => page.getByRole('region', { name: 'Tool call' }).last()

describe.skipIf(!canRun)('a tool that the model calls', () => {
  let playground: Playground
  const noticed = async (): Promise<string> => JSON.stringify(await playground.read('/api/room'))

  beforeAll(async () => {
    playground = await startPlayground()
  })
  afterAll(() => playground?.close())

  test.for(combined)('runs in the page, and the answer goes on, in %s as %s', async ([framework, format]) => {
    const { page, complaints } = await playground.open(`/${framework}/?format=${format}&speed=2000`)
    await ask(page, 'What time is it in Tokyo?')
    await answerIn(page).getByText('Asia/Tokyo').waitFor(soon)
    await ended(page)
    expect(await answerIn(page).textContent()).toMatch(/^It is \d\d:\d\d:\d\d \(Asia\/Tokyo\)\.\s*$/)
    expect(await card(page).getAttribute('data-state')).toBe('output-available')
    expect(await card(page).textContent()).toContain('current_time')
    expect(await page.locator('article').count()).toBe(2)
    expect(complaints).toEqual([])
    await page.context().close()
  })

  test.for(combined)('waits for the user, who allows it, in %s as %s', async ([framework, format]) => {
    const { page, complaints } = await playground.open(`/${framework}/?format=${format}&speed=2000`)
    const text = `lunch in ${framework} as ${format}`
    await ask(page, `Notify everybody: ${text}`)
    await button(page, 'Allow').waitFor(soon)
    await ended(page)
    expect(await card(page).textContent()).toContain(text)
    expect(await noticed()).not.toContain(text)
    await button(page, 'Allow').click()
    await answerIn(page).getByText('Done').waitFor(soon)
    expect(await noticed()).toContain(text)
    expect(await button(page, 'Allow').count()).toBe(0)
    expect(complaints).toEqual([])
    await page.context().close()
  })

  test.for(combined)('waits for the user, who refuses it, in %s as %s', async ([framework, format]) => {
    const { page, complaints } = await playground.open(`/${framework}/?format=${format}&speed=2000`)
    const text = `dinner in ${framework} as ${format}`
    await ask(page, `Notify everybody: ${text}`)
    await button(page, 'Deny').click(soon)
    await answerIn(page).getByText('So I have not done it').waitFor(soon)
    expect(await card(page).getAttribute('data-state')).toMatch(/^output-(denied|error)$/)
    expect(await noticed()).not.toContain(text)
    expect(complaints).toEqual([])
    await page.context().close()
  })

  test.for(frameworks)('still waits after a reload, in %s', async (framework) => {
    const { page } = await playground.open(`/${framework}/?speed=2000`)
    await ask(page, `Notify everybody: reloaded in ${framework}`)
    await button(page, 'Allow').waitFor(soon)
    await ended(page)
    await page.reload()
    await button(page, 'Allow').click(soon)
    await answerIn(page).getByText('Done').waitFor(soon)
    expect(await noticed()).toContain(`reloaded in ${framework}`)
    await page.context().close()
  })

  test.for(frameworks)('shows its input while it is being written, in %s', async (framework) => {
    const { page } = await playground.open(`/${framework}/?speed=8`)
    await ask(page, 'Notify everybody: a long text that takes a while to be written')
    await page.locator('.call[data-state=input-streaming] .value').getByText('a long').waitFor(soon)
    expect(await card(page).textContent()).not.toContain('to be written')
    await button(page, 'Allow').waitFor(soon)
    expect(await card(page).textContent()).toContain('to be written')
    await page.context().close()
  })
})

describe.skipIf(!canRun)('an attachment', () => {
  let playground: Playground
  beforeAll(async () => {
    playground = await startPlayground()
  })
  afterAll(() => playground?.close())

  const dot = Buffer.from(
    'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
    'base64',
  )
  const waiting = (page: Page) => page.locator('.composer').getByRole('listitem')

  test.for(frameworks)('is shown, can be taken back, and arrives to the byte, in %s', async (framework) => {
    const { page, complaints } = await playground.open(`/${framework}/?speed=2000`)
    await page.locator('input[type=file]').setInputFiles([
      { name: 'dot.png', mimeType: 'image/png', buffer: dot },
      { name: 'notes.txt', mimeType: 'text/plain', buffer: Buffer.from('some notes') },
      { name: 'more.txt', mimeType: 'text/plain', buffer: Buffer.from('more') },
    ])
    await expect.poll(() => waiting(page).count(), soon).toBe(3)
    await button(page, 'Remove more.txt').click()
    expect(await waiting(page).count()).toBe(2)
    // A question may be files and nothing else.
    await button(page, 'Send').click()
    await page.locator('article[data-end=complete]').waitFor(soon)
    expect(await page.locator('article.user img').getAttribute('src')).toMatch(/^data:image\/png;base64,/)
    const rows = await answerIn(page).locator('tbody tr').allTextContents()
    expect(rows.map((row) => row.replaceAll(/\s+/g, ' ').trim())).toEqual([
      expect.stringContaining('image/png 70 bytes'),
      expect.stringContaining('notes.txt text/plain 10 bytes'),
    ])
    expect(await waiting(page).count()).toBe(0)
    expect(complaints).toEqual([])
    await page.context().close()
  })

  test.for(frameworks)('may be pasted and dropped, in %s', async (framework) => {
    const { page } = await playground.open(`/${framework}/`)
    await page.locator('.composer textarea').evaluate((field) => {
      const clipboardData = new DataTransfer()
      clipboardData.items.add(new File(['pasted'], 'pasted.txt', { type: 'text/plain' }))
      field.dispatchEvent(new ClipboardEvent('paste', { clipboardData, bubbles: true, cancelable: true }))
    })
    await waiting(page).getByText('pasted.txt').waitFor(soon)
    await page.locator('.scroller').evaluate((place) => {
      const dataTransfer = new DataTransfer()
      dataTransfer.items.add(new File(['dropped'], 'dropped.txt', { type: 'text/plain' }))
      place.dispatchEvent(new DragEvent('drop', { dataTransfer, bubbles: true, cancelable: true }))
    })
    await waiting(page).getByText('dropped.txt').waitFor(soon)
    expect(await waiting(page).count()).toBe(2)
    await page.context().close()
  })

  test.for(frameworks)('that is too large is refused with its size and the limit, in %s', async (framework) => {
    const { page } = await playground.open(`/${framework}/`)
    const buffer = Buffer.alloc(400_000, 'x')
    await page.locator('input[type=file]').setInputFiles({ name: 'big.txt', mimeType: 'text/plain', buffer })
    await page.getByText('big.txt has 400 kB; a file may have 300 kB at most.').waitFor(soon)
    expect(await waiting(page).count()).toBe(0)
    // A format without a word for files takes none.
    await page.getByLabel('Format').selectOption({ label: 'Plain text' })
    expect(await button(page, 'Attach files').isDisabled()).toBe(true)
    await page.context().close()
  })
})
