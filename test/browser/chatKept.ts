import { type ChatStore, createChat, type StorageLike, storageStore } from 'holdline/chat'
import { scriptedChat } from 'holdline/testing'

/** A place for conversations, like a page's. */
export function memory(): StorageLike {
  const kept = new Map<string, string>()
  return { getItem: (key) => kept.get(key) ?? null, setItem: (key, value) => void kept.set(key, value) }
}

/** A page was left in the middle of an answer: the question is `hi`, and `Hel` has come. */
export async function keptInMidAnswer(id: string): Promise<ChatStore> {
  const persist = storageStore(memory())
  const { options, run, clock } = scriptedChat({ id, persist })
  const chat = createChat(options)
  void chat.sendMessage({ text: 'hi' })
  await clock.pass(0)
  run.text('Hel')
  chat.dispose()
  return persist
}
