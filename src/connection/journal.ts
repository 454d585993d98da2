import { step } from './conduct.js'
import type { Event, Journal, Plan, State, World } from './machine.js'
import { judge } from '../policy/verdict.js'
import type { ConnectionState } from './state.js'

/** One event of a connection's life, with all that the decision depended on. */
export interface JournalEntry {
  readonly event: Event
  readonly world: World
  /** What was shown afterwards. */
  readonly state: ConnectionState
}

/** A journal as it is written to a bug report: plain JSON. */
export interface Recording {
  readonly version: 1
  /** The connection's options, as far as they decide anything; `null` is Infinity. */
  readonly plan: Readonly<Record<string, unknown>>
  /** What was shown and remembered before the first entry. */
  readonly start: State
  readonly entries: readonly JournalEntry[]
}

/** A journal that keeps what it takes down. */
export interface KeptJournal extends Journal {
  readonly entries: readonly JournalEntry[]
  /** For `JSON.stringify(journal)`. */
  toJSON(): Recording | undefined
}

/**
 * A journal for the option `journal`: the last so many events, with every state, attempt, reason, byte count and cursor.
 * A connection without one spends nothing on it. It holds no message, and no header; cursors it does.
 *
 * @example
 * const journal = createJournal()
 * const news = createConnection({ transports: sse('/news'), journal })
 * report(JSON.stringify(journal))
 */
export function createJournal({ limit = 1000 }: { readonly limit?: number | undefined } = {}): KeptJournal {
  const kept: { readonly entry: JournalEntry; readonly before: State; readonly plan: Plan }[] = []
  return {
    get entries() {
      return kept.map(({ entry }) => entry)
    },
    note(event, world, before, after, plan) {
      kept.push({ entry: { event, world, state: after.shown }, before, plan })
      if (kept.length > limit) kept.shift()
    },
    toJSON() {
      // A chat makes a line for each answer, and only one of them can be played again.
      const latest = kept[kept.length - 1]?.plan
      const own = kept.filter((one) => one.plan === latest)
      const [first] = own
      if (!first) return undefined
      const { transports, judge: _, ...numbers } = first.plan
      const plan = { ...numbers, transports: transports.map(({ name, patienceMs }) => ({ name, patienceMs })) }
      const whole = { version: 1, plan, start: first.before, entries: own.map(({ entry }) => entry) }
      // What somebody else's code threw may hold anything: secrets, or itself.
      return JSON.parse(
        JSON.stringify(whole, (name, value: unknown) => (name === 'cause' ? undefined : value)),
      ) as Recording
    },
  }
}

/**
 * Plays a recording through the conduct function again, and returns what was shown after each event. It must be what
 * the recording shows, unless the connection had a `classify` of its own: then hand it in.
 *
 * @example
 * const states = replay(JSON.parse(text) as Recording)
 */
export function replay(
  { plan, start, entries }: Recording,
  classify: Plan['judge'] = judge,
): readonly ConnectionState[] {
  const infinite = Object.entries(plan).map(([name, value]) => [name, value ?? Infinity])
  const whole = { ...(Object.fromEntries(infinite) as Omit<Plan, 'judge'>), judge: classify }
  let state = start
  return entries.map(({ event, world }) => {
    ;[state] = step(state, event, world, whole)
    return state.shown
  })
}
