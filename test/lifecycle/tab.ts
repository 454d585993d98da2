import type { Session } from './devtools.ts'
import type { Lines } from './page.ts'

/** A page as its user treats it. */
export interface Tab {
  /** Asks the script in the page. */
  ask<M extends keyof Lines>(what: M, ...args: Parameters<Lines[M]>): Promise<ReturnType<Lines[M]>>
  goTo(url: string): Promise<void>
  /** Back in history; says how the browser has brought the page back. */
  back(): Promise<string>
  /** Out of sight and back, as when its window is minimised; resolves when the page knows. */
  show(visible: boolean): Promise<void>
  freeze(frozen: boolean): Promise<void>
  /** Whether the network is there. `really`: whether bytes stop too, and not only the page is told. */
  online(is: boolean, really: boolean): Promise<void>
  close(): Promise<void>
}

export async function openTab(session: Session, url: string): Promise<Tab> {
  const { send, next, targetId } = session
  const { windowId } = await send<{ windowId: number }>('Browser.getWindowForTarget')
  await send('Page.enable')
  await send('Network.enable')

  const tab: Tab = {
    async ask(what, ...args) {
      const expression = `lines.${what}(...${JSON.stringify(args)})`
      const { result, exceptionDetails } = await send<{
        readonly result: { readonly value: never }
        readonly exceptionDetails?: { readonly text: string; readonly exception?: { readonly description?: string } }
      }>('Runtime.evaluate', { expression, returnByValue: true })
      if (exceptionDetails) throw new Error(exceptionDetails.exception?.description ?? exceptionDetails.text)
      return result.value
    },
    async goTo(to) {
      const loaded = next('Page.loadEventFired')
      await send('Page.navigate', { url: to })
      await loaded
    },
    async back() {
      const { entries, currentIndex } = await send<{
        readonly entries: readonly { readonly id: number }[]
        readonly currentIndex: number
      }>('Page.getNavigationHistory')
      const refusal = next<object>('Page.backForwardCacheNotUsed')
      const arrival = next<{ readonly type: string }>('Page.frameNavigated')
      await send('Page.navigateToHistoryEntry', { entryId: entries[currentIndex - 1]?.id })
      const { type } = await arrival
      return type === 'BackForwardCacheRestore' ? type : JSON.stringify(await refusal)
    },
    async show(visible) {
      await send('Browser.setWindowBounds', { windowId, bounds: { windowState: visible ? 'normal' : 'minimized' } })
      await send('Runtime.evaluate', {
        expression: `(${String(becomes)})('${visible ? 'visible' : 'hidden'}')`,
        awaitPromise: true,
      })
    },
    async freeze(frozen) {
      await send('Page.setWebLifecycleState', { state: frozen ? 'frozen' : 'active' })
    },
    async online(is, really) {
      await send(really ? 'Network.emulateNetworkConditions' : 'Network.overrideNetworkState', {
        offline: !is,
        latency: 0,
        downloadThroughput: -1,
        uploadThroughput: -1,
      })
    },
    async close() {
      await send('Target.closeTarget', { targetId })
    },
  }
  await tab.goTo(url)
  return tab
}

/** Runs in the page. */
const becomes = (wished: string): Promise<void> =>
  new Promise((resolve) => {
    const look = (): void => {
      if (document.visibilityState === wished) resolve()
    }
    document.addEventListener('visibilitychange', look)
    look()
  })
