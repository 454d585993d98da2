/** Reads JSON that is still being written. */
export interface PartialJson {
  /** Takes the next piece, wherever it was cut. */
  write(piece: string): void
  /**
   * What can be said by now: strings as far as they have come, numbers and words once they are whole. The same object as
   * before for all that has not changed since, and a value once handed out never changes.
   */
  value(): unknown
  /** Whether this is no JSON: then nothing more is read. */
  readonly broken: boolean
  /** Whether the value is whole. */
  readonly done: boolean
}

/** An object or a list that is not closed yet. `shared` where it was handed out: then it is copied before it changes. */
type Open =
  | { readonly isList: true; items: unknown[]; shared: boolean }
  | { readonly isList: false; items: Record<string, unknown>; shared: boolean; key: string }

const SPACE = /[ \t\r\n]*/y
const PLAIN = /[^"\\]*/y
const WORD = /[-+.\w]*/y
const ESCAPE = /\\(u[\da-fA-F]{4}|["\\/bfnrt])/y
/** Of an escape that is still being written. */
const HALF_ESCAPE = /^\\(u[\da-fA-F]{0,3})?$/

/** Each character is looked at once, however many pieces there are. */
export function createPartialJson(): PartialJson {
  const stack: Open[] = []
  let root: unknown
  /** What was not understood without what follows: half an escape, half a word. */
  let rest = ''
  /** The string that is being read, and whether it is a key. */
  let text: string | undefined
  let isKey = false
  /** What may come next. */
  let next: 'value' | 'first' | 'key' | 'colon' | 'comma' | 'end' = 'value'
  let broken = false

  function write(piece: string): void {
    if (broken) return
    const source = rest + piece
    rest = ''
    let at = 0
    const match = (pattern: RegExp): string => {
      pattern.lastIndex = at
      const [found = ''] = pattern.exec(source) ?? []
      at += found.length
      return found
    }

    while (at < source.length && !broken) {
      if (text !== undefined) {
        text += match(PLAIN)
        if (source[at] === '"') {
          at++
          closeText()
        } else if (source[at] === '\\') {
          const escape = match(ESCAPE)
          if (escape) text += JSON.parse(`"${escape}"`) as string
          else {
            rest = source.slice(at)
            broken = !HALF_ESCAPE.test(rest)
            return
          }
        }
        continue
      }
      match(SPACE)
      const char = source[at]
      if (char === undefined) return
      if ('"{}[]:,'.includes(char)) {
        at++
        punctuate(char)
        continue
      }
      const word = match(WORD)
      // More of it may come.
      if (at === source.length && word) {
        rest = word
        return
      }
      if (!takeWord(word)) broken = true
    }
  }

  function punctuate(char: string): void {
    const top = stack[stack.length - 1]
    if (char === '"' && isDue(top)) [text, isKey] = ['', false]
    else if (char === '"' && (next === 'key' || next === 'first')) [text, isKey] = ['', true]
    else if (char === ':' && next === 'colon') next = 'value'
    else if (char === ',' && next === 'comma') next = top?.isList ? 'value' : 'key'
    else if ((char === '{' || char === '[') && isDue(top)) {
      open(
        char === '['
          ? { isList: true, items: [], shared: false }
          : { isList: false, items: {}, shared: false, key: '' },
      )
    } else if (top && char === (top.isList ? ']' : '}') && (next === 'comma' || next === 'first')) {
      stack.pop()
      settled()
    } else broken = true
  }

  function open(level: Open): void {
    put(level.items)
    stack.push(level)
    next = 'first'
  }

  function closeText(): void {
    const whole = text ?? ''
    text = undefined
    const top = stack[stack.length - 1]
    if (isKey && top && !top.isList) {
      top.key = whole
      next = 'colon'
    } else {
      put(whole)
      settled()
    }
  }

  function takeWord(word: string): boolean {
    if (!isDue(stack[stack.length - 1])) return false
    try {
      put(JSON.parse(word))
      settled()
      return true
    } catch {
      return false
    }
  }

  const isDue = (top: Open | undefined): boolean => next === 'value' || (next === 'first' && !!top?.isList)

  /** A value is whole: what may follow it? */
  function settled(): void {
    next = stack.length > 0 ? 'comma' : 'end'
  }

  /** Puts a value where it belongs; containers that were handed out are copied, from there up to the root. */
  function put(value: unknown): void {
    const depth = stack.length
    const top = stack[depth - 1]
    if (!top) {
      root = value
      return
    }
    own(depth - 1)
    if (top.isList) top.items.push(value)
    else set(top.items, top.key, value)
  }

  function own(depth: number): void {
    const level = stack[depth]
    if (!level?.shared) return
    if (level.isList) level.items = [...level.items]
    else level.items = { ...level.items }
    level.shared = false
    const above = stack[depth - 1]
    own(depth - 1)
    if (!above) root = level.items
    else if (above.isList) above.items[above.items.length - 1] = level.items
    else set(above.items, above.key, level.items)
  }

  return {
    write,
    value() {
      // A string that is still being written is shown as far as it has come, in a copy of what is around it.
      if (text !== undefined && !isKey) return stack.reduceRight<unknown>(around, text)
      for (const level of stack) level.shared = true
      return root
    },
    get broken() {
      return broken
    },
    get done() {
      return next === 'end' && !broken
    },
  }

  /** A container with something else in the place that is being written. The innermost one has that place still free. */
  function around(inner: unknown, level: Open): unknown {
    if (!level.isList) return { ...level.items, [level.key]: inner }
    return [...(level === stack[stack.length - 1] ? level.items : level.items.slice(0, -1)), inner]
  }
}

/** As `JSON.parse` does it: a key `__proto__` is a key. */
function set(items: Record<string, unknown>, key: string, value: unknown): void {
  if (key === '__proto__')
    Object.defineProperty(items, key, { value, enumerable: true, configurable: true, writable: true })
  else items[key] = value
}
