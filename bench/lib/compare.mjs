// Whether something has become clearly worse than what is kept.
import { times, told } from './table.mjs'

/** How much worse, as a factor, is no clear step back: compressors and engines differ a little, ratios of times a lot. */
const TOLERANCE = { bytes: 1.02, count: 1.02, ratio: 2, time: 2 }

/** @returns the steps back as sentences, and how many values were compared */
export function compare(kept, now, only) {
  const steps = []
  let compared = 0
  for (const { name, values, failed } of now.rows) {
    const before = kept.rows.find((row) => row.name === name)
    if (failed) steps.push({ kind: 'failed', text: `${kept.id}: ${name} failed: ${failed}` })
    if (failed || !before || name === kept.limit) continue
    for (const column of kept.columns) {
      if (only && !only.includes(column.id)) continue
      const [was, is] = [valueOf(before.values[column.id], column), valueOf(values[column.id], column)]
      if (was === undefined) continue
      compared++
      if (is === undefined) {
        steps.push({
          kind: column.kind,
          text: `${kept.id}: ${name}, ${column.title}: there is no value any more. ${accept(kept.id)}`,
        })
      } else if (isWorse(was, is, column)) {
        const write = (value) => (column.kind === 'time' ? `${times(value)} the limit` : told(value, column.unit))
        const text = `${kept.id}: ${name}, ${column.title}: ${write(is)}, was ${write(was)}. ${accept(kept.id)}`
        steps.push({ kind: column.kind, text })
      }
    }
  }
  return { steps, compared }
}

const accept = (id) => `If that is meant: npm run bench -- ${id} --short --write`

/** Times are never compared, but for what they are of the limit's, in the same rounds. */
const valueOf = (value, { kind }) => (kind === 'time' ? value?.toLimit : value?.median)

function isWorse(was, is, { kind, better, tolerance = TOLERANCE[kind] }) {
  if (better === 'more') return is < was / tolerance
  // From nothing to something is a step, whatever the factor.
  return is > Math.max(was * tolerance, was === 0 && kind !== 'count' ? 1 : was)
}
