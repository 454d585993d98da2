// From results.json to docs/benchmarks.md and its plots: nothing in them comes from anywhere else.
import { plot } from './plot.mjs'
import { isOurs, table, times, told } from './table.mjs'

/** @returns the text of each file, by its path below docs/ */
export function reportOf({ machine, peers, benchmarks }) {
  const files = {
    'benchmarks.md': [intro(machine, benchmarks), ...benchmarks.map(section), versions(peers)].join('\n\n') + '\n',
  }
  for (const benchmark of benchmarks) files[`benchmarks/${benchmark.id}.svg`] = plot(benchmark)
  return files
}

function intro({ processor, cores, memoryGB, system, node, chromium }, benchmarks) {
  const goals = benchmarks.flatMap((benchmark) => benchmark.goals)
  const reached = goals.filter((goal) => goal.reached).length
  const short = benchmarks.filter((benchmark) => benchmark.short).map(({ id }) => id)
  return `# Benchmarks

<!-- Written by bench/report.mjs from bench/results.json. Run "npm run bench" instead of editing. -->

What holdline costs, beside what others cost and beside what the platform itself costs. \`npm run bench\` measures all of it again and writes this page; \`npm run bench -- size sse\` measures some of it. \`npm run bench:check\` compares sizes, counts and ratios with the ones below and fails at a clear step back.

Measured on ${cores} cores of ${processor}, ${memoryGB} GB, ${system}, Node ${node}${chromium ? `, Chromium ${chromium}` : ''}. The contestants take turns in an order that changes with each round; a value is the median of the rounds, a ratio the median of each round's ratio. Trust the ratios and the counts: the times are those of one machine.

${reached} of ${goals.length} goals are reached; each stands below its table.${short.length > 0 ? ` Measured in the short form, with fewer rounds: ${short.join(', ')}.` : ''}`
}

function section(benchmark) {
  const { id, title, what, rows, goals, rounds } = benchmark
  const failed = rows.filter((row) => row.failed)
  return [
    `## ${title}`,
    what.trim(),
    `![${title}: the values of the table below, as bars](benchmarks/${id}.svg)`,
    tableOf(benchmark),
    failed.map(({ name, failed: why }) => `- **${name}** failed: ${why}`).join('\n'),
    goals.map(goalLine(benchmark)).join('\n'),
    `\`npm run bench -- ${id}\`, ${rounds === 1 ? 'one round' : `${rounds} rounds`}.`,
  ]
    .filter(Boolean)
    .join('\n\n')
}

/** The value, and in brackets how many times the limit's that is. */
export function tableOf({ columns, rows, limit }) {
  const head = ['', ...columns.map(({ title }) => title)]
  const atLimit = rows.find(({ name }) => name === limit)?.values ?? {}
  const cell = (row, { id, unit, kind }) => {
    const value = row.values[id]
    if (!value) return '–'
    const text = told(value.median, unit)
    // Where the limit is one, the value itself is the ratio.
    const isRatio = kind === 'ratio' || (kind === 'count' && atLimit[id]?.median === 1)
    const toLimit = row.name !== limit && !isRatio && value.toLimit !== undefined
    return toLimit ? `${text} (${times(value.toLimit)})` : text
  }
  const name = (row) => (isOurs(row.name) ? `**${row.name}**` : row.name === limit ? `${row.name} _(limit)_` : row.name)
  const lines = rows.map((row) => [name(row), ...columns.map((column) => (row.failed ? 'failed' : cell(row, column)))])
  return table(head, lines)
}

const goalLine =
  ({ columns, limit }) =>
  ({ text, column, against, max, min, value, reached }) => {
    const { unit, title } = columns.find(({ id }) => id === column) ?? { title: column }
    const write = (number) => (against === undefined ? told(number, unit) : times(number))
    const bound = max === undefined ? `at least ${write(min)}` : `at most ${write(max)}`
    const beside =
      against === undefined
        ? ''
        : ` of ${[against]
            .flat()
            .map((name) => (name === 'limit' ? limit : name))
            .join(', ')}`
    const verdict = reached === undefined ? 'Not measured' : reached ? 'Reached' : '**Not reached**'
    return `- ${verdict}: ${text} (${title}: ${bound}${beside}; it is ${write(value)}).`
  }

function versions(peers) {
  const rows = Object.entries(peers).map(([name, version]) => [name, version])
  return `## Versions\n\n${table(['package', 'version'], rows)}`
}
