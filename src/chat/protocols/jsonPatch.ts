/** One step of a JSON Patch. */
export interface PatchStep {
  readonly op: string
  readonly path: string
  readonly from?: string
  readonly value?: unknown
}

/**
 * Applies a JSON Patch. The value it is given stays as it is; what does not change is shared with the new one.
 * Throws where the patch reaches for what is not there, and leaves `test` to the server.
 *
 * @see https://www.rfc-editor.org/rfc/rfc6902
 */
export const patched = (value: unknown, steps: readonly PatchStep[]): unknown =>
  steps.reduce((now, { op, path, from, value: given }) => {
    if (op === 'test') return now
    const source = from === undefined ? given : keysOf(from).reduce(childOf, now)
    const rest = op === 'move' && from !== undefined ? changed(now, keysOf(from), 'remove') : now
    return changed(rest, keysOf(path), op, source)
  }, value)

const keysOf = (pointer: string): string[] =>
  pointer
    .split('/')
    .slice(1)
    .map((key) => key.replaceAll('~1', '/').replaceAll('~0', '~'))

const childOf = (value: unknown, key: string): unknown => (value as Record<string, unknown>)[key]

function changed(value: unknown, [key, ...rest]: readonly string[], op: string, given?: unknown): unknown {
  if (key === undefined) return given
  const child = rest.length ? changed(childOf(value, key), rest, op, given) : given
  const how = rest.length ? 'replace' : op
  if (Array.isArray(value)) {
    const list = [...(value as unknown[])]
    const items = how === 'remove' ? [] : [child]
    list.splice(key === '-' ? list.length : Number(key), how.startsWith('re') ? 1 : 0, ...items)
    return list
  }
  // A copy is made of entries, so that no key means anything but itself.
  const entries = new Map(Object.entries(value as object))
  if (how === 'remove') entries.delete(key)
  else entries.set(key, child)
  return Object.fromEntries(entries)
}
