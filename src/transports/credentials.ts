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
  return (asking) => {
    const { renew, line } = asking
    if (renew && given.get(line) === kept) kept = undefined
    const now = (kept ??= (async () => provider(asking))())
    given.set(line, now)
    // What failed is not kept.
    now.catch(() => {
      if (kept === now) kept = undefined
    })
    return now
  }
}
