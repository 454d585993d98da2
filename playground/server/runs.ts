import { errorOf, Refusal } from './http.js'
import { createLog, type Log } from './log.js'

/** One answer, made once, however often its readers come and go. */
export interface Run {
  readonly chat: string
  readonly id: string
  readonly log: Log
}

/** How an answer came to its end (PROTOCOL.md, section 5). */
export type EndReason = 'complete' | 'stopped' | 'truncated' | 'error'

/** Adds a piece to the answer. False if nothing more is taken: the run was stopped, or has become too long. */
export type Write = (data: string, event?: string) => boolean

/** Makes an answer piece by piece, and says how it ended. `signal` fires on a stop. */
export type Source = (write: Write, signal: AbortSignal) => Promise<EndReason>

export interface RunLimits {
  /** How long a run is kept after its end. PROTOCOL.md asks for 60 s at least. @defaultValue 600000 */
  readonly keepMs?: number | undefined
  /** How many runs are known at once; where all of them are needed still, new ones are put off. @defaultValue 200 */
  readonly maxRuns?: number | undefined
  /** How long one answer may be. @defaultValue 4000000 */
  readonly maxChars?: number | undefined
  /** The time in milliseconds. @defaultValue Date.now */
  readonly now?: (() => number) | undefined
}

export interface Runs {
  find(chat: string, id: string): Run | Refusal
  /** The one of that id, whosever it is: ids are made so that nobody guesses them. */
  findAnywhere(id: string): Run | Refusal
  /** The chat's newest one. */
  newest(chat: string): Run | Refusal
  /** Begins the run. One that is known, or was once, is never begun again. */
  begin(chat: string, id: string, source: () => Source | Refusal): { run: Run; fresh: boolean } | Refusal
  /** Stops the run; that it is over already is fine. */
  stop(chat: string, id: string): Run | Refusal
  /** Forgets all runs of the chat at once, as a server does that is started again. */
  drop(chat: string): void
  /** Ends everything. Settles when every source has let go. */
  close(): Promise<void>
}

interface Held extends Run {
  readonly controller: AbortController
  endedAt?: number
  forgetting?: NodeJS.Timeout
}

const MAX_REMEMBERED = 5_000
/** What PROTOCOL.md promises to those who come back. */
const KEPT_MS = 60_000
const BUSY_MS = 5_000

const unknown = new Refusal(404, 'unknown_run', 'This run is not known here; ask the question again')
const gone = new Refusal(410, 'gone', 'This run was stopped or is over, and has been forgotten; ask the question again')
const stumbled = errorOf(
  { code: 'bug', message: "The answer could not be made; the server's log says why" },
  'server_error',
)
const busy = new Refusal(503, 'busy', 'Too many answers are being made; try again in a moment', BUSY_MS)

export function createRuns(limits: RunLimits = {}): Runs {
  const { keepMs = 600_000, maxRuns = 200, maxChars = 4_000_000, now = Date.now } = limits
  const runs = new Map<string, Held>()
  /** What became of the forgotten ones. A run that was stopped before it was ever heard of is among them. */
  const past = new Map<string, 'stopped' | 'over'>()
  const making = new Set<Promise<void>>()
  const keyOf = (chat: string, id: string): string => JSON.stringify([chat, id])

  function remember(key: string, fate: 'stopped' | 'over'): void {
    past.set(key, fate)
    for (const oldest of past.keys()) {
      if (past.size <= MAX_REMEMBERED) return
      past.delete(oldest)
    }
  }

  function forget(key: string, run: Held): void {
    clearTimeout(run.forgetting)
    runs.delete(key)
    remember(key, run.log.ended === 'stopped' ? 'stopped' : 'over')
  }

  /** Room for one more; runs that have been over for long enough make it, the oldest first. */
  function room(): boolean {
    for (const [key, run] of runs) {
      if (runs.size < maxRuns) break
      if (run.endedAt !== undefined && now() - run.endedAt >= KEPT_MS) forget(key, run)
    }
    return runs.size < maxRuns
  }

  async function make(key: string, run: Held, source: Source): Promise<void> {
    const { log, controller } = run
    let reason: EndReason
    try {
      reason = await source((data, event) => log.append({ data, event }), controller.signal)
    } catch (error) {
      reason = 'error'
      // A source names every trouble that it expects; what comes here is a bug and must be seen.
      if (!controller.signal.aborted) console.error('An answer could not be made:', error)
      log.append({ data: stumbled })
    }
    log.end(reason)
    run.endedAt = now()
    if (runs.get(key) !== run) return
    run.forgetting = setTimeout(() => forget(key, run), keepMs)
    run.forgetting.unref()
  }

  function find(chat: string, id: string): Held | Refusal {
    const key = keyOf(chat, id)
    return runs.get(key) ?? (past.get(key) === 'stopped' ? gone : unknown)
  }

  const last = (fits: (run: Held) => boolean): Run | Refusal => [...runs.values()].findLast(fits) ?? unknown

  return {
    find,
    findAnywhere: (id) => last((run) => run.id === id),
    newest: (chat) => last((run) => run.chat === chat),
    begin(chat, id, source) {
      const key = keyOf(chat, id)
      const known = runs.get(key)
      if (known) return { run: known, fresh: false }
      if (past.has(key)) return gone
      if (!room()) return busy
      const chosen = source()
      if (chosen instanceof Refusal) return chosen
      const run: Held = { chat, id, log: createLog({ maxChars }), controller: new AbortController() }
      runs.set(key, run)
      const done = make(key, run, chosen).finally(() => making.delete(done))
      making.add(done)
      return { run, fresh: true }
    },
    stop(chat, id) {
      const run = find(chat, id)
      if (run instanceof Refusal) {
        // The stop may have overtaken the question; then the question comes too late.
        remember(keyOf(chat, id), past.get(keyOf(chat, id)) ?? 'stopped')
        return run
      }
      // First the word, then the deed: nothing that the source still says comes behind the end.
      run.log.end('stopped')
      run.controller.abort()
      return run
    },
    drop(chat) {
      for (const [key, run] of runs) {
        if (run.chat !== chat) continue
        run.log.end('truncated')
        run.controller.abort()
        forget(key, run)
      }
    },
    async close() {
      for (const { log, controller } of runs.values()) {
        log.end('truncated')
        controller.abort()
      }
      await Promise.all(making)
      for (const { forgetting } of runs.values()) clearTimeout(forgetting)
      runs.clear()
    },
  }
}
