import type { Readable } from 'holdline'
import type { ChatMessage, ChatSnapshot } from 'holdline/chat'

/** One message of a chat by its id. Looked for first where it was the last time: a long chat stays cheap. */
export function row(chat: Readable<ChatSnapshot>, id: string): Readable<ChatMessage | undefined> {
  let at = -1
  return {
    get() {
      const { messages } = chat.get()
      if (messages[at]?.id !== id) at = messages.findIndex((message) => message.id === id)
      return messages[at]
    },
    subscribe: (listener) => chat.subscribe(listener),
  }
}
