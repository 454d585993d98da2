import type { Ending } from '../base/ending.js'
import { HoldlineError } from '../base/error.js'
import type { Verdict } from '../policy/verdict.js'

/** An ending as the error that a person reads: what happened, and what to do. */
export function explain(
  ending: Ending,
  { kind }: Verdict,
  { transport, attempt }: { readonly transport: string; readonly attempt: number },
  retryable: boolean,
): HoldlineError {
  const [code, message] = words(ending)
  return new HoldlineError(message, {
    kind,
    code,
    retryable,
    transport,
    attempt,
    status: ending.kind === 'refused' ? ending.status : undefined,
    closeCode: ending.kind === 'closed' ? ending.code : undefined,
    cause: 'cause' in ending ? ending.cause : undefined,
  })
}

function words(ending: Ending): readonly [code: string, message: string] {
  switch (ending.kind) {
    case 'dropped':
      return ['dropped', 'The line broke']
    case 'timeout':
      return ending.what === 'connect'
        ? ['connect-timeout', 'No answer in time; see connectTimeoutMs']
        : ['silence', 'The line went silent; see heartbeat']
    case 'refused':
      return [`http-${ending.status}`, `The server answered with HTTP status ${ending.status}`]
    case 'closed':
      return [`ws-${ending.code}`, `The WebSocket was closed with code ${ending.code} ${ending.reason}`]
    case 'reset':
      return ['reset', `The server starts anew ${ending.reason ?? ''}`]
    case 'garbled':
    case 'unusable':
      return [ending.code, ending.message]
    case 'finished':
    case 'aborted':
      return [ending.kind, ending.kind]
  }
}
