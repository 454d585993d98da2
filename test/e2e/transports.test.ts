import type { Page } from 'playwright'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Report } from '../../playground/server/race.ts'
import { openProxy, type ProxiedLine } from '../tools/proxy.ts'
import { button, order, soon } from './chatPage.ts'
import { canRun, frameworks, type Playground, startPlayground, type TransportName, transports } from './playground.ts'

type Bytes = Readonly<Record<'up' | 'down', number>>

const numberIn = (text: string | null): number => Number(text?.replaceAll(/[,%]| ms/g, ''))

/** What stands in a lane's column, by the names of the rows. */
async function column(page: Page, lane: TransportName): Promise<ReadonlyMap<string, string>> {
  const rows = await page
    .locator('.sheet tbody tr')
    .evaluateAll(
      (all, name) =>
        all.map((row) => [
          row.querySelector('th')!.textContent!.trim(),
          row.querySelector(`[data-lane=${name}]`)!.textContent!.trim(),
        ]),
      lane,
    )
  return new Map(rows as [string, string][])
}
async function bytes(page: Page, lane: TransportName): Promise<Bytes> {
  const cells = await column(page, lane)
  const of = (way: string): number => numberIn(cells.get(`${way}: headers`)!) + numberIn(cells.get(`${way}: payload`)!)
  return { up: of('Up'), down: of('Down') }
}
const received = async (page: Page, lane: TransportName): Promise<number> =>
  numberIn((await column(page, lane)).get('Received')!.split(' of ')[0]!)

const stopped = (page: Page): Promise<void> => page.locator('.tools .primary:enabled', { hasText: 'Run' }).waitFor(soon)

describe.skipIf(!canRun)('the transports page', () => {
  let playground: Playground
  beforeAll(async () => {
    playground = await startPlayground()
  })
  afterAll(() => playground?.close())

  test.for(frameworks)('says of each lane what a proxy counts on it, also behind a cut, in %s', async (framework) => {
    const seen = new Map<TransportName, ProxiedLine[]>()
    const query = new URLSearchParams()
    for (const lane of transports) {
      const proxy = await openProxy(Number(new URL(playground.origin).port))
      const lines: ProxiedLine[] = []
      proxy.meet((line) => void lines.push(line))
      seen.set(lane, lines)
      query.set(`via.${lane}`, proxy.origin)
    }
    const { page, complaints } = await playground.open(`/${framework}/transports.html?${query}`)
    await page.getByLabel('Polling asks every').selectOption('500')
    const told = page.waitForRequest('**/api/race/run**')
    await button(page, 'Run').click()
    const race = new URL((await told).url()).searchParams.get('race')!
    for (const lane of transports) await expect.poll(() => received(page, lane), soon).toBeGreaterThan(10)
    await button(page, 'Cut the network').click()
    const then = await received(page, 'webSocket')
    for (const lane of transports) await expect.poll(() => received(page, lane), soon).toBeGreaterThan(then + 10)
    await button(page, 'Stop').click()
    await stopped(page)

    const { made, lanes } = await playground.read<Report>(`/api/race/report?race=${race}`)
    for (const lane of transports) {
      const sum = (way: 'up' | 'down'): number => seen.get(lane)!.reduce((all, { moved }) => all + moved[way], 0)
      expect([lane, await bytes(page, lane)]).toEqual([lane, { up: sum('up'), down: sum('down') }])
      const cells = await column(page, lane)
      expect(cells.get('Received')).toBe(`${made} of ${made}`)
      expect(cells.get('Missing · twice')).toBe('0 · 0')
      expect(numberIn(cells.get('Requests')!)).toBe(lanes[lane].requests)
      expect(numberIn(cells.get('TCP connections')!)).toBe(seen.get(lane)!.filter(({ moved }) => moved.up > 0).length)
    }
    expect(await page.locator('.conclusion').textContent()).toContain(
      `Polling asked ${lanes.polling.requests} times for ${made} messages`,
    )
    expect(complaints).toEqual([])
    await page.context().close()
  })

  test.for(frameworks)(
    'makes up for a refusal on every lane, and says how late messages are, in %s',
    async (framework) => {
      const { page, complaints } = await playground.open(`/${framework}/transports.html`)
      await page.getByLabel('Messages').selectOption('100')
      await button(page, 'Run').click()
      for (const lane of transports) await expect.poll(() => received(page, lane), soon).toBeGreaterThan(100)
      // One connection is used for one request after the other; the stream has one, and so has the socket.
      const [poll, stream] = [await column(page, 'polling'), await column(page, 'sse')]
      expect(numberIn(poll.get('Late, p50')!)).toBeGreaterThan(numberIn(stream.get('Late, p50')!))
      await order(page, 'Refuse')
      await page.locator('.sheet .dot[data-status=waiting]').first().waitFor(soon)
      await button(page, 'Stop').click()
      await stopped(page)
      const counts = await Promise.all(transports.map((lane) => column(page, lane)))
      expect(new Set(counts.map((cells) => cells.get('Received'))).size).toBe(1)
      for (const cells of counts) {
        const [got, made] = cells.get('Received')!.split(' of ')
        expect(got).toBe(made)
        expect(cells.get('Missing · twice')).toBe('0 · 0')
        expect(numberIn(cells.get('Attempts')!)).toBeGreaterThan(1)
      }
      expect(complaints).toEqual([])
      await page.context().close()
    },
  )

  test.for(frameworks)('weighs the server’s CPU for each lane alone, in %s', async (framework) => {
    const { page, complaints } = await playground.open(`/${framework}/transports.html`)
    await button(page, 'Weigh the CPU of each lane alone').click()
    await page.getByRole('button', { name: /Weighing: WebSocket/ }).waitFor(soon)
    await button(page, 'Weigh the CPU of each lane alone').waitFor(soon)
    for (const lane of transports) {
      expect((await column(page, lane)).get('Server CPU, alone')).toMatch(/^\d+\.\d %$/)
    }
    expect(complaints).toEqual([])
    await page.context().close()
  })
})
