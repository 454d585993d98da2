import { rules } from './rules.mjs'

/** Gathers what was seen. Each rule has one verdict per line that was checked; the first WRONG counts. */
export function createReport(where, tell = () => {}) {
  const results = []
  const add = (rule, verdict, seen) => {
    const result = { where, rule, verdict, seen, ...rules[rule] }
    results.push(result)
    tell(result)
  }
  return {
    results,
    /** `seen` says what was seen, where it is wrong; nothing where all is well. */
    judge(rule, seen) {
      add(rule, seen === undefined ? 'ok' : rules[rule].level === 'must' ? 'WRONG' : 'advice', seen)
      return seen === undefined
    },
    skip: (rule, why) => add(rule, 'unchecked', why),
  }
}

/** One line for what is well; what is wrong says what was seen, what ought to be, and how to mend it. */
export function lineOf({ where, verdict, what, seen, section, says, mend }) {
  const head = `${verdict.padEnd(9)}  ${where.padEnd(11)}  ${what}`
  if (verdict === 'ok') return head
  if (verdict === 'unchecked') return `${head}: ${seen}`
  return [head, `seen: ${seen}`, `PROTOCOL.md, section ${section}: “${says}”`, `mend: ${mend}`].join(
    `\n${' '.repeat(11)}`,
  )
}

export function summaryOf(results) {
  const count = (wanted) => results.filter(({ verdict }) => verdict === wanted).length
  const more = [
    [count('advice'), 'advised'],
    [count('unchecked'), 'not checked'],
  ].filter(([number]) => number > 0)
  return [`${count('ok')} ok`, `${count('WRONG')} wrong`, ...more.map(([number, word]) => `${number} ${word}`)].join(
    ', ',
  )
}
