import type { Clock, Connection, Env, Listenable, Surrounding } from '../../src/index.ts'

/** Counts what is taken out and not brought back. */
export interface Census {
  /** Timers that have not rung and were not forgotten. */
  readonly timers: number
  /** Those who listen to what happens to the page. */
  readonly watchers: number
  /** Those who listen to a connection that was {@link Census.counting | counted}, or to its state. */
  readonly listeners: number
  /** The world outside, counted. */
  readonly env: Pick<Env, 'clock' | 'surroundings'>
  /** The same connection, whose listeners are counted. */
  counting<T>(connection: Connection<T>): Connection<T>
}

export function createCensus(clock: Clock): Census {
  const timers = new Set<object>()
  const watchers = new Set<object>()
  const listeners = new Set<object>()

  const counted = <T>(source: Listenable<T>, into: Set<object>): Listenable<T> => ({
    subscribe(listener) {
      const entry = {}
      into.add(entry)
      const leave = source.subscribe(listener)
      return () => {
        into.delete(entry)
        leave()
      }
    },
  })

  return {
    get timers() {
      return timers.size
    },
    get watchers() {
      return watchers.size
    },
    get listeners() {
      return listeners.size
    },
    env: {
      clock: {
        now: clock.now,
        after(ms, task) {
          const entry = {}
          timers.add(entry)
          const forget = clock.after(ms, () => {
            timers.delete(entry)
            task()
          })
          return () => {
            timers.delete(entry)
            forget()
          }
        },
      },
      surroundings: counted<Surrounding>({ subscribe: () => () => {} }, watchers),
    },
    counting: (connection) => ({
      ...connection,
      subscribe: counted(connection, listeners).subscribe,
      state: { get: connection.state.get, ...counted<void>(connection.state, listeners) },
    }),
  }
}
