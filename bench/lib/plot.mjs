// Bars, as an SVG that stands on a card of its own, so that it can be read on a light and on a dark page.
import { isOurs, told } from './table.mjs'

const WIDTH = 760
const NAMES = 280
const NUMBERS = 90
const ROW = 22
const HEAD = 34
const GAP = 14

const escape = (text) => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;')

/** One panel for each column that the benchmark wants to see; the first column without `plot`. */
export function plot({ id, title, columns, rows, limit }) {
  const wanted = columns.filter((column) => column.plot)
  const panels = (wanted.length > 0 ? wanted : columns.slice(0, 1)).slice(0, 3).map((column) => panelOf(column, rows))
  const height = panels.reduce((sum, { bars }) => sum + HEAD + bars.length * ROW + GAP, GAP)
  let top = GAP
  const body = panels.map((panel) => {
    const text = drawPanel(panel, top, limit)
    top += HEAD + panel.bars.length * ROW + GAP
    return text
  })
  const summary = panels.map(
    ({ column, bars }) => `${column.title}: ${bars.map((bar) => `${bar.name} ${bar.text}`).join(', ')}`,
  )
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" width="${WIDTH}" height="${height}" role="img" aria-labelledby="${id}-title ${id}-desc">
<title id="${id}-title">${escape(title)}</title>
<desc id="${id}-desc">${escape(summary.join('. '))}</desc>
<style>
text { font: 13px system-ui, sans-serif; fill: #24292f }
.head { font-weight: 600 }
.card { fill: #ffffff; stroke: #d0d7de }
.bar { fill: #a9b4c0 }
.ours { fill: #0b7285 }
.limit { fill: #d9a441 }
.strong { font-weight: 600 }
@media (prefers-color-scheme: dark) {
text { fill: #e6edf3 }
.card { fill: #161b22; stroke: #30363d }
.bar { fill: #56616e }
.ours { fill: #3bc9db }
.limit { fill: #d9a441 }
}
</style>
<rect class="card" x="0.5" y="0.5" width="${WIDTH - 1}" height="${height - 1}" rx="8"/>
${body.join('\n')}
</svg>
`
}

function panelOf(column, rows) {
  const bars = rows
    .filter((row) => row.values[column.id])
    .map(({ name, values }) => ({ name, value: values[column.id].median }))
    .sort((a, b) => (column.better === 'more' ? b.value - a.value : a.value - b.value))
    .map((bar) => ({ ...bar, text: told(bar.value, column.unit) }))
  const positive = bars.map(({ value }) => value).filter((value) => value > 0)
  const [least, most] = [Math.min(...positive), Math.max(...positive)]
  // Where the last is dozens of times the first, equal steps would leave nothing to see of the first.
  const logarithmic = most / least > 40
  const share = (value) => {
    if (!(value > 0)) return 0
    return logarithmic ? (Math.log(value / least) + 0.35) / (Math.log(most / least) + 0.35) : value / most
  }
  return { column, logarithmic, bars: bars.map((bar) => ({ ...bar, share: share(bar.value) })) }
}

function drawPanel({ column, logarithmic, bars }, top, limit) {
  const room = WIDTH - NAMES - NUMBERS - 32
  const hint = `${column.better === 'more' ? 'more' : 'less'} is better${logarithmic ? ', logarithmic scale' : ''}`
  const lines = bars.map(({ name, text, share }, index) => {
    const y = top + HEAD + index * ROW
    const kind = isOurs(name) ? 'ours' : name === limit ? 'limit' : ''
    const width = Math.max(1, share * room).toFixed(1)
    const strong = kind === 'ours' ? ' class="strong"' : ''
    return `<text${strong} x="${NAMES}" y="${y + 12}" text-anchor="end">${escape(name)}</text><rect class="bar ${kind}" x="${NAMES + 10}" y="${y}" width="${width}" height="16" rx="2"/><text${strong} x="${NAMES + 16 + Number(width)}" y="${y + 12}">${escape(text)}</text>`
  })
  return `<text class="head" x="16" y="${top + 16}">${escape(column.title)} (${hint})</text>\n${lines.join('\n')}`
}
