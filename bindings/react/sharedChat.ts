import { createContext, createElement, type ReactElement, type ReactNode, useContext } from 'react'
import { HoldlineError } from 'holdline'
import type { Chat, ChatOptions } from 'holdline/chat'
import { type UsedChat, useChat } from './useChat.js'
import { useHeldChat } from './useHeldChat.js'

/** What {@link ChatProvider} takes. */
export interface ChatProviderProps {
  /** A chat that goes on without the provider, or the options of one that goes with it. */
  readonly chat: Chat | ChatOptions
  readonly children?: ReactNode
}

// Pure: a page that shares no chat need not carry this.
const ChatContext = /* @__PURE__ */ createContext<Chat | undefined>(undefined)

/**
 * Shares one chat with all components below. Does not render again while an answer arrives; those below do that read it.
 *
 * @example
 * <ChatProvider chat={{ transports: sse('/api/chat'), protocol: openAi() }}>
 *   <Messages />
 *   <Composer />
 * </ChatProvider>
 */
export function ChatProvider({ chat, children }: ChatProviderProps): ReactElement {
  return createElement(ChatContext.Provider, { value: useHeldChat(chat) }, children)
}

/**
 * The chat of the nearest {@link ChatProvider}, as {@link useChat} returns it.
 *
 * @example
 * const { status, sendMessage, stop } = useSharedChat()
 */
export function useSharedChat(): UsedChat {
  const chat = useContext(ChatContext)
  if (!chat) {
    const message = 'There is no chat to share; put a ChatProvider above this component'
    throw new HoldlineError(message, { kind: 'request', code: 'no-chat' })
  }
  return useChat(chat)
}
