import { computed, type ComputedRef, type MaybeRefOrGetter, toValue } from 'vue'
import type { HoldlineError } from 'holdline'
import type { MessageEnd, SendMessageOptions } from 'holdline/chat'
import { alone, answerIn } from '../shared/alone.js'
import { asText, chatOptionsFor, type DeepPartial, type ObjectOptions, objectReader } from '../shared/objects.js'
import { refsOf, type UsedChat } from './useChat.js'
import { useHeldChat } from './useHeldChat.js'

/** What {@link useObject} returns: the object as a ref. Its functions speak to the chat of the moment. */
export interface UsedObject<T> extends Pick<UsedChat, 'chat' | 'status' | 'stop'> {
  /** The object, as far as it has come; once it is whole, as the schema gives it. */
  readonly object: ComputedRef<DeepPartial<T> | undefined>
  /** What went wrong. An object that does not fit the schema has the kind `protocol` and the code `schema`. */
  readonly error: ComputedRef<HoldlineError | undefined>
  /** Whether the answer is whole: set once it has ended. */
  readonly end: ComputedRef<MessageEnd | undefined>
  /**
   * Asks: with text, or with anything else as JSON. Resolves with the whole object, or with `undefined` if it did not
   * become one. Whatever arrives is stopped first.
   */
  submit(input: unknown, options?: SendMessageOptions): Promise<T | undefined>
  /** Stops, and shows nothing. */
  clear(): void
}

/**
 * One object that is shown while it is written. Renders once per frame; each character is read once.
 *
 * @example
 * const { object, submit } = useObject({ schema: recipe, transports: sse('/api/recipe'), protocol: openAi() })
 */
export function useObject<T = unknown>(options: MaybeRefOrGetter<ObjectOptions<T>>): UsedObject<T> {
  const read = objectReader(() => toValue(options).schema)
  const held = useHeldChat(() => chatOptionsFor(toValue(options), read))
  const { chat, messages, status, error, stop } = refsOf(held)
  const { ask, clear } = alone(held.now)
  const answer = computed(() => answerIn(messages.value))
  const told = computed(() => read(answer.value))
  return {
    chat,
    object: computed(() => told.value.object),
    status: computed(() => (told.value.error ? 'error' : status.value)),
    error: computed(() => error.value ?? told.value.error),
    end: computed(() => answer.value?.end),
    stop,
    clear,
    submit: async (input, extra) => read(await ask(asText(input), extra)).whole,
  }
}
