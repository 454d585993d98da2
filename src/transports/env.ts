import { type Clock, systemClock } from '../base/clock.js'
import type { Listenable } from '../base/listeners.js'

/**
 * The part of a WebSocket that is used; the browser's and the `ws` package's both fit. The handlers are only ever set,
 * and each implementation has an event type of its own for them.
 */
export interface WebSocketLike {
  onopen: unknown
  onmessage: unknown
  onerror: unknown
  onclose: unknown
  binaryType: unknown
  send(data: unknown): void
  close(): void
}

/** The part of an EventSource that is used; likewise. */
export interface EventSourceLike {
  onopen: unknown
  onerror: unknown
  addEventListener(type: string, listener: (event: MessageEvent) => void): void
  close(): void
}

/** What can happen to a page: see {@link Env.surroundings}. */
export type Surrounding = 'online' | 'offline' | 'visible' | 'hidden' | 'resume' | 'parked' | 'restored'

/**
 * Everything that is taken from the world outside. Each default is looked up when it is needed, never on import,
 * so the same code runs in a page, a worker and Node; hand in what a place lacks (`WebSocket` on Node 20, say).
 */
export interface Env {
  readonly clock: Clock
  /** From 0 to 1. */
  readonly random: () => number
  readonly fetch: typeof globalThis.fetch
  readonly WebSocket: (new (url: string, protocols?: string[]) => WebSocketLike) | undefined
  readonly EventSource: (new (url: string, options?: { withCredentials?: boolean }) => EventSourceLike) | undefined
  /** What {@link acrossTabs} agrees by on who holds the line. */
  readonly locks: Pick<LockManager, 'request'> | undefined
  /** What tabs talk over. */
  readonly BroadcastChannel: typeof globalThis.BroadcastChannel | undefined
  /** What relative URLs resolve against. */
  readonly baseUrl: string | undefined
  /** Where the transport that worked is remembered for a while. */
  readonly storage: Pick<Storage, 'getItem' | 'setItem' | 'removeItem'> | undefined
  /**
   * What happens to the page, in one word: its network is back or gone, it is seen or hidden, thawed, put away in the
   * back/forward cache or back from there. Only what brings it back leads to a new try: browsers often say "offline" wrongly.
   */
  readonly surroundings: Listenable<Surrounding>
  /** Lets the page do what else it has to do: paint, hear the user. A flood of messages is read in slices. */
  readonly breathe: () => Promise<void>
  /** Runs `task` with the next frame that is painted; the returned function forgets it. */
  readonly frame: (task: () => void) => () => void
}

/** One frame where nothing is painted at all. */
const FRAME_MS = 16

const place = globalThis as Partial<typeof globalThis>

/** What is looked up each time. One for all: an object with getters of its own costs each line a kilobyte. */
const world = {
  random: Math.random,
  fetch: (...args: Parameters<typeof fetch>) => fetch(...args),
  get WebSocket() {
    return place.WebSocket
  },
  get EventSource() {
    return place.EventSource
  },
  get locks() {
    return place.navigator?.locks
  },
  get BroadcastChannel() {
    return place.BroadcastChannel
  },
  get baseUrl() {
    return place.document?.baseURI ?? place.location?.href
  },
  get storage() {
    try {
      return place.sessionStorage
    } catch {
      // Cookies are blocked: even looking is forbidden. Then nothing is remembered.
      return undefined
    }
  },
  surroundings: { subscribe: watchPage },
  breathe: () =>
    new Promise<void>((resume) => {
      // A timer would be held back by four milliseconds each time.
      const { port1, port2 } = new MessageChannel()
      port1.onmessage = () => {
        port1.close()
        resume()
      }
      port2.postMessage(0)
    }),
}

/** What is at hand where this code runs. */
export function createEnv({ clock = systemClock, ...given }: Partial<Env> = {}): Env {
  const frame: Env['frame'] = (task) => {
    if (!place.requestAnimationFrame) return clock.after(FRAME_MS, task)
    const id = requestAnimationFrame(task)
    return () => cancelAnimationFrame(id)
  }
  return { __proto__: world, clock, frame, ...given } as unknown as Env
}

/** A worker has only its network, Node nothing. Says at once if nobody looks at the page from the beginning. */
function watchPage(tell: (surrounding: Surrounding) => void): () => void {
  const hear = ({ type, persisted }: Event & { readonly persisted?: boolean }): void => {
    if (type === 'visibilitychange') tell(document.visibilityState)
    else if (!type.startsWith('page')) tell(type as Surrounding)
    else if (persisted) tell(type === 'pagehide' ? 'parked' : 'restored')
  }
  const types = ['online', 'offline', 'visibilitychange', 'resume', 'pagehide', 'pageshow']
  const leave = new AbortController()
  // On the way down: `resume` is the document's and does not bubble up.
  for (const type of types) globalThis.addEventListener?.(type, hear, { signal: leave.signal, capture: true })
  if ((globalThis as Partial<typeof globalThis>).document?.visibilityState === 'hidden') tell('hidden')
  return () => leave.abort()
}
