/** Tells what is new of a text that may come in pieces, or whole each time. */
export interface Growth {
  /** A piece came. */
  add(key: string, piece: string): string
  /** The whole text so far came: returns what had not come yet. */
  rest(key: string, whole: string): string
}

export function createGrowth(): Growth {
  const lengths = new Map<string, number>()
  const grown = (key: string): number => lengths.get(key) ?? 0
  return {
    add(key, piece) {
      lengths.set(key, grown(key) + piece.length)
      return piece
    },
    rest(key, whole) {
      const known = grown(key)
      lengths.set(key, Math.max(known, whole.length))
      return whole.slice(known)
    },
  }
}
