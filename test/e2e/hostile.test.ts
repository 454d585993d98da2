import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { answerIn, ask, ended } from './chatPage.ts'
import { canRun, frameworks, type Playground, startPlayground } from './playground.ts'

const HOSTILE = [
  'Good morning. <script>window.harmed = 1</script>',
  '<img src="https://tracker.example/pixel.png" onerror="window.harmed = 2">',
  '![a picture](https://tracker.example/picture.png)',
  '[press me](javascript:window.harmed=3) and [me](data:text/html,<script>1</script>) and [a page](https://pages.example/)',
  '<svg><style><img src=x onerror="window.harmed = 4"></style></svg>',
  '<a href="https://pages.example/" onclick="window.harmed = 5" target="_self">words</a>',
  '<iframe src="https://tracker.example/frame"></iframe><form action="https://tracker.example/form"><input></form>',
  '<p style="position:fixed;inset:0" id="app" class="composer">over everything</p>',
  '```html\n<script>window.harmed = 6</script>\n\n<b>not bold</b>\n```',
].join('\n\n')

const lines = [
  { choices: [{ index: 0, delta: { content: HOSTILE } }] },
  { choices: [{ index: 0, delta: {}, finish_reason: 'stop' }] },
].map((chunk) => JSON.stringify(chunk))
const STREAM = [...lines, '[DONE]'].map((data, index) => `id: ${index + 1}\ndata: ${data}\n\n`).join('')

describe.skipIf(!canRun)('a hostile answer', () => {
  let playground: Playground
  beforeAll(async () => {
    playground = await startPlayground()
  })
  afterAll(() => playground?.close())

  test.for(frameworks)('does nothing but show, in %s', async (framework) => {
    const { page, complaints } = await playground.open(`/${framework}/?transport=sse`)
    const elsewhere: string[] = []
    page.on('request', (request) => {
      if (!request.url().startsWith(playground.origin)) elsewhere.push(request.url())
    })
    await page.route('**/api/chat?**', (route) => route.fulfill({ contentType: 'text/event-stream', body: STREAM }))
    await ask(page, 'Good morning')
    await page.locator('article[data-end=complete]').waitFor()
    await ended(page)

    const answer = answerIn(page)
    expect(await answer.textContent()).toContain('Good morning.')
    expect(await answer.locator('script, img, svg, style, iframe, form, input').count()).toBe(0)
    expect(await answer.locator('[style], [id], .composer, [onerror], [onclick]').count()).toBe(0)
    // What stands in a fence is text, and stays in one block in spite of its empty line.
    expect(await answer.locator('pre').textContent()).toContain('<script>window.harmed = 6</script>\n\n<b>not bold</b>')
    // In colours, which only code has.
    expect(await answer.locator('pre .hljs-tag').count()).toBe(4)
    expect(await answer.locator('[class]:not([class^=hljs-])').count()).toBe(0)

    const links = await answer
      .locator('a')
      .evaluateAll((all) =>
        all.map((link) => [link.textContent, ...['href', 'rel', 'target'].map((name) => link.getAttribute(name))]),
      )
    const safe = ['noopener noreferrer nofollow', '_blank']
    expect(links).toEqual([
      ['a picture', 'https://tracker.example/picture.png', ...safe],
      ['press me', null, null, null],
      ['me', null, null, null],
      ['a page', 'https://pages.example/', ...safe],
      ['words', 'https://pages.example/', ...safe],
    ])
    for (const name of ['press me', 'me']) await answer.getByText(name, { exact: true }).click()
    expect(await page.evaluate(() => 'harmed' in window)).toBe(false)
    expect(elsewhere).toEqual([])
    expect(complaints).toEqual([])
    await page.context().close()
  })
})
