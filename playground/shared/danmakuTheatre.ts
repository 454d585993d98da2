import type { ConnectionState, Message, Readable } from 'holdline'
import { DEMO, palette, type Remark, remarkIn } from './danmaku'
import type { Scene, SceneCounts } from './danmakuScene'
import { me } from './room'
import { words } from './words/danmaku'

export interface Heard extends Remark {
  readonly id: string
  readonly own: boolean
  /** It came later than it should have: the line was down. */
  readonly late: boolean
}

/** Everything that the page shows in numbers. */
export interface Counts extends SceneCounts {
  readonly framesPerSecond: number
  readonly longestMs: number
  readonly perSecond: number
  readonly received: number
  readonly people: number
  readonly caughtUp: number
  /** By the numbers in the ids. */
  readonly missing: number
  readonly twice: number
  /** The newest first. */
  readonly latest: readonly Heard[]
  /** How many comments per second are made up; undefined until the server has said it. */
  readonly rate: number | undefined
  /** For ears: changes seldom. */
  readonly spoken: string
}

/** Stands between the line and the scene, and keeps the accounts. Tells of changes a few times a second, however many come. */
export interface Theatre extends Readable<Counts> {
  hear(message: Message<unknown>): void
  /** What the line does: behind a break comes what was missed. */
  follow(status: ConnectionState['status']): void
  /** Another line: its accounts begin anew. */
  begin(): void
  /** Where the comments fly; undefined: nowhere. */
  seat(scene: Scene | undefined): void
  ordered(rate: number): void
  /** Keeps the time, until the returned function is called. */
  run(): () => void
}

const LOOK_MS = 500
const SPOKEN_EVERY_MS = 10_000
const LATEST = 40
/** What is older than that when it comes, behind a break, was missed. */
const FRESH_MS = 1_500
/** By then everything that was missed has come. */
const CATCH_UP_MS = 4_000
const NOTHING: SceneCounts = { shown: 0, dropped: 0, passed: 0, flying: 0 }

const start = { received: 0, people: 0, caughtUp: 0, missing: 0, twice: 0, newest: '' }

export function createTheatre(): Theatre {
  const listeners = new Set<() => void>()
  let accounts = { ...start }
  let scene: Scene | undefined
  /** What became of the comments in the scenes before this one. */
  let past = NOTHING
  let latest: Heard[] = []
  let rate: number | undefined
  /** Whether the line was down, and since when it is up again. */
  let catching: 'no' | 'down' | number = 'no'
  /** How much this page's clock is ahead of the speakers', at most. */
  let aheadMs = Infinity
  let looks: { readonly at: number; readonly received: number }[] = []
  let spokenAt = 0
  let before = { received: 0, people: 0 }
  let spoken = ''
  let counts = look()

  function isMissed({ at }: Remark): boolean {
    const now = Date.now()
    const late = now - at - (Number.isFinite(aheadMs) ? aheadMs : 0)
    if (catching === 'no') {
      aheadMs = Math.min(aheadMs, now - at)
      return false
    }
    if (late > FRESH_MS && (catching === 'down' || now - catching < CATCH_UP_MS)) return true
    catching = 'no'
    return false
  }

  function look(): Counts {
    const now = performance.now()
    looks = [...looks.filter(({ at }) => now - at < 1_100), { at: now, received: accounts.received }]
    const [first] = looks
    const seconds = first ? (now - first.at) / 1000 : 0
    const pace = scene?.pace() ?? { perSecond: 0, longestMs: 0 }
    const { newest: _newest, ...numbers } = accounts
    return {
      ...numbers,
      ...sum(past, scene?.counts ?? NOTHING),
      framesPerSecond: pace.perSecond,
      longestMs: pace.longestMs,
      perSecond: seconds > 0 ? Math.max(0, accounts.received - first!.received) / seconds : 0,
      latest: latest.slice(-LATEST).toReversed(),
      rate,
      spoken,
    }
  }

  function speak(now: number): void {
    if (now - spokenAt < SPOKEN_EVERY_MS) return
    const all = accounts.received - before.received
    if (spokenAt > 0 && all > 0) spoken = words.summary(all, accounts.people - before.people)
    before = { received: accounts.received, people: accounts.people }
    spokenAt = now
  }

  function tell(): void {
    speak(performance.now())
    counts = look()
    for (const listener of [...listeners]) listener()
  }

  return {
    get: () => counts,
    subscribe(listener) {
      listeners.add(listener)
      return () => void listeners.delete(listener)
    },
    hear(message) {
      const { id = '', event, data } = message
      if (id <= accounts.newest) {
        accounts.twice += 1
        return
      }
      accounts.missing += between(accounts.newest, id)
      accounts.newest = id
      if (event === 'rate') {
        rate = Number(data)
        return
      }
      accounts.received += 1
      const remark = remarkIn(message)
      if (!remark) return
      const own = remark.from === me
      const late = isMissed(remark)
      if (remark.from !== DEMO) accounts.people += 1
      latest.push({ ...remark, id, own, late })
      if (latest.length > 2 * LATEST) latest = latest.slice(-LATEST)
      if (late) accounts.caughtUp += 1
      else scene?.add({ text: remark.text, colour: palette[remark.colour]!.css, place: remark.place, own })
    },
    follow(status) {
      if (status === 'open') catching = catching === 'down' ? Date.now() : catching
      else if (accounts.newest !== '') catching = 'down'
    },
    begin() {
      accounts = { ...start }
      before = { received: 0, people: 0 }
      latest = []
      looks = []
      past = NOTHING
      catching = 'no'
      tell()
    },
    seat(next) {
      past = { ...sum(past, scene?.counts ?? NOTHING), flying: 0 }
      scene = next
    },
    ordered(next) {
      rate = next
      tell()
    },
    run() {
      const timer = setInterval(tell, LOOK_MS)
      return () => clearInterval(timer)
    },
  }
}

const sum = (one: SceneCounts, other: SceneCounts): SceneCounts => ({
  shown: one.shown + other.shown,
  dropped: one.dropped + other.dropped,
  passed: one.passed + other.passed,
  flying: one.flying + other.flying,
})

/** How many messages there are between two. Ids of one life of the server differ in their number only. */
function between(older: string, newer: string): number {
  const cut = newer.lastIndexOf('-') + 1
  if (older.slice(0, cut) !== newer.slice(0, cut) || older === '') return 0
  return Number(newer.slice(cut)) - Number(older.slice(cut)) - 1
}

export const speakerOf = ({ own, from }: Heard): string => (own ? words.you : from === DEMO ? words.demo : from)

/** The accounts, for the lines under the screen. */
export function figuresOf(
  counts: Counts,
  gaps: number,
): readonly { readonly name: string; readonly value: string; readonly why?: string }[] {
  const whole = (value: number): string => Math.round(value).toLocaleString('en')
  return [
    { name: words.frames, value: whole(counts.framesPerSecond), why: words.longest(counts.longestMs.toFixed(0)) },
    { name: words.comments, value: whole(counts.perSecond) },
    { name: words.flying, value: whole(counts.flying) },
    { name: words.dropped, value: whole(counts.dropped), why: words.droppedWhy },
    { name: words.caughtUp, value: whole(counts.caughtUp), why: words.caughtUpWhy },
    { name: words.received, value: whole(counts.received) },
    { name: words.shown, value: whole(counts.shown) },
    { name: words.passed, value: whole(counts.passed) },
    { name: words.people, value: whole(counts.people) },
    { name: words.missing, value: whole(counts.missing) },
    { name: words.twice, value: whole(counts.twice) },
    { name: words.gaps, value: whole(gaps) },
  ]
}
