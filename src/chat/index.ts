export { createChat } from './chat.js'
export type { Branches, Tree } from './conversation.js'
export {
  type ChatMessage,
  type ChatPart,
  type DataPart,
  type FilePart,
  isTool,
  type JsonValue,
  type MessageEnd,
  type Noted,
  type ProviderMetadata,
  type ReasoningPart,
  type SourceDocumentPart,
  type SourceUrlPart,
  type StepStartPart,
  type TextPart,
  textOf,
  type ToolApproval,
  type ToolPart,
  toolsAreDone,
  type ToolState,
  type Usage,
} from './message.js'
export { createPartialJson, type PartialJson } from './partialJson.js'
export type { ChatOperation, ChatProtocol, ChatRequestContext, Notes, ResumeAt, ToolChange } from './protocol.js'
export { custom } from './protocols/custom.js'
export { openAi, type OpenAiOptions } from './protocols/openAi.js'
export { plain } from './protocols/plain.js'
export { type StorageLike, storageStore } from './stores.js'
export type {
  Chat,
  ChatConnection,
  ChatFinish,
  ChatOptions,
  ChatRecord,
  ChatSnapshot,
  ChatStatus,
  ChatStore,
  NewMessage,
  PendingRun,
  SendMessageOptions,
} from './types.js'
export type { StreamFormat } from '../frames/format.js'
export type { EventStreamReader } from '../frames/eventStream.js'
