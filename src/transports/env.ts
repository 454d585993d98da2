import { type Clock, systemClock } from '../base/clock.js'
import type { Readable } from '../base/store.js'

/** The part of a WebSocket that is used. The browser's and the `ws` package's both fit. */
export interface WebSocketLike {
  binaryType: string
  onopen: (() => unknown) | null
  onmessage: ((event: { readonly data: unknown }) => unknown) | null
  onerror: ((event: unknown) => unknown) | null
  onclose: ((event: { readonly code: number; readonly reason: string }) => unknown) | null
  send(data: string | ArrayBufferView<ArrayBuffer> | ArrayBuffer | Blob): void
  close(code?: number, reason?: string): void
}

/** The part of an EventSource that is used. */
export interface EventSourceLike {
  readonly readyState: number
  onopen: (() => unknown) | null
  onerror: ((event: unknown) => unknown) | null
  addEventListener(type: string, listener: (event: MessageEvent) => void): void
  close(): void
}

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
  /** What relative URLs resolve against. */
  readonly baseUrl: string | undefined
  /** Where the transport that worked is remembered for a while. */
  readonly storage: Pick<Storage, 'getItem' | 'setItem' | 'removeItem'> | undefined
  /** Whether the machine has a network. Only a coming back is acted upon: browsers often say "offline" wrongly. */
  readonly online: Readable<boolean>
  readonly visible: Readable<boolean>
  /** Whether the page is put away in the back/forward cache. */
  readonly parked: Readable<boolean>
  /** Runs `task` with the next frame that is painted; the returned function forgets it. */
  readonly frame: (task: () => void) => () => void
}

interface Place {
  readonly document?: Document
  readonly navigator?: Navigator
  readonly location?: Location
  readonly sessionStorage?: Storage
  readonly requestAnimationFrame?: typeof globalThis.requestAnimationFrame
}

/** One frame where nothing is painted at all. */
const FRAME_MS = 16
const place = (): Place => globalThis as unknown as Place

/** What is at hand where this code runs. */
export function createEnv(given: Partial<Env> = {}): Env {
  return {
    clock: systemClock,
    random: Math.random,
    fetch: (...args) => globalThis.fetch(...args),
    get WebSocket() {
      return globalThis.WebSocket as unknown as Env['WebSocket']
    },
    get EventSource() {
      return globalThis.EventSource as unknown as Env['EventSource']
    },
    get baseUrl() {
      return place().document?.baseURI ?? place().location?.href
    },
    get storage() {
      try {
        return place().sessionStorage
      } catch {
        // Cookies are blocked: even looking is forbidden. Then nothing is remembered.
        return undefined
      }
    },
    online: observe(() => place().navigator?.onLine !== false, ['online', 'offline']),
    visible: observe(() => place().document?.visibilityState !== 'hidden', ['visibilitychange', 'resume']),
    parked: createParked(),
    frame(task) {
      if (!place().requestAnimationFrame) return (given.clock ?? systemClock).after(FRAME_MS, task)
      const id = requestAnimationFrame(task)
      return () => cancelAnimationFrame(id)
    },
    ...given,
  }
}

/** Listens only while somebody listens to it. */
function observe(get: () => boolean, events: readonly string[]): Readable<boolean> {
  return {
    get,
    subscribe(listener) {
      // `visibilitychange` and `resume` are the document's and bubble up; workers have neither, but may be online.
      const forget = events.map((event) => on(event, listener))
      return () => forget.forEach((leave) => leave())
    },
  }
}

function createParked(): Readable<boolean> {
  let parked = false
  return {
    get: () => parked,
    subscribe(listener) {
      const turn = (now: boolean) => (event: Event) => {
        if (!(event as PageTransitionEvent).persisted) return
        parked = now
        listener()
      }
      const forget = [on('pagehide', turn(true)), on('pageshow', turn(false))]
      return () => forget.forEach((leave) => leave())
    },
  }
}

function on(type: string, listener: (event: Event) => void): () => void {
  globalThis.addEventListener?.(type, listener)
  return () => globalThis.removeEventListener?.(type, listener)
}
