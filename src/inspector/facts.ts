import type { ConnectionState } from '../connection/state.js'
import { make, say } from './dom.js'
import { seconds, sizeOf, timeOf, whyOf } from './describe.js'
import type { Material } from './material.js'
import type { Words } from './words.js'

/** What is known at a glance. */
const FACTS = [
  'transport',
  'attempt',
  'failures',
  'cursor',
  'messages',
  'bytes',
  'life',
  'lastByte',
  'gaps',
  'faults',
] as const

type Fact = (typeof FACTS)[number]

/** What the line is doing now, and what has come so far. */
export interface FactsView {
  readonly elements: readonly HTMLElement[]
  show(material: Material, state: ConnectionState | undefined, now: number): void
}

export function createFacts(words: Words): FactsView {
  const word = make('strong')
  const why = make('span', { class: 'why' })
  // What counts down is not read aloud all the time.
  const wait = make('span', { class: 'wait', 'aria-hidden': 'true' })
  const status = make(
    'p',
    { class: 'now' },
    make('i', { class: 'dot' }),
    make('span', { role: 'status' }, word, why),
    wait,
  )
  const values = new Map<Fact, HTMLElement>(FACTS.map((name) => [name, make('dd', { 'data-fact': name })]))
  const list = make(
    'dl',
    {},
    ...[...values].map(([name, value]) => make('div', {}, make('dt', {}, words[name]), value)),
  )

  return {
    elements: [status, list],
    show(material, state, now) {
      const shown = state?.status ?? 'idle'
      status.dataset.status = shown
      say(word, words[shown])
      say(why, state ? whyOf(state) : '')
      const leftMs = state?.status === 'waiting' ? Math.max(0, state.retryAtMs - now) : undefined
      say(wait, leftMs === undefined ? '' : `${words.next} ${seconds(leftMs)}`)
      for (const [name, value] of Object.entries(factsOf(material, state))) say(values.get(name as Fact)!, value)
    },
  }
}

function factsOf({ entries, attempts, signs }: Material, state: ConnectionState | undefined): Record<Fact, string> {
  const sum = (of: 'messages' | 'bytes' | 'signs'): number => attempts.reduce((total, one) => total + one[of], 0)
  const last = entries[entries.length - 1]
  const cursor = [...attempts].reverse().find((one) => one.cursor !== undefined)?.cursor ?? last?.world.cursor
  const byteAtMs = signs[signs.length - 1]?.atMs
  return {
    transport: state?.transport || '–',
    attempt: String(state?.attempt ?? 0),
    failures: String(state?.failures ?? 0),
    cursor: cursor ?? '–',
    messages: String(sum('messages')),
    bytes: sizeOf(sum('bytes')),
    life: String(sum('signs')),
    lastByte: byteAtMs === undefined ? '–' : timeOf(byteAtMs),
    gaps: String(entries.filter(({ event }) => event.type === 'gap').length),
    faults: String(signs.reduce((total, { type, count }) => total + (type === 'fault' ? count : 0), 0)),
  }
}
