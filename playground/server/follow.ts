import type { Entry, Log } from './log.js'

/** How much is handed over at once: enough to be cheap, little enough that a slow reader is waited for. */
const BATCH = 500
const BATCH_CHARS = 250_000

/**
 * Reads a log to its end for one reader, and waits for the reader whenever it is slow.
 * `overrun`: the reader was so slow that what it needs next has been forgotten.
 */
export async function follow(
  log: Log,
  cursor: string | undefined,
  signal: AbortSignal,
  put: (entries: readonly Entry[]) => Promise<void>,
): Promise<'ended' | 'overrun' | 'left'> {
  let at = cursor
  while (!signal.aborted) {
    const ahead = log.after(at, BATCH)
    if (!ahead) return 'overrun'
    const entries = within(ahead, BATCH_CHARS)
    const last = entries.at(-1)
    if (last) {
      at = last.id
      await put(entries)
    } else if (log.ended !== undefined) {
      return 'ended'
    } else {
      await news(log, signal)
    }
  }
  return 'left'
}

/** As many as there is room for; one at least. */
function within(entries: readonly Entry[], maxChars: number): readonly Entry[] {
  let chars = 0
  const end = entries.findIndex(({ data }, index) => (chars += data.length) > maxChars && index > 0)
  return end < 0 ? entries : entries.slice(0, end)
}

/**
 * Settles when there is something new, when the reader has left, or when `waitMs` are over.
 * A turn later than the news, so that everything written in one turn travels together.
 */
export function news(log: Log, signal: AbortSignal, waitMs?: number): Promise<void> {
  return new Promise((settle) => {
    if (signal.aborted) return settle()
    const done = (): void => {
      forget()
      signal.removeEventListener('abort', done)
      clearTimeout(timer)
      setImmediate(settle)
    }
    const timer = waitMs === undefined ? undefined : setTimeout(done, waitMs)
    const forget = log.subscribe(done)
    signal.addEventListener('abort', done)
  })
}
