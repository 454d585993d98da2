export { type ManualClock, manualClock } from './manualClock.js'
export { type ChatScript, type RunScript, scriptedChat } from './scriptedChat.js'
export { type ScriptedCall, type ScriptedTransport, scriptedTransport } from './scriptedTransport.js'
