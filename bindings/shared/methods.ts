import type { Chat } from 'holdline/chat'

/** What can be done with a chat. */
export type ChatMethods = Omit<Chat, 'id' | 'get' | 'subscribe' | 'dispose'>

/** The methods of a chat, or of the chat of the moment. */
export function methodsOf(chat: Chat | (() => Chat)): ChatMethods {
  const now = typeof chat === 'function' ? chat : () => chat
  const { id: _id, get: _get, subscribe: _subscribe, dispose: _dispose, ...own } = now()
  if (typeof chat !== 'function') return own
  const names = Object.keys(own) as (keyof ChatMethods)[]
  return Object.fromEntries(
    names.map((name) => [name, (...given: never[]) => (now()[name] as (...given: never[]) => unknown)(...given)]),
  ) as unknown as ChatMethods
}
