import type { ChatMessage } from '../message.js'
import type { ChatProtocol } from '../protocol.js'
import { readUiMessages } from './uiMessageReader.js'

/** What {@link uiMessage} takes. */
export interface UiMessageOptions {
  /**
   * `last` sends only the newest message, as `message`, for servers that remember the conversation. @defaultValue 'all'
   */
  readonly send?: 'all' | 'last' | undefined
  /**
   * How the server tells the rest of an answer that was cut: `replay`, as the AI SDK's own do, by `GET {chat}/stream`,
   * which tells the whole answer again; or `cursor`, where the chunks are numbered as PROTOCOL.md has it.
   * @defaultValue 'replay'
   */
  readonly resume?: 'replay' | 'cursor' | undefined
}

/**
 * The AI SDK's UI message stream, version 1, as `toUIMessageStreamResponse()` sends it and `DefaultChatTransport` asks
 * for it. Tools that the server calls `dynamic` become parts like those of any other tool.
 *
 * @example
 * const chat = createChat({ transports: sse('/api/chat'), protocol: uiMessage() })
 *
 * @see https://ai-sdk.dev/docs/ai-sdk-ui/stream-protocol
 */
export function uiMessage({ send, resume }: UiMessageOptions = {}): ChatProtocol {
  return {
    name: 'ui-message',
    request({ chatId, messages, trigger }) {
      const last = messages[messages.length - 1]
      return {
        id: chatId,
        ...(send === 'last' ? { message: last && theirs(last) } : { messages: messages.map(theirs) }),
        trigger: trigger === 'regenerate' ? 'regenerate-message' : 'submit-message',
        ...(trigger === 'continue' && { messageId: last?.id }),
      }
    },
    reader: readUiMessages,
    ...(resume !== 'cursor' && {
      resume: ({ chatId }) => ({ path: `${encodeURIComponent(chatId)}/stream`, query: {}, replay: true }),
    }),
  }
}

/** The message without what only we know of it. */
const theirs = ({ id, role, metadata, parts }: ChatMessage): object => ({ id, role, metadata, parts })
