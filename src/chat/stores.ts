import type { ChatRecord, ChatStore } from './types.js'

/** What a {@link storageStore} needs of a `Storage`. */
export type StorageLike = Pick<Storage, 'getItem' | 'setItem'>

/**
 * Keeps conversations in `localStorage`, or in another `Storage`: for a few of them, up to some megabytes.
 * `holdline/chat/indexed-db` has room for more.
 *
 * @example
 * createChat({ id: 'support', persist: storageStore(), transports: sse('/api/chat'), protocol: openAi() })
 */
export function storageStore(storage?: StorageLike, prefix: string = 'holdline-chat:'): ChatStore {
  const place = (): StorageLike | undefined => storage ?? (globalThis as Partial<typeof globalThis>).localStorage
  return {
    load(id) {
      const text = place()?.getItem(prefix + id)
      return text ? (JSON.parse(text) as ChatRecord) : undefined
    },
    save: (id, record) => place()?.setItem(prefix + id, JSON.stringify(record)),
  }
}
