import { wrong } from '../base/error.js'
import type { Sink } from './transport.js'

/** How many connections a browser opens to one origin over HTTP/1.1, for all its tabs together. */
const MOST = 6

/** The streams that are open now, by origin. */
const streams = new Map<string, number>()

/** Counts a stream that has opened, and warns of the one that leaves no connection for anything else. */
export function crowd(url: string, sink: Sink): () => void {
  const origin = /^\w+:\/\/[^/]+/.exec(url)?.[0] ?? ''
  const count = (change: number): number => {
    const now = (streams.get(origin) ?? 0) + change
    streams.set(origin, now)
    return now
  }
  if (count(1) >= MOST && speaksOne(origin)) {
    const cure = 'Share a connection, use webSocket(), or serve HTTP/2'
    sink.fault(
      wrong('overflow', 'many-streams', `${MOST} streams to ${origin} leave no room for anything else. ${cure}`),
    )
  }
  return () => void count(-1)
}

/** Whether the browser has spoken HTTP/1.1 with this origin; where nothing is remembered of that, nobody knows. */
const speaksOne = (origin: string): boolean =>
  (performance.getEntries() as Partial<PerformanceResourceTiming>[]).some(
    ({ name, nextHopProtocol }) => nextHopProtocol === 'http/1.1' && name?.startsWith(`${origin}/`),
  )
