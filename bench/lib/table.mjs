// How numbers are written, and tables made of them.

const UNITS = {
  ms: [
    [1000, 's', 1000],
    [1, 'ms', 1],
    [1e-3, 'µs', 1e-3],
    [0, 'ns', 1e-6],
  ],
  bytes: [
    [1e6, 'MB', 1e6],
    [1e3, 'kB', 1e3],
    [0, 'B', 1],
  ],
}

const digits = (value) => {
  const size = Math.abs(value)
  if (size === 0 || Number.isInteger(value)) return value.toLocaleString('en-US')
  return size >= 100 ? Math.round(value).toLocaleString('en-US') : String(Number(value.toPrecision(size >= 10 ? 3 : 2)))
}

/** A value for people: `1234` in `ms` is "1.2 s". */
export function told(value, unit = '') {
  if (value === undefined) return '–'
  const steps = UNITS[unit]
  if (!steps) return unit ? `${digits(value)} ${unit}` : digits(value)
  const [, name, size] = steps.find(([from]) => Math.abs(value) >= from) ?? steps.at(-1)
  return `${digits(value / size)} ${name}`
}

/** Every contestant of ours is named after the package. */
export const isOurs = (name) => name.startsWith('holdline')

/** Around 1, where it is decided who is the better, one more digit is told. */
export const times = (value) => {
  if (value === undefined) return '–'
  return `${value >= 1 && value < 2 ? Number(value.toFixed(2)) : digits(value)} ×`
}

/** A Markdown table; the first column holds names, the others numbers. */
export function table(head, rows) {
  const line = (cells) => `| ${cells.map((cell) => String(cell).replaceAll('|', '\\|')).join(' | ')} |`
  const rule = head.map((_, index) => (index === 0 ? '---' : '--:'))
  return [line(head), line(rule), ...rows.map(line)].join('\n')
}
