import type { Message } from 'holdline'

/** Adds a message to the last `limit` ones. */
export const append =
  <T>(limit: number) =>
  (messages: readonly Message<T>[], message: Message<T>): readonly Message<T>[] =>
    [...messages, message].slice(-limit || Infinity)
