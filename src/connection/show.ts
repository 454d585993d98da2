import type { State } from './machine.js'
import type { ConnectionState } from './state.js'

/** What is shown of a state, beside the time of the last byte. The rest is the conduct's own. */
const SHOWN = [
  'status',
  'attempt',
  'transport',
  'failures',
  'openedAtMs',
  'retryAtMs',
  'error',
  'reason',
  'ending',
] as const

const valueAt = (state: State, key: string): unknown => state[key as keyof State]

/** The last byte's time is looked up when asked for: it moves all the time, and is no change. */
export function show(state: State, hearing: { readonly byteAtMs: number | undefined }): ConnectionState {
  const visible: Record<string, unknown> = {
    get lastByteAtMs() {
      return hearing.byteAtMs
    },
  }
  for (const key of SHOWN) if (valueAt(state, key) !== undefined) visible[key] = valueAt(state, key)
  return visible as unknown as ConnectionState
}

/** What nobody can see changes nothing on a screen. */
export const looksAlike = (a: State, b: State): boolean => SHOWN.every((key) => valueAt(a, key) === valueAt(b, key))
