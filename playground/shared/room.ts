import { type ConnectionOptions, json, type Message } from 'holdline'
import { benched } from './benchLine'
import { type Choice, roomTransports } from './transports'
import { words } from './words/room'

/** What is said in the room. The key is the sender's own, and names it however often it is sent. */
export interface Said {
  readonly kind: 'like' | 'alert'
  readonly key: string
  readonly from: string
  readonly text: string
  /** When it was said, in milliseconds since the epoch. */
  readonly at: number
}

export interface Heard extends Said {
  readonly id: string
  /** How much later than it was said it was heard here. */
  readonly lateMs: number
}

/** What has been heard so far. Ids are in order as texts, so what comes twice can be told. */
export interface Hall {
  readonly likes: number
  readonly alerts: readonly Heard[]
  readonly received: number
  readonly newest: string
  readonly twice: number
}

export const silence: Hall = { likes: 0, alerts: [], received: 0, newest: '', twice: 0 }

const SHOWN = 100
/** Less than that is the network's usual way. */
export const LATE_MS = 2_000

/** What was said before that is history. */
export const opened = Date.now()

/** Anybody may say anything in there. */
const isSaid = (data: Partial<Said> | null): data is Said =>
  (data?.kind === 'like' || data?.kind === 'alert') &&
  [data.key, data.from, data.text].every((word) => typeof word === 'string') &&
  typeof data.at === 'number'

export function hear(hall: Hall, { id = '', data }: Message<Partial<Said> | null>): Hall {
  if (id <= hall.newest) return { ...hall, twice: hall.twice + 1 }
  const next = { ...hall, newest: id, received: hall.received + 1 }
  if (!isSaid(data)) return next
  if (data.kind === 'like') return { ...next, likes: hall.likes + 1 }
  const lateMs = data.at < opened ? 0 : Date.now() - data.at
  return { ...next, alerts: [...hall.alerts, { ...data, id, lateMs }].slice(-SHOWN) }
}

function kept(storage: Storage, key: string, make: () => string): string {
  const value = storage.getItem(key) ?? make()
  storage.setItem(key, value)
  return value
}

const luck = (): string => Math.random().toString(36).slice(2)

/** Who this tab is. */
export const me = kept(sessionStorage, 'holdline.guest', () => words.guest(Math.floor(1000 + Math.random() * 9000)))
const own = `room-${luck()}`
/** A line that all tabs share has one name for all of them. */
const common = kept(localStorage, 'holdline.room', () => `room-${luck()}`)
/** Names this page's lines to the server, so that its faults meet nobody else. */
export const tagOf = (together: boolean): string => (together ? common : own)

export const roomOptions = (choice: Choice, together: boolean): ConnectionOptions<Partial<Said> | null> => ({
  transports: roomTransports(choice, tagOf(together), together),
  decode: json<Partial<Said> | null>(),
  backoff: { firstMs: 500, maxMs: 5_000 },
  ...benched,
})

export const say = (kind: Said['kind'], text: string = ''): Said => ({
  kind,
  key: `${luck()}${luck()}`,
  from: me,
  text,
  at: Date.now(),
})

export const countsOfHall = (hall: Hall, gaps: number): readonly (readonly [name: string, value: string])[] => [
  [words.heard, String(hall.received)],
  [words.twice, String(hall.twice)],
  [words.gaps, String(gaps)],
]

export const timeOf = (at: number): string =>
  new Date(at).toLocaleTimeString(undefined, { timeStyle: 'medium', hourCycle: 'h23' })

/** Says that something came late, where it did. */
export const latenessOf = ({ lateMs }: Heard): string => (lateMs > LATE_MS ? words.late(Math.round(lateMs / 1000)) : '')

/** Says how many are unread where it is seen from elsewhere: in the title, and on the icon of an app that is installed. */
export function badge(unread: number, framework: string): void {
  document.title = `${unread > 0 ? `(${unread}) ` : ''}${words.page} · ${framework} · ${words.site}`
  // Not every browser has it, and one that has may not be allowed to; the title says it all the same.
  if ('setAppBadge' in navigator) navigator.setAppBadge(unread).catch(() => {})
}
