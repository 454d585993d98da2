import { type Chat, type ChatSnapshot, type MessageEnd, type SendMessageOptions, textOf } from 'holdline/chat'
import { alone, answerIn, type CompletionOptions } from '../shared/alone.js'
import { useChat } from './useChat.js'
import { useMade } from './useMade.js'

/** What {@link useCompletion} returns. Its functions are the same until the chat underneath is another one. */
export interface UsedCompletion extends Pick<ChatSnapshot, 'status' | 'error'>, Pick<Chat, 'stop'> {
  /** The answer, as far as it has come. */
  readonly completion: string
  /** Whether it is whole: set once it has ended. */
  readonly end: MessageEnd | undefined
  /** Asks, and resolves with the text once the answer has ended, however it ended. Whatever arrives is stopped first. */
  complete(prompt: string, options?: SendMessageOptions): Promise<string>
  /** Stops, and shows nothing. */
  clear(): void
  /** The chat underneath, for anything else. */
  readonly chat: Chat
}

/**
 * One prompt, one text: an answer without a conversation. Renders with frames while it arrives.
 *
 * @example
 * const { completion, complete, stop } = useCompletion({ transports: sse('/api/write'), protocol: text() })
 */
export function useCompletion(options: CompletionOptions): UsedCompletion {
  const { chat, messages, status, error, stop } = useChat(options)
  const { complete, clear } = useMade(undefined, [chat], () => completing(chat))
  const answer = answerIn(messages)
  return { completion: answer ? textOf(answer) : '', end: answer?.end, status, error, complete, stop, clear, chat }
}

function completing(chat: Chat): Pick<UsedCompletion, 'complete' | 'clear'> {
  const { ask, clear } = alone(() => chat)
  return {
    clear,
    async complete(prompt, extra) {
      const answer = await ask(prompt, extra)
      return answer ? textOf(answer) : ''
    },
  }
}
