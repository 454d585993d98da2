/**
 * How one attempt came to its end. Every transport speaks only these words, so the
 * policy above never sees a DOMException, a CloseEvent or a status text.
 */
export type Ending =
  /** The server finished on purpose: an `end` control, HTTP 204 on a stream, WebSocket 1000. */
  | { readonly kind: 'finished'; readonly reason?: string | undefined }
  /** The line broke, or a stream came to an end that nobody announced. */
  | { readonly kind: 'dropped'; readonly cause?: unknown }
  /** Nothing came for too long; the connection decided so, not the transport. */
  | { readonly kind: 'timeout'; readonly what: 'connect-timeout' | 'first-byte' | 'silence' }
  /** The server answered over HTTP, and the answer was no. */
  | { readonly kind: 'refused'; readonly status: number; readonly retryAfterMs?: number | undefined }
  /** The server closed the WebSocket with this code. */
  | {
      readonly kind: 'closed'
      readonly code: number
      readonly reason: string
      readonly retryAfterMs?: number | undefined
    }
  /** The server no longer knows the cursor: everything starts anew. */
  | { readonly kind: 'reset'; readonly reason?: string | undefined }
  /** The server spoke, but not what was agreed on. */
  | { readonly kind: 'garbled'; readonly code: string; readonly message: string; readonly cause?: unknown }
  /** This attempt cannot be made at all: a bad URL, no such API here, a request that must not be repeated. */
  | { readonly kind: 'unusable'; readonly code: string; readonly message: string; readonly cause?: unknown }
  /** We hung up. */
  | { readonly kind: 'aborted' }
