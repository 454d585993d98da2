/** Options that are looked up when they are asked for: what a component says later counts for the next request. */
export const current = <O extends object>(now: () => O): O =>
  // Around nothing of its own: a key that was left out at first may come later.
  new Proxy({} as O, {
    get: (_, key) => now()[key as keyof O],
    has: (_, key) => key in now(),
    ownKeys: () => Reflect.ownKeys(now()),
    getOwnPropertyDescriptor: (_, key) => ({
      value: now()[key as keyof O],
      enumerable: key in now(),
      configurable: true,
    }),
  })
