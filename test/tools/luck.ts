/** Chance that can be had again: the same seed brings the same draws. */
export interface Luck {
  readonly seed: number
  /** A whole number from 0 to one less than `limit`. */
  below(limit: number): number
  /** Whether something happens that happens so often, from 0 to 1. */
  chance(share: number): boolean
  pick<T>(list: readonly [T, ...T[]]): T
}

export function createLuck(seed: number): Luck {
  // Zero would stay zero for ever, and seeds that are close together begin alike: a few draws part them.
  let state = (seed ^ 0x5bd1e995) | 1
  const draw = (): number => {
    state ^= state << 13
    state ^= state >>> 17
    state ^= state << 5
    return (state >>> 0) / 2 ** 32
  }
  for (let nth = 0; nth < 8; nth++) draw()
  const below = (limit: number): number => Math.floor(draw() * limit)
  return {
    seed,
    below,
    chance: (share) => draw() < share,
    pick: <T>(list: readonly [T, ...T[]]): T => list[below(list.length)] ?? list[0],
  }
}
