export type { CompletionOptions } from '../shared/alone.js'
export type { ChatMethods } from '../shared/methods.js'
export type { DeepPartial, ObjectFinish, ObjectOptions } from '../shared/objects.js'
export type { SmoothTextOptions } from '../shared/smooth.js'
export { injectChat, provideChat } from './sharedChat.js'
export {
  type Shortcut,
  type ShortcutOptions,
  type ShortcutUrl,
  useEventSource,
  useLongPolling,
  usePolling,
  useWebSocket,
} from './shortcuts.js'
export { type UsedChat, useChat, useMessage } from './useChat.js'
export { type UsedCompletion, useCompletion } from './useCompletion.js'
export { useConnection, useConnectionState, type UsedConnection, useFold, useMessages } from './useConnection.js'
export { type UsedObject, useObject } from './useObject.js'
export { useReadable } from './useReadable.js'
export { useSmoothText } from './useSmoothText.js'
