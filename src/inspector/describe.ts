import type { JournalEntry } from '../connection/journal.js'
import type { Event } from '../connection/machine.js'
import type { AttemptNote, Sign } from '../connection/notes.js'
import type { ConnectionState } from '../connection/state.js'
import { codeOf } from '../policy/verdict.js'
import type { Words } from './words.js'

/** What events are filtered by. */
export type Group = 'states' | 'messages' | 'life' | 'trouble' | 'differs'

/** An event as it stands in the list. */
export interface Row {
  readonly atMs: number
  readonly groups: readonly Group[]
  readonly title: string
  readonly text: string
  readonly detail: unknown
}

export const seconds = (ms: number): string => `${(ms / 1000).toFixed(ms < 99_950 ? 1 : 0)} s`

/** A round span of time. */
export function spanOf(ms: number): string {
  const round = (count: number): number => Math.round(count * 10) / 10
  return ms < 60_000 ? `${round(ms / 1_000)} s` : `${round(ms / 60_000)} min`
}

export const sizeOf = (bytes: number): string =>
  bytes < 1_000 ? `${bytes} B` : bytes < 1e6 ? `${(bytes / 1e3).toFixed(1)} kB` : `${(bytes / 1e6).toFixed(1)} MB`

/** The time of day with its milliseconds. */
export function timeOf(ms: number): string {
  const date = new Date(ms)
  return `${date.toTimeString().slice(0, 8)}.${String(date.getMilliseconds()).padStart(3, '0')}`
}

/** Why a line is as it is, as far as there is a why. */
export function whyOf(state: ConnectionState): string {
  if ('error' in state && state.error) return [state.error.code, state.error.message].filter(Boolean).join(': ')
  if (state.status === 'closed') return [state.reason, state.ending].filter(Boolean).join(': ')
  return 'reason' in state ? state.reason : ''
}

function isBad({ event, state }: JournalEntry): boolean {
  if (event.type === 'ended') return !/finished|aborted/.test(event.ending.kind)
  return event.type === 'gap' || (event.type === 'timer' && /waiting|failed/.test(state.status))
}

function whatOf(event: Event): string {
  switch (event.type) {
    case 'ended':
      return codeOf(event.ending)
    case 'timer':
      return event.timer
    case 'gap':
      return `${event.gap.reason}, ${event.gap.after ?? '–'} … ${event.gap.before ?? '–'}`
    case 'notice':
      return event.what
    case 'park':
    case 'stop':
      return event.reason
    case 'start':
    case 'redial':
    case 'opened':
    case 'proven':
      return ''
  }
}

export function rowOf(entry: JournalEntry, words: Words, replayed: ConnectionState | undefined): Row {
  const { event, world, state } = entry
  const number = 'attempt' in event ? `#${event.attempt}` : ''
  const other = replayed && `${words.recorded} ≠ ${words.replayed}: ${words[replayed.status]} ${whyOf(replayed)}`
  return {
    atMs: world.now,
    groups: ['states', ...(isBad(entry) ? (['trouble'] as const) : []), ...(other ? (['differs'] as const) : [])],
    title: event.type,
    text: [number, whatOf(event), `→ ${words[state.status]}`, whyOf(state), other].filter(Boolean).join(' '),
    detail: replayed ? { ...entry, replayed } : entry,
  }
}

const GROUPS: Readonly<Record<Sign['type'], Group>> = {
  message: 'messages',
  cursor: 'messages',
  life: 'life',
  welcome: 'life',
  retry: 'life',
  fault: 'trouble',
}

export function rowOfSign(sign: Sign): Row {
  const { type, attempt, atMs, count, size, id, text } = sign
  const times = count > 1 ? `×${count}` : ''
  const shown = type === 'message' && text === 'message' ? undefined : text
  return {
    atMs,
    groups: [GROUPS[type]],
    title: type,
    text: [`#${attempt}`, times, id, shown, size > 0 ? sizeOf(size) : ''].filter(Boolean).join(' '),
    detail: sign,
  }
}

/** An attempt in one line, for the list, for the picture and for ears. */
export function tellAttempt(one: AttemptNote, now: number, words: Words): string {
  const { attempt, transport, startedAtMs, endedAtMs, messages, bytes, code, ending } = one
  const kind = ending && ending.kind !== code ? ` (${ending.kind})` : ''
  return [
    `#${attempt} ${transport}`,
    seconds(Math.max(0, (endedAtMs ?? now) - startedAtMs)),
    `${words.messages} ${messages}`,
    sizeOf(bytes),
    endedAtMs === undefined ? words.running : `${code ?? ''}${kind}`,
  ].join(' · ')
}

/** How an attempt stands: under way, not yet agreed on, ended well, hung up by us, or broken. */
export function fateOf({
  endedAtMs,
  openedAtMs,
  ending,
  code = '',
}: AttemptNote): 'live' | 'dialling' | 'done' | 'left' | 'bad' {
  if (endedAtMs === undefined) return openedAtMs === undefined ? 'dialling' : 'live'
  if (!ending) return /^(silence|first-byte|connect-timeout|given-up)$/.test(code) ? 'bad' : 'left'
  return ending.kind === 'finished' ? 'done' : 'bad'
}
