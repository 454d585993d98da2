import { textOf } from '../message.js'
import type { ChatProtocol } from '../protocol.js'

/**
 * The plain envelope: each message is a piece of the answer's text (event `reasoning`: of its reasoning; event `error`:
 * what went wrong), and the line's `end` control says that it is whole. The request is `{ messages: [{ role, content }] }`.
 */
export const plain = (): ChatProtocol => ({
  name: 'plain',
  endsWithLine: true,
  request: ({ messages }) => ({
    messages: messages.map((message) => ({ id: message.id, role: message.role, content: textOf(message) })),
  }),
  reader:
    () =>
    ({ event, data }) => {
      if (event === 'error') return [{ type: 'error', message: data }]
      return event === 'message' || event === 'reasoning'
        ? [{ type: event === 'message' ? 'text' : 'reasoning', delta: data }]
        : []
    },
})
