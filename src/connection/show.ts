import type { ConnectionState } from './state.js'

/** A state as it is handed out. The last byte's time is looked up when asked for: it moves all the time, and is no change. */
export const show = (state: ConnectionState, byteAtMs: () => number | undefined): ConnectionState =>
  // The getter must stay one, so the state is laid over it, and not the other way round.
  Object.assign(
    {
      get lastByteAtMs() {
        return byteAtMs()
      },
    },
    state,
  )
