import { afterAll, beforeAll, type TestContext } from 'vitest'
import { type Chromium, launchChromium } from './devtools.ts'
import type { Line, Seen, Wishes } from './page.ts'
import { bundle, openSite, type Site, type SiteOptions } from './site.ts'
import { openTab, type Tab } from './tab.ts'

export const lines: readonly Line[] = ['webSocket', 'sse', 'sse in envelopes', 'longPolling']
/** Those that cannot ask their server for a sign of life. */
export const mute: readonly Line[] = lines.filter((line) => line !== 'webSocket')

/** A page that holds a line to a server, which has said `one`. */
export interface Scene {
  readonly site: Site
  readonly tab: Tab
  /** Waits until all this is to be seen in the page. */
  see(what: Partial<Seen>): Promise<void>
  /** Waits until the page has heard exactly this, and its line is open. */
  hear(...data: readonly string[]): Promise<void>
}

export interface SceneOptions extends Wishes, SiteOptions {
  /** Whether the page is out of sight from the beginning. */
  readonly hidden?: boolean
}

export type OpenScene = (context: TestContext, line: Line, options?: SceneOptions) => Promise<Scene>

/** Long enough for a loaded machine; what is waited for comes much sooner. */
const soon = { timeout: 15_000, interval: 50 }

/** A browser for the tests of one file. Each scene has a server and a window of its own, so that many can play at once. */
export function useChromium(): OpenScene {
  let chromium: Chromium
  let script: string
  beforeAll(async () => {
    script = await bundle()
    chromium = await launchChromium()
  })
  afterAll(() => chromium?.close())

  return async ({ expect, onTestFinished }, line, { hidden = false, pongAfterMs = 0, ...wishes } = {}) => {
    const site = await openSite(script, { pongAfterMs })
    onTestFinished(site.close)
    const tab = await openTab(await chromium.open(), `${site.origin}/`)
    onTestFinished(tab.close)

    const see = async (what: Partial<Seen>): Promise<void> => {
      await expect.poll(() => tab.ask('seen'), soon).toMatchObject(what)
    }
    if (hidden) await tab.show(false)
    await tab.ask('hold', line, wishes)
    site.say('one')
    const hear = async (...data: readonly string[]): Promise<void> => {
      await expect
        .poll(async () => {
          const seen = await tab.ask('seen')
          return { line, data: seen.data, state: seen.states.at(-1), complaints: seen.complaints }
        }, soon)
        .toEqual({ line, data, state: 'open', complaints: [] })
    }
    if (!hidden) await hear('one')
    // A poll that was answered has its next question still to ask.
    await expect.poll(() => site.readers, soon).toBe(1)
    return { site, tab, see, hear }
  }
}
