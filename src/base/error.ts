/**
 * What went wrong, in one word that decides what is done about it.
 *
 * - `network`: the line broke. `timeout`: nothing came in time. `server-busy`: HTTP 408, 425, 429, 5xx, WebSocket
 *   1011 to 1014. These are tried again.
 * - `auth`: HTTP 401, WebSocket 3000, 4401, 1008; tried once more. `forbidden`: 403, 451.
 * - `request`: the request itself is wrong, or cannot be made. `missing`: 404.
 * - `cursor`: the server no longer has what comes after the cursor.
 * - `protocol`: the server's answer, or a message in it, is not what was agreed on.
 * - `ended`: the server finished. `aborted`: we did. `overflow`: a bounded buffer is full.
 */
export type ErrorKind =
  | 'network'
  | 'timeout'
  | 'server-busy'
  | 'auth'
  | 'forbidden'
  | 'request'
  | 'missing'
  | 'cursor'
  | 'protocol'
  | 'ended'
  | 'aborted'
  | 'overflow'

export interface ErrorDetails {
  readonly kind: ErrorKind
  readonly code: string
  readonly status?: number | undefined
  readonly closeCode?: number | undefined
  readonly retryable?: boolean | undefined
  readonly transport?: string | undefined
  readonly attempt?: number | undefined
  readonly cause?: unknown
}

/** The only error that this library makes. `message` says what happened and what to do. */
export class HoldlineError extends Error {
  /** The class of the error: see {@link ErrorKind}. */
  declare readonly kind: ErrorKind
  /** The case in words that do not change between versions, such as `http-503`, `ws-1006`, `silence`, `not-json`. */
  declare readonly code: string
  /** The HTTP status, where a server answered with one. */
  declare readonly status: number | undefined
  /** The WebSocket close code, where there was one. */
  declare readonly closeCode: number | undefined
  /** Whether the same thing may go well later. */
  declare readonly retryable: boolean
  /** The transport it happened on, by name. */
  declare readonly transport: string | undefined
  /** The attempt it happened in, counted from 1. */
  declare readonly attempt: number | undefined

  constructor(message: string, details: ErrorDetails) {
    super(message)
    Object.assign(this, { name: 'HoldlineError', retryable: false }, details)
  }
}

/** Short for what is wrong with a message or with a request. */
export const wrong = (kind: ErrorKind, code: string, message: string, cause?: unknown): HoldlineError =>
  new HoldlineError(message, { kind, code, cause })

/** What somebody else's code threw, as an error of ours. */
export const asError = (error: unknown, code: string, kind: ErrorKind = 'protocol'): HoldlineError =>
  error instanceof HoldlineError ? error : wrong(kind, code, String(error), error)

/** As in the DOM: what a listener throws harms neither the others nor us, and is not hushed up. */
export const report = (error: unknown): void =>
  queueMicrotask(() => {
    throw error
  })
