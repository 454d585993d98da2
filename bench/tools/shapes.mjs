// Arguments as models write them, cut into deltas.

const DELTA = 10

/** Each makes a value whose JSON is about so many characters long. */
export const shapes = {
  text: (length) => ({ path: 'src/index.ts', content: 'const answer = "42"\n'.repeat(length / 23) }),
  rows: (length) => ({
    rows: Array.from({ length: length / 50 }, (_, id) => ({ id, name: `somebody ${id}`, tags: ['a', 'b'] })),
  }),
  keys: (length) => Object.fromEntries(Array.from({ length: length / 20 }, (_, id) => [`field-${id}`, `value ${id}`])),
}

const kept = new Map()

/** The deltas, and the JSON that they come to. */
export function deltasOf(shape, count) {
  const key = `${shape} ${count}`
  if (!kept.has(key)) {
    const meant = JSON.stringify(shapes[shape](count * DELTA))
    const deltas = []
    for (let at = 0; at < meant.length; at += DELTA) deltas.push(meant.slice(at, at + DELTA))
    kept.set(key, { deltas, meant })
  }
  return kept.get(key)
}
