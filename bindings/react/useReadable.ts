import { useCallback, useSyncExternalStore } from 'react'
import type { Readable } from 'holdline'

/**
 * Reads any of our stores, and renders when it changes. On a server, the value as it is.
 *
 * @example
 * const unread = fold(notifications, (count) => count + 1, 0)
 * const Badge = () => <b>{useReadable(unread)}</b>
 */
export function useReadable<T>(readable: Readable<T>): T {
  const subscribe = useCallback((listener: () => void) => readable.subscribe(listener), [readable])
  const get = (): T => readable.get()
  return useSyncExternalStore(subscribe, get, get)
}
