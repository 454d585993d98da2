import type { Chat, ChatMessage, ChatOptions, SendMessageOptions } from 'holdline/chat'

/** What {@link useCompletion} takes: what a chat takes, but for what only a conversation needs. */
export type CompletionOptions = Omit<
  ChatOptions,
  'messages' | 'persist' | 'whileBusy' | 'onToolCall' | 'sendAutomaticallyWhen'
>

/** A chat without a conversation: one question, and the answer to it. */
export interface Alone {
  /** Asks. An answer that is still arriving makes room. Resolves with the answer once it has ended, however it ended. */
  ask(text: string, extra?: SendMessageOptions): Promise<ChatMessage | undefined>
  /** Stops, and shows nothing. */
  clear(): void
}

/** `now` tells the chat of the moment. */
export function alone(now: () => Chat): Alone {
  function empty(chat: Chat): void {
    void chat.stop()
    chat.setMessages([])
  }
  return {
    async ask(text, extra) {
      const chat = now()
      empty(chat)
      const ended = chat.sendMessage({ text }, extra)
      const [question] = chat.get().messages
      let answer: ChatMessage | undefined
      // The next question takes this one's place, and may do so before anybody hears that this one has ended.
      const leave = chat.subscribe(() => {
        const { messages } = chat.get()
        if (messages[0] === question) answer = messages[1]
      })
      try {
        await ended
      } finally {
        leave()
      }
      return answer
    },
    clear() {
      const chat = now()
      empty(chat)
      chat.clearError()
    },
  }
}

/** The answer of a chat that is asked one question at a time. */
export const answerIn = (messages: readonly ChatMessage[]): ChatMessage | undefined =>
  messages.find(({ role }) => role === 'assistant')
