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

/** An ending in one word, such as `http-503`, `ws-1006`, `silence`: the code of its error. */
export function codeOf(ending: Ending): string {
  if ('status' in ending) return `http-${ending.status}`
  if ('code' in ending) return typeof ending.code === 'number' ? `ws-${ending.code}` : ending.code
  return 'what' in ending ? ending.what : ending.kind
}

/**
 * The meaning of every ending; the first row that fits counts. 3500 to 3999 and 4500 to 4999 say "do not come back" by
 * a convention that other servers share.
 *
 * @see https://www.rfc-editor.org/rfc/rfc9110#name-status-codes
 * @see https://www.iana.org/assignments/websocket/websocket.xhtml#close-code-number
 */
const MEANINGS: readonly (readonly [RegExp, ErrorKind, Verdict['retry']])[] = [
  [/^(finished|ws-1000)$/, 'ended', false],
  [/^aborted$/, 'aborted', false],
  [/^(connect-timeout|first-byte|silence)$/, 'timeout', true],
  [/^(http-(408|425|429|5(?!01|05)..)|ws-(101[1-4]|44(08|29)))$/, 'server-busy', true],
  [/^(http-401|ws-(3000|4401|1008))$/, 'auth', 'once'],
  [/^(http-4(03|51)|ws-(3003|4403))$/, 'forbidden', false],
  [/^http-404$/, 'missing', 'proven'],
  [/^(http-4(09|1[026])|ws-441[026]|reset)$/, 'cursor', 'reset'],
  [/^(http-.*|ws-(10(0[2379]|10)|4(40[04569]|[5-9]..)|3[5-9]..))$/, 'request', false],
  [/^(dropped|ws-.*)$/, 'network', true],
]

/** What an ending means by default. An option may say otherwise: {@link LineOptions.classify}. */
export function judge(ending: Ending): Verdict {
  // The server, or we ourselves, did not keep to what was agreed on.
  if (ending.kind === 'garbled') return { kind: 'protocol', retry: 'proven' }
  const code = codeOf(ending)
  const [, kind, retry] = MEANINGS.find(([pattern]) => pattern.test(code)) ?? [0, 'request' as const, false]
  return { kind, retry }
}
