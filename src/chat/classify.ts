import type { Ending } from '../base/ending.js'
import { judge, type Verdict } from '../policy/verdict.js'
import type { ChatOptions } from './types.js'

/** What is known of a run when one of its lines ends. */
interface Known {
  /** The protocol's mark that the answer is whole, if it has come. */
  readonly finish: unknown
  /** Whether its frames have ids, and whether its request may have reached the server. */
  readonly counted: boolean
  readonly sent: boolean
  /** Whether the server can be asked for the rest. */
  readonly goesOn: boolean
  /** Whether more may come behind the mark. */
  readonly endsWithDone: boolean | undefined
}

/** What the end of a line means for the answer on it. */
export function classify(
  chat: ChatOptions,
  ending: Ending,
  { finish, counted, sent, goesOn, endsWithDone }: Known,
): Verdict {
  const own = chat.classify?.(ending)
  if (own) return own
  const verdict = judge(ending)
  // Once the mark has come, the line may end in any way. What may be missing, such as the usage, is asked for where it is.
  if (finish && verdict.retry) {
    return counted && goesOn && endsWithDone && verdict.retry === true
      ? { ...verdict, retry: 'proven' }
      : { kind: 'ended', retry: false }
  }
  // A line that just closes has not said that this is the end.
  if (ending.kind === 'finished' && !ending.reason && !finish && counted) return { kind: 'network', retry: 'proven' }
  // A run that the server does not know will not become known.
  const final = sent && (verdict.kind === 'missing' || !goesOn)
  return final && verdict.kind !== 'ended' ? { ...verdict, retry: false } : verdict
}
