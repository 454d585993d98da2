import { createLog, type Log } from './log.js'
import type { Meter, Tally } from './meter.js'

/** The transports that run side by side. */
export const LANES = ['polling', 'longPolling', 'sse', 'webSocket'] as const
export type Lane = (typeof LANES)[number]

/** One feed that all four read, and what each of them has cost. */
export interface Report {
  /** How many messages there are. */
  readonly made: number
  /** The server's clock, in milliseconds since the epoch. */
  readonly now: number
  /** The time that this process has spent on a CPU, for whatever reason, in milliseconds. */
  readonly cpuMs: number
  readonly lanes: Readonly<Record<Lane, Tally>>
  /** What was neither of them: pages, orders, and reports such as this one. */
  readonly rest: Tally
}

export interface Races {
  /** The feed of that race; it begins with its first reader. */
  logOf(race: string): Log
  /** So many messages per second from now on, each of so many bytes. 0 per second ends it. */
  run(race: string, rate: number, bytes: number): void
  report(race: string): Report
  /** Every feed there is, for faults that concern all of them. */
  readonly logs: readonly Log[]
  close(): void
}

export const MAX_RATE = 100
export const MAX_BYTES = 20_000
const MAX_RACES = 40
const KEPT = 6_000
/** A page that no longer asks how it goes is gone. */
const ASKED_WITHIN_MS = 15_000

interface Race {
  readonly log: Log
  made: number
  askedAt: number
  timer: NodeJS.Timeout | undefined
}

/** Whose bytes these are. */
export const readerOf = (race: string, lane: string): string => `${race}/${lane}`

/** Which lane a request belongs to, if any. */
export function readerIn({ pathname, searchParams }: URL): string | undefined {
  const race = searchParams.get('race')
  const lane = LANES.find((name) => name === searchParams.get('lane'))
  const isLane = pathname === '/api/race' || pathname === '/api/race/ws'
  return isLane && race !== null && lane !== undefined ? readerOf(race, lane) : undefined
}

const preciseNow = (): number => Math.round((performance.timeOrigin + performance.now()) * 100) / 100

export function createRaces(meter: Meter): Races {
  const races = new Map<string, Race>()

  function raceOf(id: string): Race {
    const race = races.get(id) ?? {
      log: createLog({
        prefix: `${Date.now().toString(36)}-`,
        digits: 8,
        chained: true,
        maxEntries: KEPT,
        whenFull: 'forget',
      }),
      made: 0,
      askedAt: performance.now(),
      timer: undefined,
    }
    races.delete(id)
    races.set(id, race)
    for (const oldest of races.keys()) {
      if (races.size <= MAX_RACES) break
      clearInterval(races.get(oldest)?.timer)
      races.delete(oldest)
      for (const lane of LANES) meter.forget(readerOf(oldest, lane))
    }
    return race
  }

  return {
    logOf: (id) => raceOf(id).log,
    run(id, rate, bytes) {
      const race = raceOf(id)
      race.askedAt = performance.now()
      clearInterval(race.timer)
      race.timer = undefined
      if (rate <= 0) return
      race.timer = setInterval(() => {
        if (performance.now() - race.askedAt > ASKED_WITHIN_MS) return clearInterval(race.timer)
        race.made += 1
        race.log.append({ data: messageOf(race.made, bytes) })
      }, 1000 / rate)
      race.timer.unref()
    },
    report(id) {
      const race = raceOf(id)
      race.askedAt = performance.now()
      const { user, system } = process.cpuUsage()
      return {
        made: race.made,
        now: preciseNow(),
        cpuMs: (user + system) / 1000,
        lanes: Object.fromEntries(LANES.map((lane) => [lane, meter.of(readerOf(id, lane))])) as Record<Lane, Tally>,
        rest: meter.rest,
      }
    },
    get logs() {
      return [...races.values()].map(({ log }) => log)
    },
    close() {
      for (const { timer } of races.values()) clearInterval(timer)
    },
  }
}

/** A message of so many bytes, as far as its number and its time leave room. */
function messageOf(n: number, bytes: number): string {
  const bare = JSON.stringify({ n, at: preciseNow(), pad: '' })
  return `${bare.slice(0, -2)}${'x'.repeat(Math.max(0, bytes - bare.length))}"}`
}
