import { acrossTabs, envelope, longPolling, polling, sse, type Transport, webSocket } from 'holdline'

export type Choice = 'auto' | 'webSocket' | 'sse' | 'longPolling' | 'polling'

export const choices: readonly { readonly value: Choice; readonly label: string }[] = [
  { value: 'auto', label: 'Automatic' },
  { value: 'webSocket', label: 'WebSocket' },
  { value: 'sse', label: 'Server-Sent Events' },
  { value: 'longPolling', label: 'Long polling' },
  { value: 'polling', label: 'Polling' },
]

const pick = (choice: Choice, all: readonly Transport[]): readonly Transport[] =>
  choice === 'auto' ? all : all.filter(({ name }) => name === choice)

/** A chat brings its own dialect. The socket's address names the chat too, so that faults meet it before its first word. */
export const chatTransports = (choice: Choice, chat: string): readonly Transport[] =>
  pick(choice, [
    webSocket(`/api/chat/ws?chat=${chat}`),
    sse('/api/chat'),
    longPolling('/api/chat'),
    polling('/api/chat'),
  ])

/** `tag` names this page's lines to the server. */
export function liveTransports(choice: Choice, tag: string): readonly Transport[] {
  const dialect = envelope()
  return pick(choice, [
    webSocket(`/api/live/ws?chat=${tag}`, { dialect }),
    sse(`/api/live?chat=${tag}`, { dialect }),
    longPolling(`/api/live?chat=${tag}`, { dialect }),
    polling(`/api/live?chat=${tag}`, { dialect, everyMs: 2_000 }),
  ])
}

/** The room is a feed with a way out. `together`: one line for all tabs. */
export function roomTransports(choice: Choice, tag: string, together: boolean): readonly Transport[] {
  const dialect = envelope()
  const url = `/api/room?chat=${tag}`
  const options = { dialect, sendUrl: url }
  const all = [
    webSocket(`/api/room/ws?chat=${tag}`, { dialect }),
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
