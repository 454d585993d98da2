import type { IncomingHttpHeaders } from 'node:http'
import type { Rig } from '../contract/rigs.ts'
import type { Wire } from './wires.ts'

/** What one request said. */
export interface Heard {
  readonly method: string
  readonly path: string
  readonly query: URLSearchParams
  readonly headers: IncomingHttpHeaders
  /** From the header or the query, as PROTOCOL.md has it. */
  readonly cursor: string | undefined
}

/** How it came, where the place can tell. */
export interface HeardOver extends Heard {
  /** Such as `1.1` or `2.0`. */
  readonly httpVersion: string
  readonly encrypted: boolean
}

/** What a room does besides its duty. */
export interface Wish {
  /** How many messages before the cursor are sent again. */
  readonly overlap?: number
  readonly wire?: Wire
  /** Answers with this status, always or where there is a cursor, with a body that does not end (that of 401 does). */
  readonly refuse?: {
    readonly status: number
    readonly resuming?: boolean
    readonly headers?: Readonly<Record<string, string>>
  }
  /** Answers with the last message alone and its `ETag`, and with 304 where the client has it. */
  readonly latest?: boolean
}

/** A log of messages on a server of its own, served the way each transport's server would, wherever that server is. */
export interface PlacedRoom<H extends Heard = Heard> {
  readonly url: string
  /** The cursor of each request or hello; undefined where there was none. */
  readonly cursors: readonly (string | undefined)[]
  /** What came over the sockets, but for the hello. */
  readonly received: readonly string[]
  /** The lines that listen now; for polls, the questions that are held. */
  readonly readers: number
  readonly server: { readonly asked: readonly H[]; close(): Promise<void> }
  say(...data: string[]): void
  /** Nothing more will come. */
  end(): void
  /** Hangs up on everybody. */
  cut(): void
  /** Where the server is far away: resolves once all that it knows by now is known here too. */
  readonly settled?: () => Promise<void>
}

/** Opens a room in a place: in this process, or on a server that the page asks for one. It goes when the test goes. */
export type OpenRoom<H extends Heard = Heard> = (rig: Rig, wish?: Wish) => Promise<PlacedRoom<H>>
