/** How fast frames follow each other. */
export interface Pace {
  frame(now: number): void
  /** Over the last second: how many frames, and the longest time between two, in milliseconds. */
  at(now: number): { readonly perSecond: number; readonly longestMs: number }
  /** Standing still is no long frame. */
  rest(): void
}

const WINDOW_MS = 1_000

export function createPace(): Pace {
  const frames: number[] = []
  const forget = (now: number): void => {
    while (frames.length > 0 && now - frames[0]! > WINDOW_MS) frames.shift()
  }
  return {
    frame(now) {
      frames.push(now)
      forget(now)
    },
    at(now) {
      forget(now)
      const spans = frames.slice(1).map((time, index) => time - frames[index]!)
      const last = frames.at(-1)
      const overMs = (last ?? 0) - (frames[0] ?? 0)
      return {
        // By the time that they took, not by the edges of the window.
        perSecond: overMs > 0 ? (1000 * spans.length) / overMs : 0,
        longestMs: Math.max(0, ...spans, last === undefined ? 0 : now - last),
      }
    },
    rest: () => void frames.splice(0),
  }
}
