import type { AttemptNote } from '../connection/notes.js'
import { arrange, make, say } from './dom.js'
import { fateOf, tellAttempt } from './describe.js'
import type { Material } from './material.js'
import type { Words } from './words.js'

const MOST_ROWS = 50

/** The attempts in words, the newest first: what the timeline draws, for reading. */
export interface AttemptsView {
  readonly element: HTMLElement
  show(material: Material, now: number): void
}

export function createAttemptList(words: Words): AttemptsView {
  const shown = new WeakMap<AttemptNote, HTMLElement>()
  const list = make('ol', { 'aria-label': words.attempts, class: 'attempts' })
  const element = make('details', {}, make('summary', {}, words.attempts), list)

  function rowFor(one: AttemptNote, now: number): HTMLElement {
    const row = shown.get(one) ?? make('li')
    shown.set(one, row)
    row.dataset.fate = fateOf(one)
    say(row, tellAttempt(one, now, words))
    return row
  }

  return {
    element,
    show({ attempts }, now) {
      const newest = attempts.slice(-MOST_ROWS).reverse()
      arrange(
        list,
        newest.map((one) => rowFor(one, now)),
      )
    },
  }
}
