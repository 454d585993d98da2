import type { Chat, ChatMessage, ChatOptions, ChatSnapshot } from 'holdline/chat'
import { type ChatMethods, methodsOf } from '../shared/methods.js'
import { row } from '../shared/row.js'
import { useHeldChat } from './useHeldChat.js'
import { useMade } from './useMade.js'
import { useReadable } from './useReadable.js'

/** What {@link useChat} returns. Its functions are the same until the chat is another one. */
export interface UsedChat extends ChatSnapshot, ChatMethods {
  /** For {@link useMessage} and {@link ChatProvider}. */
  readonly chat: Chat
}

/**
 * A conversation with a server that streams its answers. Renders with frames, some thirty times a
 * second, while an answer arrives.
 *
 * Options may be written in place: those of the latest render count for the next answer. Another `id` is another
 * conversation; the old one hangs up. A chat that is passed in is shared, and goes on when the component is gone; one
 * made of options is disposed of.
 *
 * @example
 * const { messages, status, sendMessage, stop } = useChat({ id, transports: sse('/api/chat'), protocol: openAi() })
 */
export function useChat(source: ChatOptions | Chat): UsedChat {
  const chat = useHeldChat(source)
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
