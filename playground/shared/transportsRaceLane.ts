import {
  createConnection,
  envelope,
  json,
  longPolling,
  type Message,
  polling,
  sse,
  type Transport,
  webSocket,
} from 'holdline'
import { benched } from './benchLine'

export const laneNames = ['polling', 'longPolling', 'sse', 'webSocket'] as const
export type LaneName = (typeof laneNames)[number]

/** A message of the feed. */
interface Sent {
  readonly n: number
  /** By the server's clock, in milliseconds since the epoch. */
  readonly at: number
}

/** What a lane itself can say; what it has cost is known to the server. */
export interface LaneNumbers {
  readonly received: number
  readonly missing: number
  readonly twice: number
  /** How late messages were, in milliseconds: half of them less, and 99 of 100. */
  readonly p50: number
  readonly p99: number
  readonly attempts: number
  readonly status: string
}

/** One connection over one transport, and no fallback. */
export interface Lane {
  readonly name: LaneName
  readonly numbers: LaneNumbers
  /** Resolves when it is open, or when it has had its time. */
  open(): Promise<void>
  close(): void
}

export interface LaneOptions {
  readonly name: LaneName
  readonly race: string
  /** Names this page's lines to the server. */
  readonly chat: string
  readonly everyMs: number
  /** How much the server's clock is ahead, in milliseconds. */
  readonly aheadMs: () => number
}

const OPEN_WITHIN_MS = 4_000
/** The newest ones say how late messages are. */
const TIMED = 2_000

/** `?via.sse=http://127.0.0.1:9001` sends that lane through a proxy of yours, so that you can count along. */
const originOf = (name: LaneName): string => new URLSearchParams(location.search).get(`via.${name}`) ?? ''

function transportOf({ name, race, chat, everyMs }: LaneOptions): Transport {
  const dialect = envelope()
  const query = `?race=${race}&lane=${name}&chat=${chat}`
  const url = `${originOf(name)}/api/race${query}`
  switch (name) {
    case 'polling':
      return polling(url, { dialect, everyMs })
    case 'longPolling':
      return longPolling(url, { dialect })
    case 'sse':
      return sse(url, { dialect })
    case 'webSocket':
      return webSocket(`${originOf(name)}/api/race/ws${query}`, { dialect })
  }
}

export function createLane(options: LaneOptions): Lane {
  const connection = createConnection<Sent>({
    ...benched,
    transports: transportOf(options),
    decode: json<Sent>(),
    ids: 'ordered',
    backoff: { firstMs: 500, maxMs: 5_000 },
  })
  const late: number[] = []
  let received = 0
  let newest = 0
  let missing = 0
  let twice = 0
  let leave = (): void => {}

  function hear({ data: { n, at } }: Message<Sent>): void {
    if (n <= newest) {
      twice += 1
      return
    }
    received += 1
    missing += n - newest - 1
    newest = n
    late.push(performance.timeOrigin + performance.now() + options.aheadMs() - at)
    if (late.length > 2 * TIMED) late.splice(0, TIMED)
  }

  return {
    name: options.name,
    get numbers() {
      const sorted = late.slice(-TIMED).toSorted((one, other) => one - other)
      const part = (share: number): number => Math.max(0, sorted[Math.floor(share * (sorted.length - 1))] ?? 0)
      const { status, attempt: attempts } = connection.state.get()
      return { received, missing, twice, p50: part(0.5), p99: part(0.99), attempts, status }
    },
    open: () =>
      new Promise((settle) => {
        leave = connection.subscribe(hear)
        const done = (): void => {
          clearTimeout(timer)
          forget()
          settle()
        }
        const timer = setTimeout(done, OPEN_WITHIN_MS)
        const forget = connection.state.subscribe(() => connection.state.get().status === 'open' && done())
      }),
    close() {
      leave()
      connection.close()
    },
  }
}
