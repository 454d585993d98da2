import { type DependencyList, useInsertionEffect, useState } from 'react'

/**
 * Makes something of what it is given, and makes it anew when one of `deps` changes; unlike `useMemo` it never forgets.
 * `now` tells what was given in the latest render, so that no function of an old render is ever called.
 */
export function useMade<G, V>(given: G, deps: DependencyList, make: (now: () => G) => V): V {
  const begin = () => {
    let latest = given
    return {
      deps,
      value: make(() => latest),
      give(next: G): void {
        latest = next
      },
    }
  }
  let [made, remake] = useState(begin)
  // What was made has no effects before it is used, so a render that is thrown away costs nothing.
  if (deps.some((dep, at) => !Object.is(dep, made.deps[at]))) remake((made = begin()))
  // After the render: one that is thrown away must not be heard of.
  useInsertionEffect(() => made.give(given))
  return made.value
}
