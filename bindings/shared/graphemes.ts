/** Where there is no `Intl.Segmenter`: what belongs together, but for some scripts. */
const ROUGHLY = /(?:\p{Regional_Indicator}{2}|\r\n|[^])(?:[\p{M}\p{Emoji_Modifier}]|\u200d[^])*/gu

/** Longer than what anybody reads as one character. */
const LONGEST = 256

/** The first whole character at or behind `least`, as its start and its end. `from` is the start of one. */
export function characterAt(text: string, from: number, least: number): readonly [start: number, end: number] {
  let start = from
  let end = from
  // No more than is needed: what waits behind it may be long.
  for (const segment of segmentsOf(text.slice(from, least + LONGEST))) {
    start = end
    end += segment.length
    if (end >= least) break
  }
  return [start, end]
}

function* segmentsOf(text: string): Generator<string> {
  if ('Segmenter' in Intl) for (const { segment } of new Intl.Segmenter().segment(text)) yield segment
  else for (const [segment] of text.matchAll(ROUGHLY)) yield segment
}
