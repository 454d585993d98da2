// The arithmetic of the benchmarks: small, pure, and tested (test/tools/bench.test.ts).

/** The middle one; of an even number of values the mean of the middle two. Undefined where there is none. */
export function median(values) {
  const sorted = values.filter((value) => value !== undefined).sort((a, b) => a - b)
  if (sorted.length === 0) return undefined
  const middle = sorted.length >> 1
  return sorted.length % 2 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2
}

/** How far the middle half of the values reaches, as a share of the median: 0.1 is ten percent. */
export function spread(values) {
  const sorted = values.filter((value) => value !== undefined).sort((a, b) => a - b)
  const middle = median(sorted)
  if (sorted.length < 3 || !middle) return undefined
  const at = (share) => sorted[Math.round(share * (sorted.length - 1))]
  return (at(0.75) - at(0.25)) / middle
}

/**
 * The median of the ratios, round by round: what disturbs a round disturbs both. Undefined where no round has both, or
 * where there is nothing to divide by.
 */
export function ratio(values, base) {
  return median(
    values.map((value, round) =>
      value === undefined || base[round] === undefined || base[round] === 0 ? undefined : value / base[round],
    ),
  )
}

/** Numbers from 0 to 1 that are the same in every run (mulberry32, a public-domain generator). */
export function createLuck(seed) {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
}

/** The same items in another order, which depends on nothing but the luck. */
export function shuffle(items, luck) {
  const shuffled = [...items]
  for (let last = shuffled.length - 1; last > 0; last--) {
    const other = Math.floor(luck() * (last + 1))
    ;[shuffled[last], shuffled[other]] = [shuffled[other], shuffled[last]]
  }
  return shuffled
}

/** Four digits that count; more would promise what no machine keeps. What is counted is kept as it is. */
export const rounded = (value) =>
  value === undefined || Number.isInteger(value) ? value : Number(value.toPrecision(4))
