import type { Ending } from '../base/ending.js'
import { codeOf } from '../policy/verdict.js'
import type { Sink } from '../transports/transport.js'
import { listenAlong } from './listenAlong.js'
import type { Event, Plan, TappedCall } from './machine.js'
import type { AttemptNote, Open, Sign } from './notes.js'
import type { ConnectionState } from './state.js'

/** What a journal knows of attempts. */
export interface Attempts {
  readonly attempts: readonly AttemptNote[]
  readonly signs: readonly Sign[]
  lineOf(plan: Plan): number
  /** To be told of each event: only the conduct knows why somebody was hung up. */
  note(event: Event, now: number, shown: ConnectionState, plan: Plan): void
  tap(sink: Sink, call: TappedCall): Sink
}

/** Listens along, and counts. Keeps the last so many attempts and signs. */
export function createAttempts(limit: number, changed: () => void): Attempts {
  const attempts: Open<AttemptNote>[] = []
  const signs: Open<Sign>[] = []
  const lines = new WeakMap<Plan, { readonly line: number; shown?: ConnectionState }>()
  let count = 0

  function known(plan: Plan): { readonly line: number; shown?: ConnectionState } {
    const one = lines.get(plan) ?? { line: ++count }
    lines.set(plan, one)
    return one
  }

  function keep<T>(list: T[], item: T): void {
    list.push(item)
    if (list.length > limit) list.shift()
  }

  return {
    attempts,
    signs,
    lineOf: (plan) => known(plan).line,
    note(event, now, shown, plan) {
      const one = known(plan)
      one.shown = shown
      if (event.type !== 'ended') return
      const { attempt, ending } = event
      const own = [...attempts].reverse().find((other) => other.line === one.line && other.attempt === attempt)
      if (own) Object.assign(own, { endedAtMs: now, ending: bare(ending), code: codeOf(ending) })
    },
    tap(sink, { plan, attempt, index, signal, now }) {
      const { line } = known(plan)
      const transport = plan.transports[index]?.name ?? ''
      const own: Open<AttemptNote> = { line, attempt, transport, startedAtMs: now(), messages: 0, bytes: 0, signs: 0 }
      const hangUp = (): void => {
        own.endedAtMs ??= now()
        own.code ??= whyHungUp(known(plan).shown, attempt)
        changed()
      }
      keep(attempts, own)
      signal.addEventListener('abort', hangUp, { once: true })
      return listenAlong(sink, own, now, { signs, add: (sign) => keep(signs, sign), changed })
    },
  }
}

/** What somebody else's code threw may hold anything. */
function bare(ending: Ending): Ending {
  if (!('cause' in ending)) return ending
  const { cause: _, ...rest } = ending
  return rest
}

/** Why an attempt was hung up, by what was shown next. */
function whyHungUp(shown: ConnectionState | undefined, attempt: number): string {
  switch (shown?.status) {
    case 'waiting':
    case 'failed':
      return shown.error.code
    case 'paused':
    case 'closed':
      return shown.reason
    case 'open':
      return shown.attempt > attempt ? 'replaced' : 'given-up'
    // Over to the next transport at once, or somebody wants another line.
    case 'connecting':
      return shown.error?.attempt === shown.attempt - 1 ? shown.error.code : 'redialled'
    case 'idle':
    case undefined:
      return 'redialled'
  }
}
