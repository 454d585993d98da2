export interface Change {
  readonly summary: string
  readonly step: 'major' | 'minor' | 'patch'
}

export function entryOf(change: Change): { heading: string; text: string }
export function withVersion(
  changelog: string,
  release: { readonly version: string; readonly date: string; readonly changes: readonly Change[] },
): string
