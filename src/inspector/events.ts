import type { JournalEntry } from '../connection/journal.js'
import type { Sign } from '../connection/notes.js'
import { arrange, make, say } from './dom.js'
import { type Group, type Row, rowOf, rowOfSign, timeOf } from './describe.js'
import type { Material } from './material.js'
import type { Words } from './words.js'

/** More than anybody reads; the filter finds the others. */
const MOST_ROWS = 200

const GROUPS = ['all', 'states', 'messages', 'life', 'trouble', 'differs'] as const

/** The list of events, the newest first, with its filter. */
export interface EventsView {
  readonly element: HTMLElement
  /** Shows only that kind. */
  choose(group: (typeof GROUPS)[number]): void
  show(material: Material): void
}

type Item = JournalEntry | Sign

interface Kept {
  readonly count: number
  readonly row: Row
}

export function createEvents(words: Words, changed: () => void): EventsView {
  const rows = new WeakMap<Item, Kept>()
  const shown = new WeakMap<Item, HTMLElement>()
  const kind = make('select', {}, ...GROUPS.map((group) => make('option', { value: group }, words[group])))
  const text = make('input', { type: 'search', placeholder: words.filter, 'aria-label': words.filter })
  const list = make('ol', { 'aria-label': words.events, tabindex: '0', class: 'events' })
  const empty = make('p', { class: 'empty' }, words.nothing)
  kind.addEventListener('change', changed)
  text.addEventListener('input', changed)

  /** Notes of signs go on being written; entries never change. */
  function rowFor(item: Item, { replayed }: Material): Row {
    const count = 'count' in item ? item.count : 1
    const kept = rows.get(item)
    if (kept?.count === count) return kept.row
    const row = 'count' in item ? rowOfSign(item) : rowOf(item, words, replayed?.get(item))
    rows.set(item, { count, row })
    return row
  }

  function elementFor(item: Item, row: Row): HTMLElement {
    const element = shown.get(item) ?? createRow(row)
    shown.set(item, element)
    say(element.querySelector('span')!, row.text)
    return element
  }

  function wanted(material: Material): readonly (readonly [Item, Row])[] {
    const needle = text.value.toLowerCase()
    const found: (readonly [Item, Row])[] = []
    for (const item of newestFirst(material)) {
      const row = rowFor(item, material)
      const ofKind = kind.value === 'all' || row.groups.includes(kind.value as Group)
      if (ofKind && `${row.title} ${row.text}`.toLowerCase().includes(needle)) found.push([item, row])
      if (found.length === MOST_ROWS) break
    }
    return found
  }

  return {
    element: make(
      'section',
      { 'aria-label': words.events },
      make('div', { class: 'bar' }, make('label', {}, words.kind, ' ', kind), text),
      list,
      empty,
    ),
    choose(group) {
      kind.value = group
      text.value = ''
    },
    show(material) {
      const found = wanted(material)
      arrange(
        list,
        found.map(([item, row]) => elementFor(item, row)),
      )
      empty.hidden = found.length > 0
    },
  }
}

/** Both lists are in the order of time already. */
function* newestFirst({ entries, signs }: Material): Generator<Item> {
  let entry = entries.length - 1
  let sign = signs.length - 1
  while (entry >= 0 || sign >= 0) {
    const [first, second] = [entries[entry], signs[sign]]
    if (second && (!first || second.atMs > first.world.now)) {
      sign -= 1
      yield second
    } else if (first) {
      entry -= 1
      yield first
    }
  }
}

/** Its details are written when somebody opens it. */
function createRow({ atMs, title, groups, detail }: Row): HTMLElement {
  const more = make('pre')
  const details = make(
    'details',
    {},
    make('summary', {}, make('time', {}, timeOf(atMs)), ' ', make('b', {}, title), ' ', make('span')),
    more,
  )
  details.addEventListener('toggle', () => say(more, details.open ? JSON.stringify(detail, undefined, 2) : ''))
  return make('li', { 'data-groups': groups.join(' '), 'data-type': title }, details)
}
