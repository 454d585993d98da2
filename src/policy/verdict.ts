import type { Ending } from '../base/ending.js'
import type { ErrorKind } from '../base/error.js'

/** What an ending means for what is done next. */
export interface Verdict {
  readonly kind: ErrorKind
  /**
   * - `true`: after a wait. `false`: never.
   * - `once`: one more time (credentials are asked for on every attempt, so they may be new ones).
   * - `proven`: up to five times where this connection has worked before; a deploy may be under way.
   * - `reset`: at once, without the cursor; a gap is told.
   */
  readonly retry: boolean | 'once' | 'proven' | 'reset'
}

const BUSY: Verdict = { kind: 'server-busy', retry: true }
const NETWORK: Verdict = { kind: 'network', retry: true }
const AUTH: Verdict = { kind: 'auth', retry: 'once' }
const FORBIDDEN: Verdict = { kind: 'forbidden', retry: false }
const REQUEST: Verdict = { kind: 'request', retry: false }
const MISSING: Verdict = { kind: 'missing', retry: 'proven' }
const CURSOR: Verdict = { kind: 'cursor', retry: 'reset' }
const ENDED: Verdict = { kind: 'ended', retry: false }

/** The meaning of every ending, by default. An option may say otherwise: {@link ConnectionOptions.classify}. */
export function judge(ending: Ending): Verdict {
  switch (ending.kind) {
    case 'finished':
      return ENDED
    case 'dropped':
      return NETWORK
    case 'timeout':
      return { kind: 'timeout', retry: true }
    case 'refused':
      return judgeStatus(ending.status)
    case 'closed':
      return judgeCloseCode(ending.code)
    case 'reset':
      return CURSOR
    case 'garbled':
      return { kind: 'protocol', retry: 'proven' }
    case 'unusable':
      return REQUEST
    case 'aborted':
      return { kind: 'aborted', retry: false }
  }
}

/** @see https://www.rfc-editor.org/rfc/rfc9110#name-status-codes */
export function judgeStatus(status: number): Verdict {
  if (status === 401) return AUTH
  if (status === 403 || status === 451) return FORBIDDEN
  if (status === 404) return MISSING
  if ([409, 410, 412, 416].includes(status)) return CURSOR
  if ([408, 425, 429].includes(status)) return BUSY
  return status >= 500 && status !== 501 && status !== 505 ? BUSY : REQUEST
}

/**
 * 3500 to 3999 and 4500 to 4999 say "do not come back" by a convention that other servers share.
 *
 * @see https://www.iana.org/assignments/websocket/websocket.xhtml#close-code-number
 */
export function judgeCloseCode(code: number): Verdict {
  if (code === 1000) return ENDED
  if ((code >= 1011 && code <= 1014) || code === 4408 || code === 4429) return BUSY
  if (code === 3000 || code === 4401 || code === 1008) return AUTH
  if (code === 3003 || code === 4403) return FORBIDDEN
  if ([1002, 1003, 1007, 1009, 1010, 4400, 4404, 4405, 4406, 4409].includes(code)) return REQUEST
  return (code >= 3500 && code < 4000) || code >= 4500 ? REQUEST : NETWORK
}
