import { useEffect, useReducer } from 'react'
import { type Chat, type ChatMessage, type ChatOptions, type ChatSnapshot, createChat } from 'holdline/chat'
import { current } from '../shared/current.js'
import { type ChatMethods, methodsOf } from '../shared/methods.js'
import { row } from '../shared/row.js'
import { useMade } from './useMade.js'
import { useReadable } from './useReadable.js'

/** What {@link useChat} returns. Its functions are the same until the chat is another one. */
export interface UsedChat extends ChatSnapshot, ChatMethods {
  /** For {@link useMessage}. */
  readonly chat: Chat
}

/**
 * A conversation with a server that streams its answers. Renders once per frame while an answer arrives.
 *
 * Options may be written in place: those of the latest render count for the next answer. Another `id` is another
 * conversation; the old one hangs up. A chat that is passed in is shared, and goes on when the component is gone; one
 * made of options is disposed of.
 *
 * @example
 * const { messages, status, sendMessage, stop } = useChat({ id, transports: sse('/api/chat'), protocol: openAi() })
 */
export function useChat(source: ChatOptions | Chat): UsedChat {
  const [, redraw] = useReducer((times: number) => times + 1, 0)
  const held = useMade(source, ['subscribe' in source ? source : source.id], (now) => hold(now))
  useEffect(() => {
    if (held.enter()) redraw()
    return held.leave
  }, [held])
  const { chat } = held
  return { ...methodsOf(chat), ...useReadable(chat), chat }
}

/**
 * One message of a chat, for a row that renders alone: as long as its own message stays what it is, it does not.
 *
 * @example
 * const Row = memo(({ chat, id }: { chat: Chat; id: string }) => <p>{textOf(useMessage(chat, id)!)}</p>)
 */
export function useMessage(chat: Chat, messageId: string): ChatMessage | undefined {
  return useReadable(useMade(messageId, [chat, messageId], () => row(chat, messageId)))
}

/** A chat of one's own, or one that was lent. */
function hold(now: () => ChatOptions | Chat) {
  const source = now()
  const own = !('subscribe' in source)
  const options = now as () => ChatOptions
  let used = false
  let gone = false
  const held = {
    chat: own ? createChat(current(options)) : source,
    /** Tells whether there is a new chat now: a part of the page that was put away has come back. */
    enter(): boolean {
      used = true
      if (!gone) return false
      gone = false
      const { id, messages } = held.chat.get()
      held.chat = createChat(current(() => ({ ...options(), id, messages })))
      return true
    },
    leave(): void {
      used = false
      // StrictMode leaves and comes back at once.
      queueMicrotask(() => {
        if (used || !own) return
        gone = true
        held.chat.dispose()
      })
    },
  }
  return held
}
