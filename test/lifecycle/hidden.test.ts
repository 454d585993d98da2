import { describe, test } from 'vitest'
import { lines, useChromium } from './stage.ts'

describe.concurrent('a page that is out of sight', () => {
  const open = useChromium()

  test.for(lines)('keeps its line and hears everything, over %s', async (line, context) => {
    const { site, tab, see, hear } = await open(context, line)
    await tab.show(false)
    site.say('two')
    await hear('one', 'two')
    await tab.show(true)
    site.say('three')
    await hear('one', 'two', 'three')
    await see({ notices: ['hidden', 'visible'], states: ['connecting', 'open'], attempt: 1 })
  })

  test.for(lines)('hangs up after pauseAfterMs, and is back as soon as it is seen, over %s', async (line, context) => {
    const { site, tab, see, hear } = await open(context, line, { pauseAfterMs: 300 })
    const { expect } = context
    await tab.show(false)
    await see({ states: ['connecting', 'open', 'paused hidden'] })
    await expect.poll(() => site.readers).toBe(0)
    site.say('two')
    await tab.show(true)
    await hear('one', 'two')
    await see({ states: ['connecting', 'open', 'paused hidden', 'connecting', 'open'] })
  })

  test('from the beginning hangs up after pauseAfterMs too', async (context) => {
    const { tab, see, hear } = await open(context, 'webSocket', { pauseAfterMs: 1_000, hidden: true })
    await see({ states: ['connecting', 'open', 'paused hidden'] })
    await tab.show(true)
    await hear('one')
  })
})
