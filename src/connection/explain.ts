import type { Ending } from '../base/ending.js'
import { HoldlineError } from '../base/error.js'
import { codeOf, type Verdict } from '../policy/verdict.js'

const MESSAGES: Readonly<Record<string, string>> = {
  dropped: 'The line broke',
  'connect-timeout': 'No answer in time; see connectTimeoutMs',
  'first-byte': 'The stream opened and said nothing: something on the way holds it back',
  silence: 'The line went silent; see heartbeat',
  'ws-1006': 'The line broke, or the server refused it',
}

/** An ending as the error that a person reads: what happened, and what to do. */
export function explain(
  ending: Ending,
  { kind }: Verdict,
  { transport, attempt }: { readonly transport: string; readonly attempt: number },
  retryable: boolean,
): HoldlineError {
  const code = codeOf(ending)
  const { message, reason = '', status, cause } = ending as Partial<Record<string, string> & { status: number }>
  return new HoldlineError(message ?? MESSAGES[code] ?? `The server answered ${code} ${reason}`.trim(), {
    kind,
    code,
    retryable,
    transport,
    attempt,
    status,
    closeCode: ending.kind === 'closed' ? ending.code : undefined,
    cause,
  })
}
