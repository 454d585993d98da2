import { acrossTabs, envelope, longPolling, polling, sse, type Transport, webSocket } from 'holdline'
import { credentialsOf } from './benchLine'
import { transportWords } from './words/shared'

export type Choice = 'auto' | 'webSocket' | 'sse' | 'longPolling' | 'polling'

const CHOICES = ['auto', 'webSocket', 'sse', 'longPolling', 'polling'] as const satisfies readonly Choice[]

export const choices: readonly { readonly value: Choice; readonly label: string }[] = CHOICES.map((value) => ({
  value,
  label: transportWords[value],
}))

const pick = (choice: Choice, all: readonly Transport[]): readonly Transport[] =>
  choice === 'auto' ? all : all.filter(({ name }) => name === choice)

/** A chat brings its own dialect. The socket's address names the chat too, so that faults meet it before its first word. */
export const chatTransports = (choice: Choice, chat: string, at: string): readonly Transport[] =>
  pick(choice, [webSocket(`${at}/ws?chat=${chat}`), sse(at), longPolling(at), polling(at)])

/** `tag` names this page's lines to the server. */
export function liveTransports(choice: Choice, tag: string): readonly Transport[] {
  const options = { dialect: envelope(), headers: credentialsOf(tag) }
  return pick(choice, [
    webSocket(`/api/live/ws?chat=${tag}`, options),
    sse(`/api/live?chat=${tag}`, options),
    longPolling(`/api/live?chat=${tag}`, options),
    polling(`/api/live?chat=${tag}`, { ...options, everyMs: 2_000 }),
  ])
}

/** The room is a feed with a way out. `together`: one line for all tabs. */
export function roomTransports(choice: Choice, tag: string, together: boolean): readonly Transport[] {
  const url = `/api/room?chat=${tag}`
  const common = { dialect: envelope(), headers: credentialsOf(tag) }
  const options = { ...common, sendUrl: url }
  const all = [
    webSocket(`/api/room/ws?chat=${tag}`, common),
    sse(url, options),
    longPolling(url, options),
    polling(url, { ...options, everyMs: 2_000 }),
  ]
  return pick(choice, together ? all.map((transport) => acrossTabs('room', transport)) : all)
}

/** What a transport is called on the screen. */
export const labelOf = (name: string): string => choices.find(({ value }) => value === name)?.label ?? name

/** The choice is kept in the address: it survives a reload, and can be linked to. */
export function readChoice(): Choice {
  const asked = new URLSearchParams(location.search).get('transport')
  return choices.find(({ value }) => value === asked)?.value ?? 'auto'
}

export function keepChoice(choice: Choice): void {
  const url = new URL(location.href)
  url.searchParams.set('transport', choice)
  history.replaceState(history.state, '', url)
}
