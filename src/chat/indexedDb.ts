import { createStore, get, set } from 'idb-keyval'
import type { ChatRecord, ChatStore } from './types.js'

/**
 * Keeps conversations in IndexedDB, which has room for many and for long ones. Every tab of the origin sees them.
 * Needs `idb-keyval` beside holdline.
 *
 * @param name - The database's name.
 *
 * @example
 * createChat({ id: 'support', persist: indexedDbStore(), transports: sse('/api/chat'), protocol: openAi() })
 */
export function indexedDbStore(name: string = 'holdline-chat'): ChatStore {
  // Opened with the first use: a server has no such thing.
  let store: ReturnType<typeof createStore> | undefined
  const place = (): ReturnType<typeof createStore> => (store ??= createStore(name, 'conversations'))
  return {
    load: async (id) => (typeof indexedDB === 'undefined' ? undefined : get<ChatRecord>(id, place())),
    async save(id, record) {
      // As JSON has it: an error of somebody's own in a message could not be cloned.
      if (typeof indexedDB !== 'undefined') await set(id, JSON.parse(JSON.stringify(record)), place())
    },
  }
}
