import 'fake-indexeddb/auto'
import { expect, test } from 'vitest'
import { type ChatRecord, type ChatStore, storageStore } from '../../src/chat/index.js'
import { indexedDbStore } from '../../src/chat/indexedDb.js'

const record = (text: string): ChatRecord => ({
  tree: {
    messages: [{ id: 'm', role: 'user', parts: [{ type: 'text', text }] }],
    after: { m: null },
    shown: { '': 'm' },
  },
  run: { runId: 'r', messageId: 'a', after: 'm', resumable: true },
})

function storage() {
  const kept = new Map<string, string>()
  return {
    getItem: (key: string) => kept.get(key) ?? null,
    setItem: (key: string, value: string) => void kept.set(key, value),
  }
}

const stores: Record<string, ChatStore> = {
  localStorage: storageStore(storage()),
  IndexedDB: indexedDbStore('test'),
}

test.each(Object.entries(stores))('%s keeps each conversation under its own id', async (_, store) => {
  expect(await store.load('a')).toBeUndefined()
  await store.save('a', record('eins'))
  await store.save('b', record('zwei'))
  await store.save('a', record('drei'))
  expect(await store.load('a')).toEqual(record('drei'))
  expect(await store.load('b')).toEqual(record('zwei'))
})

test('an error in a message can be kept like everything else', async () => {
  const store = indexedDbStore('errors')
  const { tree } = record('x')
  const [message] = tree.messages
  const cause = new Error('x', { cause: () => {} })
  await store.save('a', { tree: { ...tree, messages: [{ ...message!, metadata: { cause } }] } })
  expect((await store.load('a'))?.tree.messages[0]?.id).toBe('m')
})

test('where there is no storage, as on a server, nothing is kept and nothing fails', async () => {
  expect(await storageStore().load('a')).toBeUndefined()
  await storageStore().save('a', record('x'))
})
