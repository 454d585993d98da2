// From what was measured, round by round, to what is kept: medians, spreads, ratios, and whether the goals are reached.
import { median, ratio, rounded, spread } from './numbers.mjs'

/**
 * `samples`: contestant -> column -> a value for each round, or undefined where that round has none. `failures`:
 * contestant -> why it is out.
 */
export function summarise(benchmark, { contestants, columns }, samples, failures) {
  const { ours, limit } = benchmark
  const valuesOf = (contestant, column) => samples[contestant]?.[column] ?? []
  const rows = contestants.map((name) => {
    const values = {}
    for (const { id, kind } of columns) {
      const own = valuesOf(name, id)
      const middle = rounded(median(own))
      if (middle === undefined) continue
      values[id] = { median: middle }
      if (kind === 'time') values[id].spread = rounded(spread(own))
      if (limit) values[id].toLimit = rounded(ratio(own, valuesOf(limit, id)))
      if (ours) values[id].toOurs = rounded(ratio(own, valuesOf(ours, id)))
    }
    return { name, ...(failures[name] ? { failed: failures[name] } : {}), values }
  })
  const goals = (benchmark.goals ?? []).map((goal) => judge(goal, benchmark, columns, valuesOf))
  return { id: benchmark.id, title: benchmark.title, what: benchmark.what, ours, limit, columns, rows, goals }
}

/** What a goal comes to. Against several contestants it is against the best of them. */
function judge(goal, { ours, limit }, columns, valuesOf) {
  const { column, contestant = ours, against, max, min, text } = goal
  const own = valuesOf(contestant, column)
  let value = median(own)
  if (against !== undefined) {
    const names = [against].flat().map((name) => (name === 'limit' ? limit : name))
    const more = columns.find(({ id }) => id === column)?.better === 'more'
    const ratios = names.map((name) => ratio(own, valuesOf(name, column))).filter((each) => each !== undefined)
    // The best of them makes the ratio the hardest one: the highest where less is better, else the lowest.
    value = ratios.length === 0 ? undefined : more ? Math.min(...ratios) : Math.max(...ratios)
  }
  const reached = value === undefined ? undefined : value <= (max ?? Infinity) && value >= (min ?? -Infinity)
  return { text, column, contestant, against, max, min, value: rounded(value), reached }
}
