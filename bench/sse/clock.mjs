// Runs one contestant over one stream, in a page or in Node alike.
import { answer, streams } from './stream.mjs'

const kept = new Map()

/** Made once, and outside of what is measured. */
function prepared(stream, count) {
  const key = `${stream} ${count}`
  if (!kept.has(key)) kept.set(key, streams[stream](count))
  return kept.get(key)
}

/** How long it takes from the first chunk to the last message, in milliseconds; the best of a few tries. */
export async function clock(consume, stream, count, tries) {
  const { chunks, messages } = prepared(stream, count)
  let best = Infinity
  for (let attempt = 0; attempt < tries; attempt++) {
    let heard = 0
    let length = 0
    const began = performance.now()
    await consume(
      () => answer(chunks),
      (data) => {
        heard++
        length += data.length
      },
      messages,
    )
    const took = performance.now() - began
    if (heard !== messages || length === 0) throw new Error(`${stream}: ${heard} messages instead of ${messages}`)
    best = Math.min(best, took)
    // Who takes seconds is not asked again: noise is no longer what counts.
    if (took > 1_000) break
  }
  return best
}
