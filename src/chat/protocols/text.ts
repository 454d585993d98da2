import { textOf } from '../message.js'
import type { ChatProtocol } from '../protocol.js'
import { plainText } from './plainText.js'
import { type ModelOptions, newest } from './turns.js'

/** What {@link text} takes. */
export type TextOptions = ModelOptions

/**
 * Plain text over a streaming request: what comes is the answer, and the end of the body is its end. A server that just
 * hangs up in the middle of a chunked body is noticed; one that ends the body early cannot be. Over other transports each
 * message is a piece of the text. The request is `{ messages: [{ role, content }] }`.
 *
 * @example
 * const chat = createChat({ transports: sse('/api/write'), protocol: text() })
 */
export const text = ({ model, send, body }: TextOptions = {}): ChatProtocol => ({
  name: 'text',
  format: plainText,
  endsWithLine: true,
  request: ({ messages }) => ({
    model,
    messages: newest(messages, send).map((message) => ({ role: message.role, content: textOf(message) })),
    ...body,
  }),
  reader:
    () =>
    ({ data }) => [{ type: 'text', delta: data }],
})
