import assert from 'node:assert/strict'
import { ANSWER, serve } from './serve.mjs'

/** Opens the page that lies in a folder, asks, and reads the answer off the screen. */
export async function look(folder, executablePath, args, path = '/') {
  const { chromium } = await import('playwright')
  const server = await serve(folder)
  const browser = await chromium.launch({ executablePath, args })
  try {
    const page = await browser.newPage()
    const errors = []
    page.on('pageerror', (error) => errors.push(error.message))
    page.on('console', (message) => message.type() === 'error' && errors.push(message.text()))
    await page.goto(server.origin + path)
    await page.locator('#likes', { hasText: 'open 42' }).waitFor({ timeout: 15_000 })
    await page.getByRole('button', { name: 'ask' }).click()
    await page.locator('[data-role=assistant]', { hasText: ANSWER }).waitFor({ timeout: 15_000 })
    await page.locator('#status', { hasText: 'ready' }).waitFor({ timeout: 15_000 })
    assert.equal(server.posts.length, 1, 'one question is one POST')
    assert.deepEqual(
      errors.filter((text) => !text.includes('favicon') && !text.includes('404')),
      [],
    )
  } finally {
    await browser.close()
    server.close()
  }
}
