import { inject, type InjectionKey, type MaybeRefOrGetter, provide } from 'vue'
import { HoldlineError } from 'holdline'
import type { Chat, ChatOptions } from 'holdline/chat'
import { type UsedChat, useChat } from './useChat.js'

const KEY: InjectionKey<UsedChat> = Symbol('the shared chat')

/**
 * Shares one chat with all components below, and returns it as {@link useChat} does.
 *
 * @example
 * const { status } = provideChat({ transports: sse('/api/chat'), protocol: openAi() })
 */
export function provideChat(source: MaybeRefOrGetter<ChatOptions | Chat>): UsedChat {
  const used = useChat(source)
  provide(KEY, used)
  return used
}

/**
 * The chat that a component above has shared by {@link provideChat}.
 *
 * @example
 * const { messages, sendMessage } = injectChat()
 */
export function injectChat(): UsedChat {
  const used = inject(KEY, undefined)
  if (used) return used
  const message = 'There is no chat to share; call provideChat in a component above'
  throw new HoldlineError(message, { kind: 'request', code: 'no-chat' })
}
