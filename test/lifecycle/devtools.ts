// A bare DevTools client. Playwright pins its pages to "visible" and switches the back/forward cache off, so what
// happens to a page in a browser that people use can only be seen in one that it has not started.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Readable, Writable } from 'node:stream'
import { browsers, chromiumFlags } from '../support/browsers.ts'

/** A command or an answer, as the protocol writes it. */
interface Reply {
  readonly id?: number
  readonly method?: string
  readonly sessionId?: string
  readonly params?: unknown
  readonly result?: unknown
  readonly error?: { readonly message: string }
}

/** A page and its window, driven by commands of the DevTools protocol. */
export interface Session {
  readonly targetId: string
  send<T = unknown>(method: string, params?: object): Promise<T>
  /** The next event of this name that `fits`; resolves with what it says. Listens from now on. */
  next<T>(event: string, fits?: (params: T) => boolean): Promise<T>
}

export interface Chromium {
  /** Opens a page in a window and a profile of its own. */
  open(): Promise<Session>
  close(): Promise<void>
}

/** Starts a Chromium that does to a page whatever it would do to anybody's. */
export async function launchChromium(): Promise<Chromium> {
  const profile = await mkdtemp(join(tmpdir(), 'holdline-lifecycle-'))
  const flags = [...chromiumFlags, '--headless', '--remote-debugging-pipe', `--user-data-dir=${profile}`]
  const browser = spawn(browsers.chromium!, flags, { stdio: ['ignore', 'ignore', 'ignore', 'pipe', 'pipe'] })
  const exit = once(browser, 'exit')
  const [, , , commands, replies] = browser.stdio as unknown as [null, null, null, Writable, Readable]
  const waiting = new Map<number, { resolve(result: unknown): void; reject(error: Error): void }>()
  const listeners = new Set<(reply: Reply) => void>()
  let last = 0
  let rest = ''

  replies.setEncoding('utf8').on('data', (text: string) => {
    const whole = (rest + text).split('\0')
    rest = whole.pop() ?? ''
    for (const json of whole) hear(JSON.parse(json) as Reply)
  })

  function hear(reply: Reply): void {
    if (reply.id === undefined) return [...listeners].forEach((listener) => listener(reply))
    const call = waiting.get(reply.id)
    waiting.delete(reply.id)
    if (reply.error) call?.reject(new Error(reply.error.message))
    else call?.resolve(reply.result)
  }

  function send<T>(method: string, params: object = {}, sessionId?: string): Promise<T> {
    const id = ++last
    commands.write(`${JSON.stringify({ id, method, params, sessionId })}\0`)
    return new Promise((resolve, reject) => waiting.set(id, { resolve: (result) => resolve(result as T), reject }))
  }

  return {
    async open() {
      const { browserContextId } = await send<{ browserContextId: string }>('Target.createBrowserContext')
      const wish = { url: 'about:blank', browserContextId, newWindow: true }
      const { targetId } = await send<{ targetId: string }>('Target.createTarget', wish)
      const { sessionId } = await send<{ sessionId: string }>('Target.attachToTarget', { targetId, flatten: true })
      return {
        targetId,
        send: (method, params) => send(method, params, sessionId),
        next: <T>(event: string, fits: (params: T) => boolean = () => true) =>
          new Promise<T>((resolve) => {
            const listener = ({ method, params, ...from }: Reply): void => {
              if (from.sessionId !== sessionId || method !== event || !fits(params as T)) return
              listeners.delete(listener)
              resolve(params as T)
            }
            listeners.add(listener)
          }),
      }
    },
    async close() {
      commands.end(`${JSON.stringify({ id: ++last, method: 'Browser.close' })}\0`)
      await exit
      await rm(profile, { recursive: true, maxRetries: 5 })
    },
  }
}
