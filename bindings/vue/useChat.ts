import { computed, type ComputedRef, type MaybeRefOrGetter, toValue } from 'vue'
import type { Chat, ChatMessage, ChatOptions, ChatSnapshot } from 'holdline/chat'
import { type ChatMethods, methodsOf } from '../shared/methods.js'
import { row } from '../shared/row.js'
import { type HeldChat, useHeldChat } from './useHeldChat.js'
import { useReadable } from './useReadable.js'

/** What {@link useChat} returns: the snapshot's fields as refs. Its functions speak to the chat of the moment. */
export interface UsedChat extends ChatMethods {
  /** For {@link useMessage} and {@link provideChat}. */
  readonly chat: Readonly<ComputedRef<Chat>>
  readonly id: ComputedRef<ChatSnapshot['id']>
  readonly messages: ComputedRef<ChatSnapshot['messages']>
  readonly status: ComputedRef<ChatSnapshot['status']>
  readonly connection: ComputedRef<ChatSnapshot['connection']>
  readonly error: ComputedRef<ChatSnapshot['error']>
  readonly stalled: ComputedRef<ChatSnapshot['stalled']>
  readonly queued: ComputedRef<ChatSnapshot['queued']>
}

/**
 * A conversation with a server that streams its answers. Renders with frames, some thirty times a
 * second, while an answer arrives.
 *
 * With a ref or a getter, the options of the moment count for the next answer. Another `id` is another conversation;
 * the old one hangs up. A chat that is passed in is shared, and goes on when the component is gone; one made of options
 * is disposed of with the scope. An answer goes on arriving while `KeepAlive` has put the component away.
 *
 * @example
 * const { messages, status, sendMessage, stop } = useChat({ transports: sse('/api/chat'), protocol: openAi() })
 */
export function useChat(source: MaybeRefOrGetter<ChatOptions | Chat>): UsedChat {
  return refsOf(useHeldChat(source))
}

/** What there is to see of a chat, as refs, and its methods. */
export function refsOf({ chat, now }: HeldChat): UsedChat {
  const snapshot = useReadable(chat)
  const field = <K extends keyof ChatSnapshot>(key: K): ComputedRef<ChatSnapshot[K]> =>
    computed(() => snapshot.value[key])
  return {
    chat: computed(() => chat.value),
    id: field('id'),
    messages: field('messages'),
    status: field('status'),
    connection: field('connection'),
    error: field('error'),
    stalled: field('stalled'),
    queued: field('queued'),
    ...methodsOf(now),
  }
}

/**
 * One message of a chat, for a row that renders alone: as long as its own message stays what it is, it does not.
 *
 * @example
 * const message = useMessage(() => props.chat, () => props.id)
 */
export function useMessage(
  chat: MaybeRefOrGetter<Chat>,
  messageId: MaybeRefOrGetter<string>,
): ComputedRef<ChatMessage | undefined> {
  return useReadable(computed(() => row(toValue(chat), toValue(messageId))))
}
