import { block, goOffline, goOnline } from './benchPage'
import { faultWords, words } from './words/bench'

/** Something that networks, servers and browsers do, and this page can order for its own lines. */
export interface Fault {
  readonly key: string
  readonly label: string
  /** What happens, in half a sentence. */
  readonly what: string
  /** Does it, and says for how long it lasts, in milliseconds. */
  readonly make: (chat: string, ms: number) => Promise<number>
  readonly end: (chat: string) => Promise<void>
}

export interface FaultGroup {
  readonly key: string
  readonly label: string
  readonly faults: readonly Fault[]
}

async function order<T>(path: string): Promise<T> {
  const response = await fetch(`/api/faults/${path}`, { method: 'POST' })
  if (response.status === 409) throw new Error(words.noToken)
  if (!response.ok) throw new Error(words.status(response.status))
  return (await response.json()) as T
}

const lasts = async (path: string): Promise<number> => (await order<{ readonly lastsMs: number }>(path)).lastsMs

const endOrder = async (chat: string): Promise<void> => {
  await order(`order?kind=refuse&ms=0&chat=${chat}`)
}

type Key = keyof typeof faultWords

const fault = (key: Key, make: Fault['make'], end: Fault['end'] = endOrder): Fault => ({
  key,
  ...faultWords[key],
  make,
  end,
})

/** The server does it, for as long as one says. */
const ordered = (key: Key): Fault => fault(key, (chat, ms) => lasts(`order?kind=${key}&chat=${chat}&ms=${ms}`))

export const groups: readonly FaultGroup[] = [
  {
    key: 'server',
    label: words.server,
    faults: [
      ordered('refuse'),
      ordered('unavailable'),
      ordered('limited'),
      ordered('unauthorized'),
      fault('expire', (chat) => lasts(`expire?chat=${chat}`)),
      ordered('html'),
      fault('kept', (chat) => lasts(`restart?log=kept&chat=${chat}`)),
      fault('lost', (chat) => lasts(`restart?log=lost&chat=${chat}`)),
    ],
  },
  {
    key: 'way',
    label: words.way,
    faults: [ordered('hole'), ordered('delay'), ordered('throttle'), ordered('split'), ordered('buffer')],
  },
  {
    key: 'page',
    label: words.page,
    faults: [
      fault(
        'offline',
        async (_chat, ms) => goOffline(ms),
        async () => goOnline(),
      ),
      fault(
        'freeze',
        (_chat, ms) => block(ms),
        async () => {},
      ),
    ],
  },
]

export const durations: readonly number[] = [3, 10, 30, 60]

export interface UnderWay {
  readonly fault: Fault
  readonly until: number
}

/** Tears this page's lines. */
export async function cut(chat: string): Promise<void> {
  const { cut: count } = await order<{ readonly cut: number }>(`cut?chat=${chat}`)
  if (count === 0) throw new Error(words.nothingCut)
}

/** Orders a fault for this page's lines, and says until when it lasts, if it does. One takes the place of the other. */
export async function make(
  chat: string,
  chosen: Fault,
  seconds: number,
  before: UnderWay | undefined,
): Promise<UnderWay | undefined> {
  if (before && before.fault !== chosen) await before.fault.end(chat)
  const lastsMs = await chosen.make(chat, seconds * 1000)
  return lastsMs > 0 ? { fault: chosen, until: Date.now() + lastsMs } : undefined
}

/** What the bench says is going on. */
export function tellFault(under: UnderWay | undefined, now: number): string {
  if (!under || under.until <= now) return words.quiet
  const { label, what } = under.fault
  return words.left(label, what, ((under.until - now) / 1000).toFixed(1))
}
