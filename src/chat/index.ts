export { createChat } from './chat.js'
export {
  type ChatMessage,
  type ChatPart,
  type DataPart,
  type FilePart,
  type MessageEnd,
  type ReasoningPart,
  type SourceUrlPart,
  type TextPart,
  textOf,
  type ToolPart,
  type Usage,
} from './message.js'
export type { ChatOperation, ChatProtocol, ChatRequestContext } from './protocol.js'
export { custom } from './protocols/custom.js'
export { openAi, type OpenAiOptions } from './protocols/openAi.js'
export { plain } from './protocols/plain.js'
export type {
  Chat,
  ChatConnection,
  ChatFinish,
  ChatOptions,
  ChatSnapshot,
  ChatStatus,
  SendMessageOptions,
} from './types.js'
