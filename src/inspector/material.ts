import type { JournalEntry, Recording } from '../connection/journal.js'
import type { AttemptNote, Sign } from '../connection/notes.js'
import type { ConnectionState } from '../connection/state.js'

/** All there is to show: of a journal, of one that stands still, or of a file. */
export interface Material {
  readonly entries: readonly JournalEntry[]
  readonly attempts: readonly AttemptNote[]
  readonly signs: readonly Sign[]
  /** What a replay has shown where it is not what was recorded. */
  readonly replayed?: ReadonlyMap<JournalEntry, ConnectionState> | undefined
}

export const nothing: Material = { entries: [], attempts: [], signs: [] }

/** Notes go on being written; a copy stands still. */
export const still = ({ entries, attempts, signs }: Material): Material => ({
  entries,
  attempts: attempts.map((one) => ({ ...one })),
  signs: signs.map((sign) => ({ ...sign })),
})

/** What is asked for: one line or all, and nothing that was cleared away. */
export function part(material: Material, line: number | undefined, sinceMs: number): Material {
  const fits = (one: { readonly line?: number | undefined }): boolean => line === undefined || one.line === line
  return {
    ...material,
    entries: material.entries.filter((one) => fits(one) && one.world.now > sinceMs),
    attempts: material.attempts.filter((one) => fits(one) && (one.endedAtMs ?? Infinity) > sinceMs),
    signs: material.signs.filter((one) => fits(one) && one.atMs > sinceMs),
  }
}

export const linesIn = ({ entries }: Material): readonly number[] => [...new Set(entries.map(({ line = 1 }) => line))]

/** What recordings hold, in the order of time. */
export function gather(recordings: readonly Recording[]): Material {
  return {
    entries: recordings.flatMap(({ entries }) => entries).sort((a, b) => a.world.now - b.world.now),
    attempts: recordings.flatMap(({ attempts = [] }) => attempts).sort((a, b) => a.startedAtMs - b.startedAtMs),
    signs: recordings.flatMap(({ signs = [] }) => signs).sort((a, b) => a.atMs - b.atMs),
  }
}

/** When something was last written down. */
export function endOf({ entries, signs }: Material): number {
  return Math.max(0, entries[entries.length - 1]?.world.now ?? 0, signs[signs.length - 1]?.atMs ?? 0)
}
