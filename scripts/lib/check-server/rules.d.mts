import type { Result } from './check.mjs'

export const rules: Readonly<Record<string, Pick<Result, 'what' | 'level' | 'section' | 'says' | 'mend'>>>
