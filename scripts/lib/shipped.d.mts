export interface Locked {
  readonly version?: string
  readonly license?: string
  readonly dependencies?: Readonly<Record<string, string>>
  readonly peerDependencies?: Readonly<Record<string, string>>
  readonly peerDependenciesMeta?: Readonly<Record<string, { readonly optional?: boolean }>>
}

export function isAllowed(expression: string | undefined): boolean
export function everythingBehind(
  packages: Readonly<Record<string, Locked>>,
  names: readonly string[],
): { name: string; version: string | undefined; license: string | undefined }[]
export function complaintsAbout(
  document: string,
  bundled: readonly { name: string; files: readonly string[]; licenceText: string }[],
): string[]
