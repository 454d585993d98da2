import type { ProjectReflection } from 'typedoc'

export function doors(): { readonly name: string; readonly source: string }[]
export function writeReference(out?: string): Promise<ProjectReflection>
