/** Finds out how much of a Markdown text is settled: nothing that is written after it changes how it looks. */
export interface Settler {
  write(delta: string): void
  /** Where the last block begins that may still change. */
  readonly at: number
}

const FENCE = /^ {0,3}(`{3,}|~{3,})(.*)/
/** Lines that may belong to what is above the empty line: an item of the same list, something indented, a quotation. */
const GOES_ON = /^([ \t>[|]|[-*+] |\d+[.)] )/

/** Looks at each line once, when it is whole. */
export function createSettler(): Settler {
  let line = ''
  let end = 0
  let at = 0
  /** Behind the last empty line outside of a fence. */
  let gap = 0
  let fence = ''

  function take(text: string): void {
    const [, marks = '', info = ''] = FENCE.exec(text) ?? []
    if (fence) {
      if (marks.startsWith(fence) && !info.trim()) fence = ''
      return
    }
    if (!text.trim()) {
      gap = end
      return
    }
    if (!GOES_ON.test(text)) at = gap
    fence = marks
  }

  return {
    write(delta) {
      line += delta
      if (!delta.includes('\n')) return
      const lines = line.split('\n')
      line = lines.pop() ?? ''
      for (const text of lines) {
        end += text.length + 1
        take(text)
      }
    },
    get at() {
      return at
    },
  }
}
