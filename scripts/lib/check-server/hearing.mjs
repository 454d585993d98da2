const tooLong = (text) => (text.length > 120 ? `${text.slice(0, 117)}…` : text)
/** What was seen, short enough for one line. */
export const show = (value) => tooLong(typeof value === 'string' ? value : (JSON.stringify(value) ?? String(value)))

/** Everything that a line has said, for whoever waits for some of it. */
export function createHearing() {
  const items = []
  const faults = []
  const wakers = new Set()
  let closed
  let firstAt
  let lastAt
  let longestMs = 0
  const wake = () => {
    for (const waker of [...wakers]) waker()
  }
  return {
    items,
    /** What could not be read. */
    faults,
    /** Why nothing more will come; undefined while something may. */
    closed: () => closed,
    /** When the first byte came. */
    firstAt: () => firstAt,
    /** The longest pause between two signs of life, also the one that is under way. */
    longestMs: () => Math.max(longestMs, performance.now() - (lastAt ?? performance.now())),
    messages: () => items.filter(({ t }) => t === undefined),
    controls: (t) => items.filter((item) => item.t === t),
    alive() {
      const now = performance.now()
      if (lastAt !== undefined) longestMs = Math.max(longestMs, now - lastAt)
      lastAt = now
      firstAt ??= now
      wake()
    },
    hear(...more) {
      items.push(...more)
      wake()
    },
    /** Reads an envelope; what is none is a fault. */
    read(text) {
      let value
      try {
        value = JSON.parse(text)
      } catch {
        faults.push(`no JSON: ${show(text)}`)
        return wake()
      }
      for (const item of [value].flat()) {
        const isItem = item instanceof Object && (typeof item.t === 'string' || 'data' in item)
        if (!isItem) faults.push(`neither a control nor a message: ${show(item)}`)
        else items.push(item)
      }
      wake()
    },
    shut(how) {
      closed ??= how
      wake()
    },
    /** True as soon as it is so; false when the time is over, or nothing more will come. */
    until(isSo, ms) {
      return new Promise((settle) => {
        const done = (value) => {
          wakers.delete(look)
          clearTimeout(timer)
          settle(value)
        }
        const look = () => {
          if (isSo()) done(true)
          else if (closed !== undefined) done(false)
        }
        const timer = setTimeout(() => done(isSo()), ms)
        wakers.add(look)
        look()
      })
    },
  }
}
