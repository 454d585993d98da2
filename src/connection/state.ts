import type { HoldlineError } from '../base/error.js'

/**
 * Why a line rests, until when:
 *
 * - `parked`: the page is in the back/forward cache, until it is restored.
 * - `hidden`: nobody has looked at the page for `pauseAfterMs`, until somebody does.
 * - `snapshot`: messages are lost, until the option `snapshot` has fetched what makes up for them.
 */
export type PauseReason = 'parked' | 'hidden' | 'snapshot'

/** What a line is doing, with what belongs to it. */
export type Doing =
  | { readonly status: 'idle' }
  /** `error`: why the attempt before ended. */
  | { readonly status: 'connecting'; readonly error?: HoldlineError | undefined }
  | { readonly status: 'open'; readonly openedAtMs: number }
  | { readonly status: 'waiting'; readonly retryAtMs: number; readonly error: HoldlineError }
  | { readonly status: 'paused'; readonly reason: PauseReason }
  /** `unused`: the last listener left. `ended`: the server finished, `ending` says with which word. */
  | {
      readonly status: 'closed'
      readonly reason: 'closed' | 'unused' | 'ended'
      readonly ending?: string | undefined
    }
  | { readonly status: 'failed'; readonly error: HoldlineError }

interface Common {
  /** Counts the attempts from 1; what an old one says is told apart by it. 0 before the first. */
  readonly attempt: number
  /** The transport in use, or the one that will be tried next, by name. Empty before the first attempt. */
  readonly transport: string
  /** Failures in a row; forgiven once a line has held for ten seconds and has shown life. */
  readonly failures: number
  /** When the last byte came, in milliseconds since the epoch. Always up to date, and never a change of state. */
  readonly lastByteAtMs?: number | undefined
}

/** What one line is doing, and why, and until when: everything a screen needs to be honest. */
export type ConnectionState = Common & Doing
