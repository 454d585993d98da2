/** For which attempt a value is asked. */
export interface Asking {
  /** Whether the server refused the credentials of the attempt before: what was kept of them is of no use. */
  readonly renew: boolean
  /** Fires when the attempt is given up. */
  readonly signal: AbortSignal
  /** The connection that asks: the same object for all its attempts. */
  readonly line: object
}

/** A value, or a function that is asked for it on every attempt. */
export type Given<T> = T | ((asking: Asking) => T | Promise<T>)

export const valueOf = async <T>(given: Given<T>, asking: Asking): Promise<T> =>
  typeof given === 'function' ? (given as (asking: Asking) => T | Promise<T>)(asking) : given
