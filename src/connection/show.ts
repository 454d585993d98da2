import type { State } from './machine.js'
import type { ConnectionState } from './state.js'

/** What is shown of a state, beside the time of the last byte. The rest is the conduct's own. */
const SHOWN = 'status attempt transport failures openedAtMs retryAtMs error reason ending'.split(' ') as (keyof State)[]

/** The last byte's time is looked up when asked for: it moves all the time, and is no change. */
export function show(state: State, byteAtMs: () => number | undefined): ConnectionState {
  const visible = {
    get lastByteAtMs() {
      return byteAtMs()
    },
  }
  const shown = SHOWN.filter((key) => state[key] !== undefined).map((key) => [key, state[key]] as const)
  // The getter must stay one, so the fields are laid over it, and not the other way round.
  return Object.assign(visible, Object.fromEntries(shown)) as unknown as ConnectionState
}

/** What nobody can see changes nothing on a screen. */
export const looksAlike = (a: State, b: State): boolean => SHOWN.every((key) => a[key] === b[key])
