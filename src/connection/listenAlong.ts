import type { Sink } from '../transports/transport.js'
import type { AttemptNote, Open, Sign } from './notes.js'

/** Signs of one kind that come so close are one. */
const TOGETHER_MS = 100

/** Where an attempt's notes are kept. */
export interface Notebook {
  /** All signs so far, the last one at the end. */
  readonly signs: Open<Sign>[]
  add(sign: Open<Sign>): void
  changed(): void
}

/** A sink that notes in `own` and in the notebook what it is told, until that attempt is over, and passes everything on. */
export function listenAlong(
  sink: Sink,
  own: Open<AttemptNote>,
  now: () => number,
  { signs, add, changed }: Notebook,
): Sink {
  const { line, attempt } = own
  /** How long the last piece was, while no message was found in it. */
  let lone: number | undefined

  function hear(type: Sign['type'], size: number = 0, id?: string, text?: string): void {
    const atMs = now()
    if (type !== 'life') notAlone()
    const last = signs[signs.length - 1]
    const mine = last?.line === line && last.attempt === attempt && last.type === type
    if (mine && atMs - last.atMs < TOGETHER_MS) {
      Object.assign(last, { count: last.count + 1, size: last.size + size, id: id ?? last.id, text })
    } else add({ line, attempt, type, atMs, count: 1, size, id, text })
    changed()
  }

  /** What came last was no mere sign of life. */
  function notAlone(): void {
    const last = signs[signs.length - 1]
    if (lone !== undefined && last?.type === 'life') {
      own.signs -= 1
      last.count -= 1
      last.size -= lone
      if (last.count === 0) signs.pop()
    }
    lone = undefined
  }

  const over = (): boolean => own.endedAtMs !== undefined
  /** Notes before it passes on: whoever is told may end it all. */
  const noting =
    <Told extends unknown[]>(note: (...told: Told) => void, pass: (...told: Told) => void) =>
    (...told: Told): void => {
      if (!over()) note(...told)
      pass(...told)
    }

  return {
    ...sink,
    opened: noting(() => (own.openedAtMs ??= now()), sink.opened),
    alive: noting((beat = false, bytes = 0) => {
      own.bytes += bytes
      // A comment is told of besides the piece that it came in.
      if (!beat || lone === undefined) {
        own.signs += 1
        hear('life', bytes)
      }
      lone = beat ? undefined : bytes
    }, sink.alive),
    frame: noting(({ bytes, data, id, event }) => {
      own.messages += 1
      own.cursor = id ?? own.cursor
      hear('message', bytes?.byteLength ?? data.length, id, event)
    }, sink.frame),
    checkpoint: noting((id) => {
      own.cursor = id
      hear('cursor', 0, id)
    }, sink.checkpoint),
    retryAfter: noting((ms) => hear('retry', 0, String(ms)), sink.retryAfter),
    welcome: noting((welcome) => hear('welcome', 0, undefined, JSON.stringify(welcome)), sink.welcome),
    fault: noting(({ code, message }) => hear('fault', 0, code, message), sink.fault),
  }
}
