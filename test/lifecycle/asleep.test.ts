import { describe, test } from 'vitest'
import { mute, useChromium } from './stage.ts'

/** As `WebSocket.OPEN`, which Node 20 does not know. */
const OPEN = 1
const HOUR_MS = 3_600_000
/** A clock that is looked at so often soon finds out. */
const WATCHFUL = { heartbeat: { pingAfterMs: 1_000 } }
const calm = { states: ['connecting', 'open'], attempt: 1 }
const anew = { states: ['connecting', 'open', 'connecting', 'open'], attempt: 2 }

describe.concurrent('a machine that was asleep', () => {
  const open = useChromium()

  test('asks its WebSocket, and keeps it where the server answers', async (context) => {
    const { site, tab, see, hear } = await open(context, 'webSocket', WATCHFUL)
    await tab.ask('jump', HOUR_MS)
    // The next question comes when the time for the first answer is over.
    await see({ pings: 2 })
    site.say('two')
    await hear('one', 'two')
    await see(calm)
  })

  test('does not trust a WebSocket that says it is open', async (context) => {
    const { expect } = context
    const { site, tab, hear } = await open(context, 'webSocket', WATCHFUL)
    site.swallow()
    site.say('two')
    await tab.ask('jump', HOUR_MS)
    await hear('one', 'two')
    const { states, hungUp, pings } = await tab.ask('seen')
    expect(states).toEqual(['connecting', 'open', 'waiting silence', 'connecting silence', 'open'])
    expect(pings).toBeGreaterThan(0)
    // This is what the dead socket said of itself: OPEN.
    expect(hungUp).toEqual([OPEN])
  })

  test.for(mute)('makes a line anew that it cannot ask, over %s', async (line, context) => {
    const { site, tab, see, hear } = await open(context, line, WATCHFUL)
    site.swallow()
    site.say('two')
    await tab.ask('jump', HOUR_MS)
    await hear('one', 'two')
    await see(anew)
  })

  test('asks its WebSocket when somebody looks at the page', async (context) => {
    const { site, tab, see, hear } = await open(context, 'webSocket')
    await tab.show(false)
    await tab.ask('jump', HOUR_MS)
    await tab.show(true)
    await see({ pings: 1 })
    site.say('two')
    await hear('one', 'two')
    await see(calm)
  })

  test.for(mute)('makes a line anew when somebody looks at the page, over %s', async (line, context) => {
    const { site, tab, see, hear } = await open(context, line)
    await tab.show(false)
    site.swallow()
    site.say('two')
    await tab.ask('jump', HOUR_MS)
    await tab.show(true)
    await hear('one', 'two')
    await see(anew)
  })

  test('gives an answer its time, also where somebody looks at the page meanwhile', async (context) => {
    const { tab, see } = await open(context, 'webSocket', { pongAfterMs: 1_000, heartbeat: { pingAfterMs: 3_500 } })
    await tab.show(false)
    await tab.online(false, false)
    await tab.show(true)
    await see({ notices: ['hidden', 'offline', 'visible'] })
    await see({ pings: 2 })
    await see(calm)
  })
})
