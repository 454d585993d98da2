/**
 * `Retry-After` as milliseconds from now: a number of seconds or an HTTP date.
 *
 * @see https://www.rfc-editor.org/rfc/rfc9110#field.retry-after
 */
export function retryAfterMs(value: string | null, now: number): number | undefined {
  if (!value) return undefined
  const ms = /^\d+$/.test(value) ? Number(value) * 1000 : Date.parse(value) - now
  return ms > 0 ? ms : undefined
}

/** A WebSocket server's hint rides in the close reason: `retry=5000`, in milliseconds. */
export function retryInReason(reason: string): number | undefined {
  const [, ms] = /\bretry=(\d+)/.exec(reason) ?? []
  return ms === undefined ? undefined : Number(ms)
}
