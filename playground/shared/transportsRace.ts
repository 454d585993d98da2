import type { Readable } from 'holdline'
import { createLane, type Lane, laneNames, type LaneName, type LaneNumbers } from './transportsRaceLane'
import { messageOf } from './texts'
import { labelOf } from './transports'
import { conclude, type LaneView, type Tally } from './transportsRaceView'

interface Report {
  readonly made: number
  readonly now: number
  readonly cpuMs: number
  readonly lanes: Readonly<Record<LaneName, Tally>>
  readonly rest: Tally
}

export interface RaceView {
  readonly doing: 'still' | 'running' | 'stopping' | 'weighing'
  /** What is being weighed. */
  readonly weighing: LaneName | undefined
  readonly made: number
  readonly lanes: readonly LaneView[]
  readonly rest: Tally
  /** Of the server's process, in percent of one core. */
  readonly cpu: number
  readonly conclusion: string
  /** Why the server has not said how it goes. */
  readonly trouble: string | undefined
}

export interface Settings {
  readonly rate: number
  readonly bytes: number
  readonly everyMs: number
}

export interface Race extends Readable<RaceView> {
  run(settings: Settings): Promise<void>
  /** The feed goes on otherwise; how often polling asks counts from the next run. */
  change(settings: Settings): Promise<void>
  /** No more messages; the lanes are closed when they have had all. */
  stop(): Promise<void>
  /** Runs each lane alone, one after the other, and weighs the server's CPU. */
  weigh(settings: Settings): Promise<void>
}

export const settingsAtFirst: Settings = { rate: 10, bytes: 100, everyMs: 1_000 }
export const rates = [1, 10, 100] as const
export const sizes = [100, 1_000, 10_000] as const
export const intervals = [500, 1_000, 2_000, 5_000] as const

const LOOK_MS = 500
const CLOCK_LOOKS = 4
const WEIGH_MS = 2_000
const none: Tally = {
  requests: 0,
  connections: 0,
  open: 0,
  up: { headers: 0, payload: 0 },
  down: { headers: 0, payload: 0 },
}
const unheard: LaneNumbers = { received: 0, missing: 0, twice: 0, p50: 0, p99: 0, attempts: 0, status: 'idle' }

/** Names this page's lines to the server, so that its faults meet nobody else. */
export const tag = `race-${Math.random().toString(36).slice(2)}`

const rest = (ms: number): Promise<void> => new Promise((settle) => setTimeout(settle, ms))
const preciseNow = (): number => performance.timeOrigin + performance.now()

async function ask<T>(path: string, init: RequestInit = {}): Promise<T> {
  const response = await fetch(`/api/race/${path}`, init)
  if (!response.ok) throw new Error(`The server answered with HTTP status ${response.status}`)
  return (await response.json()) as T
}

/** Four lanes and their feed. */
export function createRace(): Race {
  const listeners = new Set<() => void>()
  let runs = 0
  let race = ''
  let lanes: readonly Lane[] = []
  let timer: ReturnType<typeof setInterval> | undefined
  let report: Report | undefined
  let before: { readonly at: number; readonly cpuMs: number } | undefined
  let cpu = 0
  let ahead = { ms: 0, roundMs: Infinity }
  let alone: Partial<Record<LaneName, number>> = {}
  let doing: RaceView['doing'] = 'still'
  let weighing: LaneName | undefined
  let trouble: string | undefined
  let view = look()

  function look(): RaceView {
    const views = laneNames.map((name): LaneView => {
      const numbers = lanes.find((lane) => lane.name === name)?.numbers ?? unheard
      const tally = report?.lanes[name] ?? none
      const each = (bytes: number): number => (numbers.received > 0 ? bytes / numbers.received : 0)
      return {
        name,
        label: labelOf(name),
        ...numbers,
        ...tally,
        perMessage: {
          headers: each(tally.up.headers + tally.down.headers),
          payload: each(tally.up.payload + tally.down.payload),
        },
        cpu: alone[name],
      }
    })
    const made = report?.made ?? 0
    const conclusion = conclude(views, made)
    return { doing, weighing, made, lanes: views, rest: report?.rest ?? none, cpu, conclusion, trouble }
  }

  function tell(): void {
    view = look()
    for (const listener of [...listeners]) listener()
  }

  /** Asks how it goes. The shortest way there and back says best how far the clocks are apart. */
  async function fetchReport(): Promise<Report> {
    const asked = preciseNow()
    const next = await ask<Report>(`report?race=${race}`)
    const roundMs = preciseNow() - asked
    if (roundMs < ahead.roundMs) ahead = { ms: next.now - (asked + roundMs / 2), roundMs }
    if (before) cpu = (100 * (next.cpuMs - before.cpuMs)) / Math.max(1, next.now - before.at)
    before = { at: next.now, cpuMs: next.cpuMs }
    report = next
    return next
  }

  const order = ({ rate, bytes }: Settings): Promise<unknown> =>
    ask(`run?race=${race}&rate=${rate}&bytes=${bytes}`, { method: 'POST' })

  async function openLanes(names: readonly LaneName[], { everyMs }: Settings): Promise<void> {
    race = `${tag}-${++runs}`
    report = undefined
    before = undefined
    for (let round = 0; round < CLOCK_LOOKS; round++) await fetchReport()
    lanes = names.map((name) => createLane({ name, race, chat: tag, everyMs, aheadMs: () => ahead.ms }))
    await Promise.all(lanes.map((lane) => lane.open()))
  }

  function closeLanes(): void {
    clearInterval(timer)
    timer = undefined
    for (const lane of lanes) lane.close()
  }

  /** Waits until every lane has had what was made, a fault or not. */
  async function drain({ everyMs }: Settings): Promise<void> {
    const { made } = await fetchReport()
    const until = performance.now() + 4 * everyMs + 20_000
    const hasAll = (): boolean => lanes.every(({ numbers }) => numbers.received + numbers.missing >= made)
    while (!hasAll() && performance.now() < until) await rest(50)
  }

  let settings = settingsAtFirst
  return {
    get: () => view,
    subscribe(listener) {
      listeners.add(listener)
      return () => void listeners.delete(listener)
    },
    async run(next) {
      settings = next
      doing = 'running'
      trouble = undefined
      await openLanes(laneNames, settings)
      await order(settings)
      timer = setInterval(() => {
        fetchReport().then(tell, (error: unknown) => {
          trouble = messageOf(error)
          tell()
        })
      }, LOOK_MS)
      tell()
    },
    async change(next) {
      settings = next
      if (doing === 'running') await order(next)
    },
    async stop() {
      doing = 'stopping'
      tell()
      await order({ ...settings, rate: 0 })
      await drain(settings)
      closeLanes()
      // What hangs up is seen at the server a moment later; then the accounts are closed.
      do {
        await rest(100)
        await fetchReport()
      } while (laneNames.some((name) => (report?.lanes[name].open ?? 0) > 0))
      doing = 'still'
      tell()
    },
    async weigh(next) {
      doing = 'weighing'
      alone = {}
      const weights: number[] = []
      const shown = { lanes, report }
      try {
        for (const name of [undefined, ...laneNames]) {
          weighing = name
          tell()
          await openLanes(name ? [name] : [], next)
          await order(next)
          const first = await fetchReport()
          await rest(WEIGH_MS)
          const last = await fetchReport()
          await order({ ...next, rate: 0 })
          closeLanes()
          weights.push((100 * (last.cpuMs - first.cpuMs)) / (last.now - first.now))
          if (name) alone[name] = Math.max(0, weights.at(-1)! - weights[0]!)
        }
      } finally {
        doing = 'still'
        weighing = undefined
        lanes = shown.lanes
        report = shown.report
        tell()
      }
    },
  }
}
