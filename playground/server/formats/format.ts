import type { EndReason } from '../runs.js'

/** One message of a run, as a format writes it. */
export interface Piece {
  readonly data: string
  readonly event?: string
}

export type Body = Readonly<Record<string, unknown>>

/** The user's word on a call that the server has asked about. */
export interface Word {
  readonly toolCallId: string
  readonly name: string
  readonly input: unknown
  readonly approvalId: string
  readonly approved: boolean
  readonly reason?: string | undefined
}

/** A request, put into the words of Chat Completions, which whoever answers understands. */
export interface Read {
  readonly messages: unknown
  /** The other fields that whoever answers is told. @defaultValue none but ours */
  readonly rest?: Body
  readonly words?: readonly Word[]
}

/** What an answer is written about. */
export interface About {
  readonly chat: string
  readonly run: string
  readonly model: string
  readonly body: Body
  /** Whether the server may ask the user itself: what was asked in another format cannot bring the answer back. */
  readonly asks: boolean
}

/** Text, a thought, or a call of a tool while it is being written. */
export interface Block {
  readonly index: number
  readonly kind: 'text' | 'reasoning' | 'call'
  /** What names it on the wire. */
  readonly id: string
  /** The tool's name. */
  readonly name: string
  /** Whether the server runs the tool itself. */
  readonly own: boolean
  text: string
}

export interface Place {
  readonly url: string
  readonly title: string
}

export interface Counts {
  readonly input: number
  readonly output: number
  readonly reasoning: number
}

export type FinishReason = 'stop' | 'length' | 'tool_calls' | 'content_filter'

/** How one format says what happens in an answer. What it has no words for, it leaves out. */
export interface Pen {
  begin?(): Piece[]
  /** What became of a call that the user was asked about, before the answer goes on. */
  word?(word: Word, output: unknown): Piece[]
  open?(block: Block): Piece[]
  more?(block: Block, delta: string): Piece[]
  close?(block: Block): Piece[]
  /** What a tool of the server's has found; `index` is a place of its own. */
  result?(call: Block, output: unknown, index: number): Piece[]
  source?(place: Place, within: Block | undefined): Piece[]
  error?(message: string, code: string): Piece[]
  finish?(reason: FinishReason, counts: Counts): Piece[]
}

/** Translates the lines of an answer while it is made. */
export interface Writer {
  words(words: readonly (readonly [Word, unknown])[]): Piece[]
  take(line: string): Piece[]
  end(reason: EndReason): Piece[]
}

/** How a body over HTTP is framed, where a format has a way of its own. */
export interface Framing {
  readonly accept: RegExp
  readonly type: string
  write(data: string): string
  /** What keeps the line alive, where anything may. */
  readonly beat?: string
}

/** Which run is meant, where a format has an address of its own for it. */
export interface Locating {
  readonly chat?: string
  readonly run?: string
  readonly cursor?: string
}

/** One kind of server that the playground can pass for. */
export interface Format {
  read(body: Body): Read
  write(about: About): Writer
  readonly framing?: Framing
  readonly headers?: Readonly<Record<string, string>>
  /** `rest` is the path below the format's own address. */
  locate?(rest: string, query: URLSearchParams): Locating | undefined
  /** Which run a POST to that path stops. */
  stops?(rest: string): Locating | undefined
}

export const json = (value: object, event?: string): Piece =>
  event === undefined ? { data: JSON.stringify(value) } : { data: JSON.stringify(value), event }

/** The input of a call that is whole. */
export function inputOf({ text }: Block): unknown {
  try {
    return JSON.parse(text || '{}') as unknown
  } catch {
    return {}
  }
}
