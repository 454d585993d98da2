import { describe, test } from 'vitest'
import { lines, useChromium } from './stage.ts'

describe.concurrent('a page that is put into the back/forward cache', () => {
  const open = useChromium()

  test.for(lines)('hangs up, and has missed nothing when it is back, over %s', async (line, context) => {
    const { expect } = context
    const { site, tab, see, hear } = await open(context, line)
    await tab.goTo(`${site.origin}/elsewhere`)
    // The browser itself would leave a stream and a question open, and closes a socket with 1001.
    await expect.poll(() => site.readers).toBe(0)
    if (line === 'webSocket') await expect.poll(() => site.codes).toEqual([1005])
    site.say('two', 'three')

    expect(await tab.back()).toBe('BackForwardCacheRestore')
    await hear('one', 'two', 'three')
    site.say('four')
    await hear('one', 'two', 'three', 'four')
    // Nothing is shown as an error, and nobody waits.
    await see({ states: ['connecting', 'open', 'paused parked', 'connecting', 'open'] })
    const { events, hungUp } = await tab.ask('seen')
    expect(events).toEqual(expect.arrayContaining(['pagehide persisted', 'pageshow persisted']))
    // What the browser has closed by then still says OPEN.
    expect(hungUp).toEqual(line === 'webSocket' ? [1] : [])
  })

  test.for(lines)('does not wait any longer for a server that it waited for, over %s', async (line, context) => {
    const { site, tab, see, hear } = await open(context, line, { backoff: { firstMs: 60_000, maxMs: 60_000 } })
    const { expect } = context
    site.refuse(true)
    site.cut()
    await expect.poll(async () => (await tab.ask('seen')).states.at(-1), { timeout: 5_000 }).toMatch(/^waiting/)
    site.say('two')
    site.refuse(false)
    await tab.goTo(`${site.origin}/elsewhere`)
    expect(await tab.back()).toBe('BackForwardCacheRestore')
    await hear('one', 'two')
    await see({ attempt: 2 })
  })
})
