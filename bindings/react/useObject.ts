import type { HoldlineError } from 'holdline'
import type { Chat, ChatSnapshot, MessageEnd, SendMessageOptions } from 'holdline/chat'
import { alone, answerIn } from '../shared/alone.js'
import { asText, chatOptionsFor, type DeepPartial, type ObjectOptions, objectReader } from '../shared/objects.js'
import { useChat } from './useChat.js'
import { useMade } from './useMade.js'

/** What {@link useObject} returns. Its functions are the same until the chat underneath is another one. */
export interface UsedObject<T> extends Pick<ChatSnapshot, 'status'>, Pick<Chat, 'stop'> {
  /** The object, as far as it has come; once it is whole, as the schema gives it. */
  readonly object: DeepPartial<T> | undefined
  /** What went wrong. An object that does not fit the schema has the kind `protocol` and the code `schema`. */
  readonly error: HoldlineError | undefined
  /** Whether the answer is whole: set once it has ended. */
  readonly end: MessageEnd | undefined
  /**
   * Asks: with text, or with anything else as JSON. Resolves with the whole object, or with `undefined` if it did not
   * become one. Whatever arrives is stopped first.
   */
  submit(input: unknown, options?: SendMessageOptions): Promise<T | undefined>
  /** Stops, and shows nothing. */
  clear(): void
  /** The chat underneath, for anything else. */
  readonly chat: Chat
}

/**
 * One object that is shown while it is written. Renders once per frame; each character is read once.
 *
 * @example
 * const { object, submit } = useObject({ schema: recipe, transports: sse('/api/recipe'), protocol: openAi() })
 */
export function useObject<T = unknown>(options: ObjectOptions<T>): UsedObject<T> {
  const read = useMade(options, [], (now) => objectReader(() => now().schema))
  const { chat, messages, status, error, stop } = useChat(chatOptionsFor(options, read))
  const { submit, clear } = useMade(undefined, [chat, read], () => {
    const { ask, ...rest } = alone(() => chat)
    return {
      ...rest,
      submit: async (input: unknown, extra?: SendMessageOptions) => read(await ask(asText(input), extra)).whole,
    }
  })
  const answer = answerIn(messages)
  const { object, error: misfit } = read(answer)
  return {
    object,
    status: misfit ? 'error' : status,
    error: error ?? misfit,
    end: answer?.end,
    submit,
    stop,
    clear,
    chat,
  }
}
