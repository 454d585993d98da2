import { HoldlineError } from '../base/error.js'
import type { MessageEnd } from './message.js'

/** What is known of an answer when it comes to its end. */
export interface Known {
  /** The protocol's mark that the answer is whole, if it has come. */
  readonly finish: { readonly reason: string; readonly raw?: string | undefined } | undefined
  /** The same, if a server that is asked for more has nothing more to tell. */
  readonly turn: Known['finish']
  /** Whether anything of the answer has come, and whether a piece of it is missing. */
  readonly begun: boolean
  readonly holes: boolean
  /** Whether the word that ends the line says that the answer is whole. */
  readonly endsWithLine: boolean
}

/** The server said that nothing more will come (`done`), or ended the line with a word. */
export function conclude({ finish, begun, holes, endsWithLine }: Known, done: boolean, word?: string): MessageEnd {
  const { reason = 'stop', raw = word } = finish ?? {}
  const whole = finish || done || (endsWithLine && word !== undefined && word !== 'truncated')
  const rest = raw === undefined ? {} : { raw }
  if (word === 'stopped') return { state: word, ...rest }
  if (whole && !holes && word !== 'error') return { state: 'complete', reason, ...rest }
  return { ...broken(truncated(), begun && word !== 'error'), ...rest }
}

/** The server was asked for the rest as often as makes sense. */
export function givenUp(known: Known, error: HoldlineError): MessageEnd {
  const finish = known.finish ?? (error.code === 'finished' ? known.turn : undefined)
  return finish ? conclude({ ...known, finish }, false) : broken(error, known.begun)
}

/** What has come is kept and called truncated; where that is nothing, or the model gave up, it is an error. */
export const broken = (error: HoldlineError, some: boolean): MessageEnd => ({
  state: some ? 'truncated' : 'error',
  error,
})

export const truncated = (): HoldlineError =>
  new HoldlineError('The answer broke off; regenerate it', {
    kind: 'protocol',
    code: 'truncated',
    retryable: true,
  })
