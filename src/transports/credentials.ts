import type { Asking } from '../base/given.js'

/**
 * Keeps what a provider gave until a server refuses it: then it is asked for anew, once for all connections that share
 * it, however many of them are refused in the same moment. For `headers`, `protocols`, or a part of them.
 *
 * @example
 * const token = shared(() => fetchToken())
 * sse('/news', { headers: async (asking) => ({ authorization: `Bearer ${await token(asking)}` }) })
 */
export function shared<T>(provider: (asking: Asking) => T | Promise<T>): (asking: Asking) => Promise<T> {
  let kept: Promise<T> | undefined
  /** Which one each connection got last: only that one can have been refused. */
  const given = new WeakMap<object, Promise<T>>()
  /** Who waits for one that has not come yet, and what tells its provider that nobody does any more. */
  const waiting = new WeakMap<Promise<T>, { askers: number; readonly nobody: AbortController }>()

  function begin(asking: Asking): Promise<T> {
    const nobody = new AbortController()
    const now = (async () => provider({ ...asking, signal: nobody.signal }))()
    waiting.set(now, { askers: 0, nobody })
    now.then(
      () => waiting.delete(now),
      () => forget(now),
    )
    return now
  }

  /** What failed is not kept, nor what somebody has waited for in vain. */
  function forget(now: Promise<T>): void {
    if (kept === now) kept = undefined
  }

  return (asking) => {
    const { renew, line, signal } = asking
    if (renew && given.get(line) === kept) kept = undefined
    const now = (kept ??= begin(asking))
    given.set(line, now)
    const wait = waiting.get(now)
    if (wait) {
      wait.askers++
      const leave = (): void => {
        if (!waiting.has(now)) return
        forget(now)
        if (--wait.askers === 0) wait.nobody.abort(signal.reason)
      }
      signal.addEventListener('abort', leave, { once: true })
    }
    return now
  }
}
