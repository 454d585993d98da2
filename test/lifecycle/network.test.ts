import { describe, test } from 'vitest'
import { lines, mute, useChromium } from './stage.ts'

const PATIENT = { backoff: { firstMs: 60_000, maxMs: 60_000 } }
const calm = { states: ['connecting', 'open'], attempt: 1 }

describe.concurrent('a browser that says "offline"', () => {
  const open = useChromium()

  test('is not believed: a WebSocket whose server answers is kept', async (context) => {
    const { site, tab, see, hear } = await open(context, 'webSocket', { heartbeat: { pingAfterMs: 3_500 } })
    await tab.online(false, false)
    await see({ notices: ['offline'], pings: 1 })
    site.say('two')
    await hear('one', 'two')
    // The next question comes in its turn, when the time for the first answer has long been over.
    await see({ pings: 2 })
    await see(calm)
  })

  test.for(mute)('is not believed: a line that cannot be asked goes on, over %s', async (line, context) => {
    const { site, tab, see, hear } = await open(context, line)
    await tab.online(false, false)
    await see({ notices: ['offline'] })
    site.say('two')
    await hear('one', 'two')
    await see(calm)
  })

  test.for(lines)('and then "online" after a real cut is dialled at once, over %s', async (line, context) => {
    const { expect } = context
    const { site, tab, hear } = await open(context, line, PATIENT)
    await tab.online(false, true)
    // Chromium asks once more by itself where a wire that it had in store breaks.
    site.refuse(true)
    site.cut()
    await expect.poll(async () => (await tab.ask('seen')).states.at(-1), { timeout: 10_000 }).toMatch(/^waiting/)
    site.say('two')
    site.refuse(false)
    await tab.online(true, true)
    await hear('one', 'two')
    const { afterOnlineMs, notices, attempt } = await tab.ask('seen')
    expect(notices).toEqual(['offline', 'online'])
    expect(attempt).toBe(2)
    // A wait of a minute is over; but many pages come back with a network, so it is spread over half a second.
    expect(afterOnlineMs).toBeGreaterThan(450)
    expect(afterOnlineMs).toBeLessThan(1_500)
  })
})
