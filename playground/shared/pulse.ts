import type { Sample } from './live'

const WIDTH = 480
const HEIGHT = 120
/** How much time the strip shows. */
const SPAN_MS = 60_000
/** A sample that is older than this at the right edge leaves a hole that can be seen. */
const FRESH_MS = 1_500

export interface Shapes {
  readonly area: string
  readonly trace: string
  /** From the newest sample to now, while nothing comes. */
  readonly gap: string
  /** A dot for each sample that came later than its time. */
  readonly filled: string
}

/** The last minute as paths; `late` names samples by their time, `now` is the server's. */
export function shapesOf(samples: readonly Sample[], late: ReadonlySet<number>, now: number): Shapes {
  const x = (at: number): string => (WIDTH - ((now - at) / SPAN_MS) * WIDTH).toFixed(1)
  const y = (cpu: number): string => (HEIGHT - 6 - (Math.min(100, cpu) / 100) * (HEIGHT - 12)).toFixed(1)
  const shown = samples.filter(({ at }) => now - at < SPAN_MS + 2_000)
  const [first, last] = [shown[0], shown.at(-1)]
  if (!first || !last) return { area: '', trace: '', gap: '', filled: '' }
  const trace = `M${shown.map(({ at, cpu }) => `${x(at)} ${y(cpu)}`).join('L')}`
  return {
    trace,
    area: `${trace}L${x(last.at)} ${HEIGHT}L${x(first.at)} ${HEIGHT}Z`,
    gap: now - last.at > FRESH_MS ? `M${x(last.at)} ${y(last.cpu)}H${WIDTH}` : '',
    filled: shown
      .filter(({ at }) => late.has(at))
      .map(({ at, cpu }) => `M${x(at)} ${y(cpu)}h0.01`)
      .join(''),
  }
}
