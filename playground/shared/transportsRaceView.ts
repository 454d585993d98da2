import type { LaneName, LaneNumbers } from './transportsRaceLane'
import { words } from './words/transports'

interface Way {
  readonly headers: number
  readonly payload: number
}

/** What the server has counted at its sockets. */
export interface Tally {
  readonly requests: number
  readonly connections: number
  readonly open: number
  readonly up: Way
  readonly down: Way
}

export interface LaneView extends LaneNumbers, Tally {
  readonly name: LaneName
  readonly label: string
  /** Bytes for each message that came, both ways and everything included. */
  readonly perMessage: { readonly headers: number; readonly payload: number }
  /** What it cost alone, in percent of one core, where that was weighed. */
  readonly cpu: number | undefined
}

export const bytesOf = ({ headers, payload }: Way): number => headers + payload

/** What the numbers say, in words. */
export function conclude(lanes: readonly LaneView[], made: number): string {
  const by = (name: LaneName): LaneView => lanes.find((lane) => lane.name === name)!
  if (made === 0 || lanes.some(({ received }) => received === 0)) return ''
  const cost = ({ perMessage }: LaneView): number => Math.round(bytesOf(perMessage))
  const dearest = lanes.toSorted((one, other) => cost(other) - cost(one))
  const latest = lanes.toSorted((one, other) => other.p50 - one.p50)
  const [dear, cheap, slow, fast] = [dearest[0]!, dearest.at(-1)!, latest[0]!, latest.at(-1)!]
  return [
    `${words.asked(by('polling').requests, made)}${words.and}${words.longAsked(by('longPolling').requests)}`,
    words.dearest(words[dear.name], cost(dear), words[cheap.name], cost(cheap)),
    words.late(words[slow.name], slow.p50.toFixed(0), words[fast.name], fast.p50.toFixed(0)),
  ].join(words.between)
}

/** A row of the table: what it is called, and what stands in it for each lane. */
export const columns: readonly { readonly name: string; readonly cell: (lane: LaneView, made: number) => string }[] = [
  { name: words.received, cell: ({ received }, made) => words.of(received, Math.max(made, received)) },
  { name: words.requests, cell: ({ requests }) => whole(requests) },
  { name: words.connections, cell: ({ connections }) => whole(connections) },
  { name: words.upHeaders, cell: ({ up }) => whole(up.headers) },
  { name: words.upPayload, cell: ({ up }) => whole(up.payload) },
  { name: words.downHeaders, cell: ({ down }) => whole(down.headers) },
  { name: words.downPayload, cell: ({ down }) => whole(down.payload) },
  { name: words.perMessage, cell: weightOf },
  { name: words.p50, cell: (lane) => lateness(lane, lane.p50) },
  { name: words.p99, cell: (lane) => lateness(lane, lane.p99) },
  { name: words.lost, cell: ({ missing, twice }) => `${whole(missing)} · ${whole(twice)}` },
  { name: words.lines, cell: ({ attempts }) => whole(attempts) },
  { name: words.cpu, cell: ({ cpu }) => (cpu === undefined ? NOTHING : `${cpu.toFixed(1)} %`) },
]

/** Bars: for each lane one or two parts, as shares of the longest. */
export const bars: readonly {
  readonly name: string
  readonly parts: (lane: LaneView) => readonly number[]
  readonly said: (lane: LaneView) => string
}[] = [
  {
    name: words.onTheWire,
    parts: ({ perMessage: { headers, payload } }) => [payload, headers],
    said: weightOf,
  },
  { name: words.howLate, parts: ({ p50 }) => [p50], said: (lane) => lateness(lane, lane.p50) },
  { name: words.howOften, parts: ({ requests }) => [requests], said: ({ requests }) => whole(requests) },
]

/** Before a message has come, there is nothing to say of messages. */
const NOTHING = '–'
function weightOf({ received, perMessage }: LaneView): string {
  return received > 0 ? whole(bytesOf(perMessage)) : NOTHING
}
function lateness({ received }: LaneView, ms: number): string {
  return received > 0 ? words.ms(ms.toFixed(1)) : NOTHING
}

const sum = (parts: readonly number[]): number => parts.reduce((all, part) => all + part, 0)
function whole(value: number): string {
  return Math.round(value).toLocaleString('en')
}

/** How wide the parts of a lane's bar are, in percent of the longest bar. */
export function widthsOf(
  parts: (lane: LaneView) => readonly number[],
  lane: LaneView,
  lanes: readonly LaneView[],
): readonly number[] {
  const longest = Math.max(...lanes.map((one) => sum(parts(one))))
  return parts(lane).map((part) => (longest > 0 ? (100 * part) / longest : 0))
}
