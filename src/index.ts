export type { Clock } from './base/clock.js'
export type { Ending } from './base/ending.js'
export type { Asking, Given } from './base/given.js'
export { type ErrorKind, HoldlineError } from './base/error.js'
export type { IterateOptions, Overflow } from './base/iterate.js'
export type { Listenable } from './base/listeners.js'
export type { Readable } from './base/store.js'
export type { AttemptNote, Sign } from './connection/notes.js'
export type {
  Event as ConductEvent,
  Journal,
  Plan as ConductPlan,
  State as ConductState,
  TappedCall,
  World as ConductWorld,
} from './connection/machine.js'
export { type Connection, createConnection, type Message } from './connection/connection.js'
export { fold } from './connection/fold.js'
export type { Heartbeat } from './connection/heartbeat.js'
export { createJournal, type JournalEntry, type KeptJournal, type Recording, replay } from './connection/journal.js'
export type { Gap, IdOrder } from './connection/ledger.js'
export type { ConnectionOptions, LineOptions, LineStart } from './connection/options.js'
export { observable, type ObservableLike, type ObserverLike } from './connection/observable.js'
export type { OutboxOptions, SendOptions } from './connection/outbox.js'
export { type CursorStore, storedCursor } from './connection/persist.js'
export type { ConnectionState, PauseReason } from './connection/state.js'
export { binary, json } from './frames/decode.js'
export type { Frame } from './frames/frame.js'
export type { Schema } from './frames/schema.js'
export type { Backoff } from './policy/backoff.js'
export { judge, type Verdict } from './policy/verdict.js'
export { acrossTabs } from './tabs/acrossTabs.js'
export { shared } from './transports/credentials.js'
export { envelope } from './transports/envelope.js'
export type { Env, EventSourceLike, Surrounding, WebSocketLike } from './transports/env.js'
export { eventSource, type EventSourceOptions } from './transports/eventSource.js'
export type { HttpOptions } from './transports/http.js'
export { longPolling, type LongPollingOptions, polling, type PollingOptions } from './transports/poll.js'
export { sse, type SseOptions } from './transports/sse.js'
export type { UrlSource } from './transports/target.js'
export type {
  Attempt,
  AttemptRequest,
  Channel,
  Dialect,
  HttpCursor,
  Sink,
  Transport,
  Welcome,
} from './transports/transport.js'
export { webSocket, type WebSocketOptions } from './transports/webSocket.js'
