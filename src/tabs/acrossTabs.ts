import type { Ending } from '../base/ending.js'
import type { Attempt, Channel, Sink, Transport } from '../transports/transport.js'
import { follow } from './follow.js'
import { lead } from './lead.js'
import { type Air, BEAT_MS, GONE_MS, openAir } from './words.js'

/**
 * One line for all tabs of an origin: the first one holds it and passes everything on; when that tab is closed, crashes
 * or is frozen, the next one takes over from where all of them were. Browsers allow six connections to an origin over
 * HTTP/1.1, and servers are glad too. Where there are no Web Locks, each tab has a line of its own.
 *
 * A tab that comes later is told what comes from then on, or what it has missed behind its own cursor: the last 1,024
 * messages that have ids.
 *
 * @param name - The same in all tabs that share the line; put the user into it.
 *
 * @example
 * createConnection({ transports: acrossTabs(`likes ${userId}`, sse('/likes', { dialect: envelope() })) })
 *
 * @see https://w3c.github.io/web-locks/
 */
export const acrossTabs = (name: string, transport: Transport): Transport => ({
  ...transport,
  label: `${transport.label} for ${name}`,
  dial(attempt, sink) {
    const { locks, BroadcastChannel } = attempt.env
    // A chat's run belongs to the tab that asked.
    if (!locks || !BroadcastChannel || attempt.request) return transport.dial(attempt, sink)
    const key = `holdline ${name}`
    return share(key, locks, openAir(new BroadcastChannel(key)), transport, attempt, sink)
  },
})

async function share(
  key: string,
  locks: Pick<LockManager, 'request'>,
  air: Air,
  transport: Transport,
  attempt: Attempt,
  sink: Sink,
): Promise<Ending> {
  const { clock } = attempt.env
  /** Fires when this attempt is over, however it ended. */
  const over = new AbortController()
  const { signal } = over
  let { cursor } = attempt
  const hearing: Sink = {
    ...sink,
    frame(frame) {
      sink.frame(frame)
      cursor = frame.id ?? cursor
    },
    checkpoint(id) {
      sink.checkpoint(id)
      cursor = id || undefined
    },
  }

  return new Promise<Ending>((settle) => {
    const end = (ending: Ending): void => {
      settle(ending)
      attempt.signal.removeEventListener('abort', hangUp)
      over.abort()
      forget()
      air.close()
    }
    const hangUp = (): void => end({ kind: 'aborted' })
    const follower = follow(attempt, () => cursor, hearing, air, end)
    const queue = new AbortController()
    let asked = false

    /** Held as long as the lock is. */
    const hold = async (): Promise<void> => {
      if (signal.aborted) return
      forget()
      follower.leave()
      // What was offered by way of another tab is worth nothing any more.
      const opened = (channel: Channel = {}): void => sink.opened({ ...channel, anew: true })
      end(await lead(transport, { ...attempt, cursor, signal }, { ...sink, opened }, air))
    }
    const apply = (options: LockOptions): void => {
      locks.request(key, options, hold).catch((cause: unknown) => {
        // Whoever is robbed of the lock was frozen, and comes back as one who listens.
        if (!queue.signal.aborted || options.steal) end({ kind: 'dropped', cause })
      })
    }
    /** A tab that is frozen keeps its lock, and says nothing. */
    const watch = (): void => {
      const quiet = clock.now() - follower.heardAtMs >= GONE_MS
      if (!quiet || !asked) {
        // Its timers may be throttled, or we have slept: whoever lives can still answer.
        if (quiet) follower.ask()
        asked = quiet
        forget = clock.after(BEAT_MS, watch)
        return
      }
      queue.abort()
      apply({ steal: true })
    }
    let forget = clock.after(GONE_MS, watch)
    signal.addEventListener('abort', () => queue.abort())
    attempt.signal.addEventListener('abort', hangUp)
    apply({ signal: queue.signal })
  })
}
