import { afterAll, beforeAll, describe, test } from 'vitest'
import { tokensOf } from '../../playground/server/assistant.ts'
import {
  answerIn,
  answerUncut,
  ask,
  chatIdOf,
  ended,
  grows,
  showUncut,
  soon,
  statsOf,
  turnsOf,
  watchBreaks,
} from './chatPage.ts'
import { both, canRun, type Playground, startPlayground } from './playground.ts'

const QUESTION = 'What must my server do?'
const CUTS = 10
/** How long an answer shall take that is cut so often. */
const SECONDS = 45

describe.skipIf(!canRun).concurrent('an answer that is cut ten times', () => {
  let playground: Playground
  let uncut: Awaited<ReturnType<typeof answerUncut>>

  beforeAll(async () => {
    playground = await startPlayground()
    uncut = await answerUncut(playground, QUESTION)
  })
  afterAll(() => playground?.close())

  test.for(both)(
    'comes out whole in %s over %s, and was asked for once',
    async ([framework, transport], { expect }) => {
      const path = `/${framework}/?transport=${transport}`
      const { page, complaints } = await playground.open(`${path}&speed=${tokensOf(uncut.text).length / SECONDS}`)
      const chat = await chatIdOf(page)
      const breaks = await watchBreaks(page)

      const cut = async (): Promise<number> => {
        const response = await fetch(`${playground.origin}/api/faults/cut?chat=${chat}`, { method: 'POST' })
        return ((await response.json()) as { cut: number }).cut
      }

      await ask(page, QUESTION)
      for (let round = 1; round <= CUTS; round++) {
        await grows(page)
        await page.waitForTimeout(Math.random() * 500)
        expect(await cut()).toBe(1)
        await breaks(round)
        // It comes back by itself; a little help now and then makes the test shorter.
        if (round % 2 === 0) await page.evaluate(pressTryNow)
        await page.locator('.state[data-tone=live]').waitFor(soon)
      }
      const running = (await turnsOf(playground, chat)).at(-1)
      expect(running?.running, 'the last cut came too late to count').toBe(true)
      await ended(page, 60_000)

      expect(await answerIn(page).textContent()).toBe(await showUncut(playground, path, QUESTION))
      expect((await turnsOf(playground, chat)).map(({ text }) => text)).toEqual([QUESTION, uncut.text])
      const { runs, httpPosts, socketRuns, gets } = await statsOf(playground, chat)
      const overSocket = transport === 'webSocket' ? 1 : 0
      expect({ runs, httpPosts, socketRuns }).toEqual({ runs: 1, httpPosts: 1 - overSocket, socketRuns: overSocket })
      expect(gets).toBeGreaterThanOrEqual(CUTS)
      expect(complaints).toEqual([])
      await page.context().close()
    },
  )
})

function pressTryNow(): void {
  const buttons = [...document.querySelectorAll<HTMLButtonElement>('.state button')]
  buttons.find(({ textContent }) => textContent === 'Try now')?.click()
}
