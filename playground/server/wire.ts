import type { Entry } from './log.js'

/** What a server says beside its messages (PROTOCOL.md, section 2). */
export type Control =
  | { readonly t: 'welcome'; readonly resumed: boolean; readonly heartbeatMs?: number }
  | { readonly t: 'ping' | 'pong' }
  | { readonly t: 'end' | 'reset'; readonly reason?: string }
  | { readonly t: 'ack'; readonly id?: string }
  | { readonly t: 'nack'; readonly id?: string; readonly reason: string }

/** An envelope: what a WebSocket frame and the body of a poll hold. */
export const envelopeOf = (items: readonly (Entry | Control)[]): string => JSON.stringify(items)

/**
 * A message in the grammar of event streams.
 *
 * @see https://html.spec.whatwg.org/multipage/server-sent-events.html
 */
export function eventOf({ id, event, data }: Entry): string {
  const name = event === undefined ? '' : `event: ${event}\n`
  // Each line of the data has a field of its own; a line end inside one would end the field.
  const lines = data.split(/\r\n|\r|\n/).map((line) => `data: ${line}\n`)
  return `id: ${id}\n${name}${lines.join('')}\n`
}

/** A control on an event stream: an event of a name of its own. */
export const controlEventOf = (control: Control): string => `event: holdline\ndata: ${JSON.stringify(control)}\n\n`
