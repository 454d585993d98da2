/** Something that networks and servers do, and this page can order for its own lines. */
export interface Fault {
  readonly key: string
  readonly label: string
  /** What happens, in half a sentence. */
  readonly what: string
  readonly path: string
  /** Whether it lasts as long as one says; others are over by themselves. */
  readonly lasts: boolean
}

const lasting = (kind: string, label: string, what: string): Fault => ({
  key: kind,
  label,
  what,
  path: `order?kind=${kind}`,
  lasts: true,
})

export const faults: readonly Fault[] = [
  lasting('refuse', 'Refuse', 'new lines are answered with 503 and Retry-After'),
  lasting('hole', 'Black hole', 'nothing that the server says gets through'),
  lasting('delay', 'Slow', 'every piece comes 1.5 s late'),
  lasting('split', 'Single bytes', 'every byte comes alone'),
  lasting('limited', '429', 'new lines are answered with 429'),
  lasting('unauthorized', '401', 'new lines are answered with 401'),
  lasting('html', 'HTML', 'new lines are answered with a login page'),
  {
    key: 'kept',
    label: 'Restart',
    what: 'the server comes back and knows everything',
    path: 'restart?log=kept',
    lasts: false,
  },
  {
    key: 'lost',
    label: 'Restart, forget',
    what: 'the server comes back and knows nothing',
    path: 'restart?log=lost',
    lasts: false,
  },
]

export const durations: readonly number[] = [3, 10, 30, 60]

export interface UnderWay {
  readonly fault: Fault
  readonly until: number
}

async function order<T>(path: string): Promise<T> {
  const response = await fetch(`/api/faults/${path}`, { method: 'POST' })
  if (!response.ok) throw new Error(`The server answered with HTTP status ${response.status}`)
  return (await response.json()) as T
}

/** Tears this page's lines. */
export async function cut(chat: string): Promise<void> {
  const { cut: count } = await order<{ readonly cut: number }>(`cut?chat=${chat}`)
  if (count === 0) throw new Error('There was nothing to cut at that moment: a poll comes and goes. Try again')
}

/** Orders a fault for this page's lines, and says until when it lasts. */
export async function make(chat: string, fault: Fault, seconds: number): Promise<UnderWay> {
  const ms = fault.lasts ? `&ms=${seconds * 1000}` : ''
  const { lastsMs } = await order<{ readonly lastsMs: number }>(`${fault.path}&chat=${chat}${ms}`)
  return { fault, until: Date.now() + lastsMs }
}

/** Ends what is under way. */
export async function end(chat: string): Promise<void> {
  await order(`order?kind=refuse&ms=0&chat=${chat}`)
}

/** What the bench says is going on. */
export function tellFault(under: UnderWay | undefined, now: number): string {
  if (!under || under.until <= now) return 'These meet only the lines of this page, and pass by themselves.'
  return `${under.fault.label}: ${under.fault.what} · ${((under.until - now) / 1000).toFixed(1)} s left`
}
