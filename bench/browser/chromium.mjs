// A Chromium that is measured, driven over a bare DevTools pipe. The Network domain stays off: with it on, as with most
// drivers, each WebSocket frame becomes an event for us, and a page seems ten times slower than it is.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { load } from '../../scripts/lib/load.mjs'

/** A window that nobody looks at must not be put to sleep in the middle of a measurement. */
const AWAKE = [
  '--disable-background-timer-throttling',
  '--disable-backgrounding-occluded-windows',
  '--disable-renderer-backgrounding',
]
/** How long a page may take over one thing it was asked to do. */
const PATIENCE_MS = 180_000

/** Starts it, with windows of that size. Throws a sentence that says what to do where there is none. */
export async function launch({ width = 1000, height = 800 } = {}) {
  const { browsers, chromiumFlags } = await load('test/support/browsers.ts')
  if (!browsers.chromium) throw new Error('There is no Chromium here; install one, or set CHROMIUM to its path')
  const profile = await mkdtemp(join(tmpdir(), 'holdline-bench-'))
  const window = [`--window-size=${width},${height}`, '--headless']
  const flags = [...chromiumFlags, ...AWAKE, ...window, '--remote-debugging-pipe', `--user-data-dir=${profile}`]
  const child = spawn(browsers.chromium, flags, { stdio: ['ignore', 'ignore', 'ignore', 'pipe', 'pipe'] })
  const exit = once(child, 'exit')
  const [, , , commands, replies] = child.stdio
  const waiting = new Map()
  let last = 0
  let rest = ''

  replies.setEncoding('utf8').on('data', (text) => {
    const whole = (rest + text).split('\0')
    rest = whole.pop()
    for (const json of whole) hear(JSON.parse(json))
  })

  function hear({ id, result, error }) {
    const call = waiting.get(id)
    waiting.delete(id)
    if (error) call?.reject(new Error(error.message))
    else call?.resolve(result)
  }

  function send(method, params = {}, sessionId) {
    const id = ++last
    commands.write(`${JSON.stringify({ id, method, params, sessionId })}\0`)
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        waiting.delete(id)
        reject(new Error(`Chromium has not answered ${method} for ${PATIENCE_MS / 1000} s`))
      }, PATIENCE_MS)
      const settle = (how) => (value) => {
        clearTimeout(timer)
        how(value)
      }
      waiting.set(id, { resolve: settle(resolve), reject: settle(reject) })
    })
  }

  /** Opens a page in a window and a profile of its own, and waits for what it has to load. */
  async function open(url) {
    const { browserContextId } = await send('Target.createBrowserContext')
    const { targetId } = await send('Target.createTarget', { url: 'about:blank', browserContextId, newWindow: true })
    const { sessionId } = await send('Target.attachToTarget', { targetId, flatten: true })
    const ask = (method, params) => send(method, params, sessionId)

    /** What an expression comes to in the page; waits for promises, and throws what the page throws. */
    async function evaluate(expression) {
      const wish = { expression, awaitPromise: true, returnByValue: true }
      const { result, exceptionDetails } = await ask('Runtime.evaluate', wish)
      if (exceptionDetails) {
        throw new Error(
          exceptionDetails.exception?.description ?? exceptionDetails.exception?.value ?? 'The page failed',
        )
      }
      return result.value
    }

    /** What the page's main thread has cost since it was opened. */
    async function spent() {
      const { metrics } = await ask('Performance.getMetrics')
      const of = (name) => metrics.find((metric) => metric.name === name)?.value ?? 0
      return { cpuMs: of('ThreadTime') * 1000, heapBytes: of('JSHeapUsedSize') }
    }

    await ask('Performance.enable')
    await ask('Page.navigate', { url })
    await evaluate(
      `new Promise((done) => (document.readyState === 'complete' ? done() : addEventListener('load', done)))`,
    )
    return {
      ask,
      evaluate,
      spent,
      /** Calls a function of the page's own with values that JSON can carry. */
      call: (name, ...given) => evaluate(`${name}(...${JSON.stringify(given)})`),
      collectGarbage: () => ask('HeapProfiler.collectGarbage'),
      close: () => send('Target.disposeBrowserContext', { browserContextId }),
    }
  }

  return {
    version: async () => (await send('Browser.getVersion')).product,
    open,
    async close() {
      commands.end(`${JSON.stringify({ id: ++last, method: 'Browser.close' })}\0`)
      await exit
      await rm(profile, { recursive: true, maxRetries: 5 })
    },
  }
}
