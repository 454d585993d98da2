// What a model says in the benchmark: the same tokens every time, in paragraphs of some eighty.
const WORDS = 'the engine weaves algebraic patterns just as a loom weaves flowers and leaves , so it is said'.split(' ')

/** Token `n`, counted from 0. */
export const tokenOf = (n) => (n % 80 === 79 ? '.\n\n' : `${WORDS[(n * 7 + (n >> 4)) % WORDS.length]} `)

/** How long all of them are together. */
export function lengthOf(count) {
  let length = 0
  for (let n = 0; n < count; n++) length += tokenOf(n).length
  return length
}

/** How many messages stand above the answer. */
export const HISTORY = 100

/** The conversation so far. */
export const history = Array.from({ length: HISTORY }, (_, index) => ({
  id: `old-${index}`,
  role: index % 2 === 0 ? 'user' : 'assistant',
  text: Array.from({ length: index % 2 === 0 ? 12 : 90 }, (_none, n) => tokenOf(index * 100 + n)).join(''),
}))
