import { type ConnectionOptions, json, type Message } from 'holdline'
import { benched } from './benchLine'
import type { ChartOptions } from './chart'
import { type Choice, liveTransports } from './transports'
import { words } from './words/live'

/** What the server's machine was doing in one second. */
export interface Sample {
  readonly at: number
  readonly cpu: number
  readonly memory: { readonly used: number; readonly total: number }
  readonly lag: { readonly p99: number }
}

/** What has come so far, with its accounts: samples are numbered, so what is missing or came twice can be told. */
export interface Feed {
  readonly samples: readonly Sample[]
  readonly source: string
  readonly first: number
  readonly newest: number
  readonly missing: number
  readonly twice: number
}

export const nothing: Feed = { samples: [], source: '', first: 0, newest: 0, missing: 0, twice: 0 }

const KEPT = 300

/** Pure: the whole page is a fold over the messages. */
export function take(feed: Feed, { id = '-0', data }: Message<Sample>): Feed {
  const cut = id.lastIndexOf('-')
  const [source, number] = [id.slice(0, cut), Number(id.slice(cut + 1))]
  // A server that was started again counts anew.
  if (feed.source !== source) return { ...nothing, samples: [data], source, first: number, newest: number }
  if (number <= feed.newest) return { ...feed, twice: feed.twice + 1 }
  return {
    ...feed,
    samples: [...feed.samples, data].slice(-KEPT),
    newest: number,
    missing: feed.missing + number - feed.newest - 1,
  }
}

/** Names this page's lines to the server, so that its button cuts them and nobody else's. */
export const tag = `live-${Math.random().toString(36).slice(2)}`

export const liveOptions = (choice: Choice): ConnectionOptions<Sample> => ({
  transports: liveTransports(choice, tag),
  decode: json<Sample>(),
  backoff: { firstMs: 500, maxMs: 5_000 },
  ...benched,
})

export interface View {
  readonly key: string
  readonly title: string
  readonly chart: ChartOptions
  readonly value: (sample: Sample) => number
  readonly now: (sample: Sample) => string
  readonly wide?: boolean
}

const GIB = 2 ** 30
const gib = (bytes: number): string => (bytes / GIB).toFixed(1)

export const views: readonly View[] = [
  {
    key: 'cpu',
    title: words.cpu,
    chart: { label: words.cpuLine, unit: '%', max: 100 },
    value: ({ cpu }) => cpu,
    now: ({ cpu }) => `${cpu.toFixed(0)} %`,
    wide: true,
  },
  {
    key: 'memory',
    title: words.memory,
    chart: { label: words.memoryLine, unit: '%', max: 100 },
    value: ({ memory }) => (100 * memory.used) / memory.total,
    now: ({ memory }) => words.memoryNow(gib(memory.used), gib(memory.total)),
  },
  {
    key: 'lag',
    title: words.lag,
    chart: { label: words.lagLine, unit: 'ms' },
    value: ({ lag }) => lag.p99,
    now: ({ lag }) => `${lag.p99.toFixed(1)} ms`,
  },
]

export const timesOf = ({ samples }: Feed): readonly number[] => samples.map(({ at }) => at / 1000)

/** The accounts, for the line under the charts. */
export const countsOf = (feed: Feed, gaps: number): readonly (readonly [name: string, value: string])[] => [
  [words.received, String(feed.samples.length === 0 ? 0 : feed.newest - feed.first + 1 - feed.missing)],
  [words.newest, `#${feed.newest}`],
  [words.missing, String(feed.missing)],
  [words.twice, String(feed.twice)],
  [words.gaps, String(gaps)],
]
