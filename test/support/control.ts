import type { WebSocket } from 'ws'
import type { HeardOver, Wish } from './place.ts'
import { furnish, type Manners, type Room } from './room.ts'
import { type Plan, wireOf } from './wires.ts'

/** What a page asks for: the room first, then what shall happen in it. */
export interface Order {
  readonly open?: {
    readonly manners: Manners
    readonly wish: Omit<Wish, 'wire'>
    readonly plan?: Plan
    readonly secure: boolean
  }
  readonly say?: readonly string[]
  readonly end?: true
  readonly cut?: true
  readonly close?: true
  /** Answered when all before it was done and told. */
  readonly settle?: number
}

/** What a page is told: only what is new. */
export interface Report {
  readonly url?: string
  readonly cursors?: readonly (string | null)[]
  readonly received?: readonly string[]
  readonly readers?: number
  readonly asked?: readonly (Omit<HeardOver, 'query'> & { readonly query: string })[]
  readonly settled?: number
}

/** Keeps a room for a page that cannot have a server: it does what the page says, and tells all that it sees. */
export function control(line: WebSocket): void {
  let room: Room | undefined
  const known = { cursors: 0, received: 0, asked: 0 }
  const send = (report: Report): void => {
    if (line.readyState === line.OPEN) line.send(JSON.stringify(report))
  }
  const report = (): void => {
    if (!room) return
    const { cursors, received, readers, server } = room
    send({
      cursors: cursors.slice(known.cursors).map((cursor) => cursor ?? null),
      received: received.slice(known.received),
      readers,
      asked: server.asked.slice(known.asked).map((one) => ({ ...one, query: one.query.toString() })),
    })
    known.cursors = cursors.length
    known.received = received.length
    known.asked = server.asked.length
  }
  const obey = async ({ open, say, end, cut, close, settle }: Order): Promise<void> => {
    if (open) {
      const { manners, wish, plan, secure } = open
      room = await furnish(manners, plan ? { ...wish, wire: wireOf(plan) } : wish, { secure, changed: report })
      send({ url: room.url })
    }
    if (say) room?.say(...say)
    if (end) room?.end()
    if (cut) room?.cut()
    if (close) await room?.server.close()
    if (settle !== undefined) send({ settled: settle })
  }
  let last = Promise.resolve()
  line.on('message', (order) => {
    last = last
      .then(() => obey(JSON.parse(String(order as Buffer)) as Order))
      // A room that cannot be opened must not leave a test waiting.
      .catch((error: unknown) => line.close(1011, String(error).slice(0, 100)))
  })
  line.on('close', () => void last.then(() => room?.server.close()))
}
