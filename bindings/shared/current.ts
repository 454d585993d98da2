/** Options that are looked up when they are asked for: what a component says later counts for the next request. */
export const current = <O extends object>(now: () => O): O =>
  new Proxy({ ...now() }, { get: (_, key) => now()[key as keyof O] })
