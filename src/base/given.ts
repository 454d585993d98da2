/** A value, or a function that is asked for it on every attempt. */
export type Given<T> = T | (() => T | Promise<T>)

export const valueOf = async <T>(given: Given<T>): Promise<T> =>
  typeof given === 'function' ? (given as () => T | Promise<T>)() : given
