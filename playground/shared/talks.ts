import { type ChatMessage, type ChatRecord, type ChatStore, type FilePart, storageStore, textOf } from 'holdline/chat'
import type { Readable } from 'holdline'

/** A conversation, as it stands in the list of all of them. */
export interface Talk {
  readonly id: string
  readonly title: string
}

/** The conversation of this tab: the same after a reload, and in the other framework. */
const OPEN = 'holdline.chat'
const LIST = 'holdline.talks'
const PREFIX = 'holdline-chat:'
/** `localStorage` has room for some megabytes; the oldest conversations make room for new ones. */
const KEPT = 20
const TITLE_CHARS = 60

/** Whoever knows a conversation's id can read it, so it must not be guessed. */
const newId = (): string =>
  Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, '0')).join('')

export function thisTalk(): string {
  return sessionStorage.getItem(OPEN) ?? openTalk(newId())
}

export function openTalk(id: string = newId()): string {
  sessionStorage.setItem(OPEN, id)
  return id
}

/** Whether something is about to be shown, so that nobody is welcomed for the blink of an eye. */
export const isKept = (id: string): boolean => localStorage.getItem(PREFIX + id) !== null

const read = (): readonly Talk[] => JSON.parse(localStorage.getItem(LIST) ?? '[]') as readonly Talk[]
const listeners = new Set<() => void>()
let list = read()

function show(next: readonly Talk[]): void {
  list = next
  for (const listener of listeners) listener()
}

// Other tabs have conversations too.
addEventListener('storage', ({ key }) => {
  if (key === LIST) show(read())
})

/** All conversations, the newest first. */
export const talks: Readable<readonly Talk[]> = {
  get: () => list,
  subscribe(listener) {
    listeners.add(listener)
    return () => void listeners.delete(listener)
  },
}

function note(talk: Talk): void {
  const known = read()
  if (known.some(({ id }) => id === talk.id)) return
  for (const { id } of known.slice(KEPT - 1)) localStorage.removeItem(PREFIX + id)
  const next = [talk, ...known.slice(0, KEPT - 1)]
  localStorage.setItem(LIST, JSON.stringify(next))
  show(next)
}

const kept = storageStore(undefined, PREFIX)

/** Where conversations are kept. One in which nothing was said yet is not worth it. */
export const store: ChatStore = {
  load: kept.load,
  save(id, record) {
    const [first] = record.tree.messages
    if (!first) return
    const words = titleOf(first)
    note({ id, title: words.length > TITLE_CHARS ? `${words.slice(0, TITLE_CHARS)} …` : words })
    while (!fits(id, record) && forgetOldest(id));
  },
}

/** A question may be a file and nothing else. */
function titleOf(message: ChatMessage): string {
  const file = message.parts.find((part) => part.type === 'file') as FilePart | undefined
  return textOf(message) || (file?.filename ?? '…')
}

/** Attachments are large, and storage is not. */
function fits(id: string, record: ChatRecord): boolean {
  try {
    void kept.save(id, record)
    return true
  } catch (error) {
    if (error instanceof DOMException && error.name === 'QuotaExceededError') return false
    throw error
  }
}

/** Makes room. False if there is no other conversation left: then this one is kept on the screen alone. */
function forgetOldest(but: string): boolean {
  const known = read()
  const oldest = known.findLast(({ id }) => id !== but)
  if (!oldest) return false
  localStorage.removeItem(PREFIX + oldest.id)
  const next = known.filter(({ id }) => id !== oldest.id)
  localStorage.setItem(LIST, JSON.stringify(next))
  show(next)
  return true
}
