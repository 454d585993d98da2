import { computed, type ComputedRef, type MaybeRefOrGetter } from 'vue'
import { type MessageEnd, type SendMessageOptions, textOf } from 'holdline/chat'
import { alone, answerIn, type CompletionOptions } from '../shared/alone.js'
import { refsOf, type UsedChat } from './useChat.js'
import { useHeldChat } from './useHeldChat.js'

/** What {@link useCompletion} returns: the answer as refs. Its functions speak to the chat of the moment. */
export interface UsedCompletion extends Pick<UsedChat, 'chat' | 'status' | 'error' | 'stop'> {
  /** The answer, as far as it has come. */
  readonly completion: ComputedRef<string>
  /** Whether it is whole: set once it has ended. */
  readonly end: ComputedRef<MessageEnd | undefined>
  /** Asks, and resolves with the text once the answer has ended, however it ended. Whatever arrives is stopped first. */
  complete(prompt: string, options?: SendMessageOptions): Promise<string>
  /** Stops, and shows nothing. */
  clear(): void
}

/**
 * One prompt, one text: an answer without a conversation. Renders with frames while it arrives.
 *
 * @example
 * const { completion, complete, stop } = useCompletion({ transports: sse('/api/write'), protocol: text() })
 */
export function useCompletion(options: MaybeRefOrGetter<CompletionOptions>): UsedCompletion {
  const held = useHeldChat(options)
  const { chat, messages, status, error, stop } = refsOf(held)
  const { ask, clear } = alone(held.now)
  const answer = computed(() => answerIn(messages.value))
  return {
    chat,
    completion: computed(() => (answer.value ? textOf(answer.value) : '')),
    end: computed(() => answer.value?.end),
    status,
    error,
    stop,
    clear,
    async complete(prompt, extra) {
      const ended = await ask(prompt, extra)
      return ended ? textOf(ended) : ''
    },
  }
}
