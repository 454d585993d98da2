import os from 'node:os'
import { createHistogram } from 'node:perf_hooks'
import { createLog, type Log } from './log.js'

/** What the machine was doing in one second. */
export interface Sample {
  /** Milliseconds since the epoch. */
  readonly at: number
  /** Runnable processes over 1, 5 and 15 minutes; zeros on Windows. */
  readonly load: readonly number[]
  /** How busy each CPU was, in percent, and all of them together. */
  readonly cpus: readonly number[]
  readonly cpu: number
  /** In bytes; `rss` is this process's own. */
  readonly memory: { readonly used: number; readonly total: number; readonly rss: number }
  /** How late the event loop was, in milliseconds. */
  readonly lag: { readonly p50: number; readonly p99: number }
}

export interface Live {
  readonly log: Log
  close(): void
}

export interface LiveOptions {
  /** @defaultValue 1000 */
  readonly everyMs?: number | undefined
  /** How many samples are kept. @defaultValue 300 */
  readonly keep?: number | undefined
}

/** How finely the loop's lag is measured. */
const TICK_MS = 20

/**
 * Measures all the time, so that a chart is full when it opens; that costs less than a millisecond per second.
 */
export function startLive({ everyMs = 1_000, keep = 300 }: LiveOptions = {}): Live {
  // Something of this life stands in the ids, so that a cursor of an earlier one is recognised.
  const prefix = `${Date.now().toString(36)}${Math.random().toString(36).slice(2, 5)}-`
  const log = createLog({ prefix, maxEntries: keep, whenFull: 'forget' })
  let before = os.cpus()

  // Not `monitorEventLoopDelay`: a reset makes it lose the delay that is under way, which is the one worth seeing.
  const lags = createHistogram()
  let ticked = performance.now()
  const ticker = setInterval(() => {
    const now = performance.now()
    // In microseconds; a histogram takes nothing below one.
    lags.record(Math.max(1, Math.round((now - ticked - TICK_MS) * 1000)))
    ticked = now
  }, TICK_MS)
  ticker.unref()

  const timer = setInterval(() => {
    const after = os.cpus()
    const cpus = after.map((cpu, index) => busyBetween(before[index]?.times ?? cpu.times, cpu.times))
    before = after
    const total = os.totalmem()
    const sample: Sample = {
      at: Date.now(),
      load: os.loadavg().map(rounded),
      cpus,
      cpu: rounded(cpus.reduce((sum, busy) => sum + busy, 0) / Math.max(1, cpus.length)),
      memory: { used: total - os.freemem(), total, rss: process.memoryUsage.rss() },
      lag: { p50: rounded(lags.percentile(50) / 1000), p99: rounded(lags.percentile(99) / 1000) },
    }
    lags.reset()
    log.append({ data: JSON.stringify(sample) })
  }, everyMs)
  timer.unref()

  return {
    log,
    close() {
      clearInterval(timer)
      // The log does not end: whoever reads it shall come back to the next server.
      clearInterval(ticker)
    },
  }
}

const rounded = (value: number): number => Math.round(value * 100) / 100

/** How busy a CPU was between two looks at its clock, in percent. */
function busyBetween(before: os.CpuInfo['times'], after: os.CpuInfo['times']): number {
  const total = (times: os.CpuInfo['times']): number => Object.values(times).reduce((sum, ms) => sum + ms, 0)
  const all = total(after) - total(before)
  return all > 0 ? rounded((100 * (all - (after.idle - before.idle))) / all) : 0
}
