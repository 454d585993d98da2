export {
  type Shortcut,
  type ShortcutOptions,
  useEventSource,
  useLongPolling,
  usePolling,
  useWebSocket,
} from './shortcuts.js'
export { type UsedChat, useChat, useMessage } from './useChat.js'
export { useConnection, useConnectionState, type UsedConnection, useFold, useMessages } from './useConnection.js'
export { useReadable } from './useReadable.js'
