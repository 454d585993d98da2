import { Refusal } from './http.js'
import { createLog, type Log } from './log.js'

export interface RoomOptions {
  /** How many messages are kept for those who come back. @defaultValue 1000 */
  readonly keep?: number | undefined
  /** How many ids of clients are remembered, so that what is sent again is taken once. @defaultValue 10000 */
  readonly remember?: number | undefined
  /** The most characters that one message may have; for binary frames, bytes. @defaultValue 4000 */
  readonly maxChars?: number | undefined
  /** Whether these credentials, as the header `authorization` says them, let one in. @defaultValue everybody is let in */
  readonly accepts?: ((authorization: string | undefined) => boolean) | undefined
}

/** What a client sends: the id is its own, and names the message however often it is sent. */
export interface Letter {
  readonly id: unknown
  readonly data: unknown
}

/** Whoever is in the room hears what any of them says. */
export interface Room {
  readonly log: Log
  /** Takes a message once, however often it is sent. A refusal is final: the same message would meet it again. */
  take(letter: Letter): Refusal | undefined
  /** Bytes have no room for an id: those who are on a WebSocket now hear them, and nobody later. */
  takeBytes(bytes: Buffer): Refusal | undefined
  hearBytes(listener: (bytes: Buffer) => void): () => void
  accepts(authorization: string | undefined): boolean
}

const MAX_ID = 200
/** Enough for as many messages as one start can see, so that the ids are in order as texts. */
const DIGITS = 8

export function createRoom(options: RoomOptions = {}): Room {
  const { keep = 1_000, remember = 10_000, maxChars = 4_000, accepts = () => true } = options
  const started = Date.now().toString(36)
  const log = createLog({ prefix: `${started}-`, digits: DIGITS, chained: true, maxEntries: keep, whenFull: 'forget' })
  /** The ids of what was taken, the oldest first. Where clients are told apart, each needs a list of its own. */
  const taken = new Set<string>()
  const listeners = new Set<(bytes: Buffer) => void>()
  const tooLong = (size: number): Refusal =>
    new Refusal(413, 'too_large', `The message has ${size} characters or bytes, and at most ${maxChars} are taken`)

  return {
    log,
    accepts,
    take({ id, data }) {
      if (typeof id !== 'string' || id === '' || id.length > MAX_ID)
        return new Refusal(400, 'bad_id', `A message needs an id: a text of 1 to ${MAX_ID} characters`)
      // Asked first: what was taken once stays taken, whatever the second copy looks like.
      if (taken.has(id)) return undefined
      if (data === undefined) return new Refusal(400, 'no_data', 'A message needs data: {"id":"…","data":…}')
      const text = typeof data === 'string' ? data : JSON.stringify(data)
      if (text.length > maxChars) return tooLong(text.length)
      taken.add(id)
      for (const oldest of taken) {
        if (taken.size <= remember) break
        taken.delete(oldest)
      }
      log.append({ data: text })
      return undefined
    },
    takeBytes(bytes) {
      if (bytes.length > maxChars) return tooLong(bytes.length)
      for (const listener of [...listeners]) listener(bytes)
      return undefined
    },
    hearBytes(listener) {
      listeners.add(listener)
      return () => void listeners.delete(listener)
    },
  }
}
