import { setTimeout as pass } from 'node:timers/promises'
import { describe, test } from 'vitest'
import { lines, mute, useChromium } from './stage.ts'

/** Longer than what counts as sleep. */
const FROZEN_MS = 11_000

const servers = ['goes on', 'hangs up', 'is out of reach'] as const

describe.concurrent('a page that is frozen', () => {
  const open = useChromium()

  test.for(servers)('while its server %s loses nothing and hears nothing twice', async (server, context) => {
    const { expect } = context
    // All at once: a test that takes so long should not be run for each line.
    await Promise.all(
      lines.map(async (line) => {
        const { site, tab, hear } = await open(context, line)
        await tab.freeze(true)
        if (server === 'hangs up') site.cut()
        if (server === 'is out of reach') site.swallow()
        site.say('two')
        await pass(FROZEN_MS)
        await tab.freeze(false)

        // Chromium leaves a stream open that will never say anything again: only asking helps.
        await hear('one', 'two')
        site.say('three')
        await hear('one', 'two', 'three')
        const { events, notices, states } = await tab.ask('seen')
        expect(events, line).toEqual(expect.arrayContaining(['freeze', 'resume']))
        expect(notices, line).toContain('resume')
        // A line that merely says nothing is made anew, and that is no failure.
        if (server === 'is out of reach' && mute.includes(line))
          expect(states, line).toEqual(['connecting', 'open', 'connecting', 'open'])
      }),
    )
  })
})
