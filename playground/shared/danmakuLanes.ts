/** Where a comment wants to be: rolling from right to left, or standing still for a while. */
export type Place = 'roll' | 'top' | 'bottom'

/** What is needed to know whether a lane is free. */
export interface OnLane {
  /** The left edge and the width, in pixels of the page. */
  x: number
  readonly width: number
}

export interface Lanes<T extends OnLane> {
  /** Puts it on a lane where it touches nobody, and returns the lane's middle; undefined if there is none. */
  take(flyer: T, place: Place): number | undefined
  /** Its lane is free again. */
  leave(flyer: T): void
  /** How many there are to roll on. */
  readonly rolling: number
}

interface Lane<T> {
  readonly middle: number
  last: T | undefined
}

/** The space between two comments on one lane, in pixels. */
const GAP_PX = 18
/** How much of the height belongs to those that stand, above and below each. */
const STANDING = 0.15

/**
 * Divides a height into lanes. Those that stand have lanes of their own, and all that roll are equally fast: so who did
 * not touch anybody when it came never will.
 */
export function createLanes<T extends OnLane>(
  width: number,
  height: number,
  lanePx: number,
  density: number,
): Lanes<T> {
  const count = Math.max(3, Math.floor(height / lanePx))
  const standing = Math.max(1, Math.round(count * STANDING))
  const all = Array.from({ length: count }, (_, index): Lane<T> => ({
    middle: (index + 0.5) * (height / count),
    last: undefined,
  }))
  const between = all.slice(standing, count - standing)
  const lanes: Readonly<Record<Place, readonly Lane<T>[]>> = {
    roll: between.slice(0, Math.max(1, Math.round(between.length * density))),
    top: all.slice(0, standing),
    bottom: all.slice(count - standing).toReversed(),
  }
  const laneOf = new Map<T, Lane<T>>()

  const isFree = ({ last }: Lane<T>, place: Place): boolean =>
    last === undefined || (place === 'roll' && last.x + last.width + GAP_PX <= width)

  return {
    take(flyer, place) {
      const lane = lanes[place].find((one) => isFree(one, place))
      if (!lane) return undefined
      lane.last = flyer
      laneOf.set(flyer, lane)
      return lane.middle
    },
    leave(flyer) {
      const lane = laneOf.get(flyer)
      laneOf.delete(flyer)
      if (lane?.last === flyer) lane.last = undefined
    },
    rolling: lanes.roll.length,
  }
}
