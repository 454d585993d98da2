import { type HoldlineError, wrong } from '../base/error.js'
import { tell } from '../base/listeners.js'
import type { Ending } from '../base/ending.js'
import type { Frame } from '../frames/frame.js'
import type { Backoff } from '../policy/backoff.js'
import { judge, type Verdict } from '../policy/verdict.js'
import type { Env } from '../transports/env.js'
import type { Transport } from '../transports/transport.js'
import type { Journal, Plan } from './machine.js'
import type { Heartbeat } from './heartbeat.js'
import type { Gap, IdOrder } from './ledger.js'
import type { OutboxOptions } from './outbox.js'
import type { CursorStore } from './persist.js'

/** What every kind of connection takes, a chat's too. */
export interface LineOptions {
  /** Preferred first; the others are fallbacks. */
  readonly transports: Transport | readonly Transport[]
  /** The wait before a new try. */
  readonly backoff?: Partial<Backoff> | undefined
  /** How silence is judged; `false` trusts a silent line for ever. */
  readonly heartbeat?: Partial<Heartbeat> | false | undefined
  /** How long an attempt may take until the server has answered, in milliseconds. @defaultValue 10000 */
  readonly connectTimeoutMs?: number | undefined
  /** Failures in a row after which the status is `failed`. @defaultValue Infinity */
  readonly maxFailures?: number | undefined
  /** How long a fallback is in use before a better transport is tried beside it, in milliseconds. @defaultValue 60000 */
  readonly upgradeAfterMs?: number | undefined
  /**
   * How long a page may be hidden until the line is hung up, in milliseconds; it is dialled again as soon as the page is
   * seen, and goes on from the cursor. @defaultValue Infinity: a tab in the background is kept up to date
   */
  readonly pauseAfterMs?: number | undefined
  /** Says what an ending means, where the default says something else; `undefined` leaves it to the default. */
  readonly classify?: ((ending: Ending) => Verdict | undefined) | undefined
  /** What is taken from the world outside. */
  readonly env?: Partial<Env> | undefined
  /** Takes down every event, for logs and bug reports: `createJournal()` makes one that keeps them. */
  readonly journal?: Journal | undefined
}

/** Where a connection begins, and how long it is held. */
export interface LineStart {
  /** The cursor to start from. */
  readonly resumeFrom?: string | undefined
  /** Where the cursor is kept, so that the page goes on from it after a reload; see {@link storedCursor}. */
  readonly persist?: CursorStore | undefined
  /**
   * How long it stays open after its last listener left, in milliseconds: a remount costs nothing. What comes meanwhile
   * is heard by nobody. @defaultValue 1000
   */
  readonly lingerMs?: number | undefined
}

/** What {@link createConnection} takes. */
export interface ConnectionOptions<T> extends LineOptions, LineStart {
  /** Frame to value. @defaultValue the text itself */
  readonly decode?: ((frame: Frame) => T) | undefined
  /** What may wait to be sent. */
  readonly outbox?: OutboxOptions | undefined
  /** What the server's ids are. @defaultValue 'opaque' */
  readonly ids?: IdOrder | undefined
  /**
   * Called at a gap, to fetch what makes up for the messages that are lost. The line rests meanwhile, and then goes on
   * from the cursor that is returned, or from now. Whoever answers must read the cursor before the data: what is in both
   * comes twice otherwise. If it fails, that is a fault, and the line goes on behind the gap.
   */
  readonly snapshot?: ((gap: Gap) => string | undefined | Promise<string | undefined>) | undefined
}

export const listOf = ({ transports }: LineOptions): readonly Transport[] =>
  [transports as Transport | Transport[]].flat()

export function planOf(options: LineOptions): Plan {
  const { backoff, heartbeat, connectTimeoutMs = 10_000, maxFailures = Infinity, upgradeAfterMs = 60_000 } = options
  return {
    transports: listOf(options),
    broken: complaint(options),
    backoff: over({ firstMs: 1_000, growth: 2, maxMs: 30_000 }, backoff),
    heartbeat: heartbeat !== false && over({ pingAfterMs: 20_000, pongWithinMs: 10_000 }, heartbeat),
    connectTimeoutMs,
    maxFailures,
    upgradeAfterMs,
    judge(ending) {
      let verdict = judge(ending)
      tell(() => {
        verdict = options.classify?.(ending) ?? verdict
      }, ending)
      return verdict
    },
  }
}

/** Defaults, and what is given instead of them; an `undefined` gives nothing. */
const over = <T extends object, G extends object>(defaults: T, given: G | undefined): T & G =>
  ({
    ...defaults,
    ...Object.fromEntries(Object.entries(given ?? {}).filter(([, value]) => value !== undefined)),
  }) as T & G

/** What is wrong with the options, if anything: a wrong number would otherwise show as a busy loop or as nothing. */
function complaint(options: LineOptions & { readonly lingerMs?: number | undefined }): HoldlineError | undefined {
  const list = listOf(options)
  if (!list.length || list.some((item) => typeof (item as Partial<Transport> | undefined)?.dial !== 'function')) {
    return wrong('request', 'bad-option', 'transports must be a transport, such as sse(url), or a list of them')
  }
  for (const [name, value] of Object.entries({ ...options, ...options.backoff, ...(options.heartbeat || undefined) })) {
    if (/Ms$|^growth|^maxF/.test(name) && value !== undefined && !((value as unknown as number) >= 0)) {
      return wrong('request', 'bad-option', `${name} must be a number of 0 or more`)
    }
  }
  return undefined
}
