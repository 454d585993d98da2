import type { ChatProtocol } from '../protocol.js'

/**
 * A protocol of your own: how to ask, and how to read the answer.
 *
 * @example
 * const mine = custom({
 *   request: ({ messages }) => ({ question: textOf(messages.at(-1)!) }),
 *   reader: () => ({ event, data }) => (event === 'end' ? [{ type: 'done' }] : [{ type: 'text', delta: data }]),
 * })
 */
export const custom = (protocol: Omit<ChatProtocol, 'name'> & { readonly name?: string }): ChatProtocol => ({
  name: 'custom',
  ...protocol,
})
