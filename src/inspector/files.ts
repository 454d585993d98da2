import { systemClock } from '../base/clock.js'
import { type JournalEntry, type Recording, replay } from '../connection/journal.js'
import type { Plan } from '../connection/machine.js'
import type { ConnectionState } from '../connection/state.js'
import { gather, type Material } from './material.js'

/** How long a file that was offered can be read. */
const KEPT_MS = 10_000

/** What is written to a file: each line's recording. */
export const write = (recordings: readonly Recording[]): string => JSON.stringify({ version: 1, recordings })

/** The recordings in a file of ours, or the one that `JSON.stringify(journal)` makes. Throws where there is none. */
export function read(text: string): readonly Recording[] {
  const whole = JSON.parse(text) as Partial<Recording> & { readonly recordings?: unknown }
  const list: readonly unknown[] = Array.isArray(whole?.recordings) ? whole.recordings : [whole]
  if (!list.every(isRecording)) throw new TypeError('no recording')
  return list
}

function isRecording(value: unknown): value is Recording {
  const one = value as Partial<Recording> | null | undefined
  const { version, plan, start, entries, attempts = [], signs = [] } = one ?? {}
  return version === 1 && !!plan && !!start && [entries, attempts, signs].every(isList)
}

const isList = (list: unknown): boolean => Array.isArray(list) && list.every((one) => one instanceof Object)

/** Plays recordings again, and finds where what is shown is not what was recorded. */
export function compare(recordings: readonly Recording[], judge: Plan['judge'] | undefined): Material {
  const replayed = new Map<JournalEntry, ConnectionState>()
  for (const recording of recordings) {
    for (const [index, state] of replay(recording, judge).entries()) {
      const entry = recording.entries[index]
      if (entry && plain(entry.state) !== plain(state)) replayed.set(entry, state)
    }
  }
  return { ...gather(recordings), replayed }
}

/** In the order of the alphabet, as a file may have it in another; a cause is in no recording. */
const plain = (value: unknown): string =>
  JSON.stringify(value, (name, part: unknown) =>
    name === 'cause'
      ? undefined
      : part instanceof Object && !Array.isArray(part)
        ? Object.fromEntries(Object.entries(part).sort(([a], [b]) => (a < b ? -1 : 1)))
        : part,
  )

/** Offers a text as a file. */
export function offer(text: string, name: string): void {
  const link = document.createElement('a')
  const url = URL.createObjectURL(new Blob([text], { type: 'application/json' }))
  link.href = url
  link.download = name
  link.click()
  // Not at once: some browsers begin to read it a moment later.
  systemClock.after(KEPT_MS, () => URL.revokeObjectURL(url))
}
