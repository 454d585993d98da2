import { createListeners, type Listenable } from '../base/listeners.js'
import { createAttempts } from './attempts.js'
import type { AttemptNote, Sign } from './notes.js'
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
  /** Whose it is, counted from 1: a chat makes a line for each answer. */
  readonly line?: number | undefined
}

/** A journal as it is written to a bug report: plain JSON. */
export interface Recording {
  readonly version: 1
  /** The connection's options, as far as they decide anything; `null` is Infinity. */
  readonly plan: Readonly<Record<string, unknown>>
  /** What was shown and remembered before the first entry. */
  readonly start: State
  readonly entries: readonly JournalEntry[]
  readonly attempts?: readonly AttemptNote[] | undefined
  readonly signs?: readonly Sign[] | undefined
}

/** A journal that keeps what it takes down. */
export interface KeptJournal extends Journal, Listenable<void> {
  readonly entries: readonly JournalEntry[]
  /** What came over each attempt, and how it ended. */
  readonly attempts: readonly AttemptNote[]
  /** When something came: heartbeats, messages, and what else a server may say. */
  readonly signs: readonly Sign[]
  /** One for each line, the oldest first. */
  recordings(): readonly Recording[]
  /** The line that something happened to last, for `JSON.stringify(journal)`. */
  toJSON(): Recording | undefined
}

/**
 * A journal for the option `journal`: the last so many events, with every state, attempt, reason, byte count and cursor,
 * and as many attempts and signs of life. A connection without one spends nothing on it. It holds no message, and no
 * header; cursors it does.
 *
 * @example
 * const journal = createJournal()
 * const news = createConnection({ transports: sse('/news'), journal })
 * report(JSON.stringify(journal))
 */
export function createJournal({ limit = 1000 }: { readonly limit?: number | undefined } = {}): KeptJournal {
  const kept: { readonly entry: JournalEntry; readonly before: State; readonly plan: Plan }[] = []
  const listeners = createListeners()
  const heard = createAttempts(limit, listeners.tell)

  function record(of: Plan): Recording | undefined {
    const own = kept.filter(({ plan }) => plan === of)
    const [first] = own
    if (!first) return undefined
    const { transports, judge: _, ...numbers } = of
    const plan = { ...numbers, transports: transports.map(({ name, patienceMs }) => ({ name, patienceMs })) }
    const mine = ({ line }: { readonly line: number }): boolean => line === heard.lineOf(of)
    const whole = {
      version: 1,
      plan,
      start: first.before,
      entries: own.map(({ entry }) => entry),
      attempts: heard.attempts.filter(mine),
      signs: heard.signs.filter(mine),
    }
    // What somebody else's code threw may hold anything: secrets, or itself.
    return JSON.parse(
      JSON.stringify(whole, (name, value: unknown) => (name === 'cause' ? undefined : value)),
    ) as Recording
  }

  return {
    get entries() {
      return kept.map(({ entry }) => entry)
    },
    get attempts() {
      return [...heard.attempts]
    },
    get signs() {
      return [...heard.signs]
    },
    subscribe: listeners.subscribe,
    note(event, world, before, { shown }, plan) {
      kept.push({ entry: { event, world, state: shown, line: heard.lineOf(plan) }, before, plan })
      if (kept.length > limit) kept.shift()
      heard.note(event, world.now, shown, plan)
      listeners.tell()
    },
    tap: heard.tap,
    recordings: () => [...new Set(kept.map(({ plan }) => plan))].flatMap((plan) => record(plan) ?? []),
    toJSON() {
      // A chat makes a line for each answer, and only one of them can be played again.
      const latest = kept[kept.length - 1]?.plan
      return latest && record(latest)
    },
  }
}

/**
 * Plays a recording through the conduct function again, and returns what was shown after each event. It must be what
 * the recording shows, unless the connection had a `classify` of its own: then hand it in.
 *
 * @example
 * const states = replay(JSON.parse(saved) as Recording)
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
