// What runs in the page: one connection, and all that can be seen of it.
import {
  type ConnectionOptions,
  createConnection,
  createJournal,
  envelope,
  longPolling,
  sse,
  type Transport,
  webSocket,
} from 'holdline'

const dialect = envelope()

const transports = {
  webSocket: () => webSocket('/socket', { dialect }),
  sse: () => sse('/stream'),
  'sse in envelopes': () => sse('/stream', { dialect }),
  longPolling: () => longPolling('/poll', { dialect }),
} satisfies Record<string, () => Transport>

/** The transports that can go on where they were. */
export type Line = keyof typeof transports

/** What a test may wish for besides the defaults; plain data, for it comes by way of the DevTools. */
export type Wishes = Pick<ConnectionOptions<string>, 'backoff' | 'heartbeat' | 'pauseAfterMs'>

/** All that there is to see. */
export interface Seen {
  readonly data: readonly string[]
  /** Each status, with its reason and why the one before it ended. */
  readonly states: readonly string[]
  readonly attempt: number
  /** What the connection was told of the page, and what the page had to say itself. */
  readonly notices: readonly string[]
  readonly events: readonly string[]
  /** Gaps and faults. */
  readonly complaints: readonly string[]
  /** How long after the network was said to be back the last attempt was made, in milliseconds. */
  readonly afterOnlineMs: number | undefined
  /** The `readyState` of each socket at the moment it was hung up. */
  readonly hungUp: readonly number[]
  /** How often a sign of life was asked for. */
  readonly pings: number
}

/** What a test can ask the page to do. */
export interface Lines {
  hold(line: Line, wishes: Wishes): void
  seen(): Seen
  /** From now on the page's clock is so much later, as after a sleep. */
  jump(ms: number): void
}

const states: string[] = []
const events: string[] = []
const complaints: string[] = []
const hungUp: number[] = []
const data: string[] = []
const journal = createJournal()
let attempt = 0
let pings = 0
let later = 0
let onlineAtMs: number | undefined
let afterOnlineMs: number | undefined

function note({ type, persisted }: Event & { readonly persisted?: boolean }): void {
  const more = type === 'visibilitychange' ? ` ${document.visibilityState}` : persisted ? ' persisted' : ''
  events.push(type + more)
  if (type === 'online') onlineAtMs = performance.now()
}

for (const type of ['pagehide', 'pageshow', 'online', 'offline']) addEventListener(type, note)
for (const type of ['visibilitychange', 'freeze', 'resume']) document.addEventListener(type, note)

/** The browser's own, watched. */
const Watched = new Proxy(WebSocket, {
  construct(target, [url, protocols]: [string, string[]]) {
    const socket = new target(url, protocols)
    const { send, close } = socket
    socket.send = (frame: string) => {
      if (frame === dialect.ping) pings++
      send.call(socket, frame)
    }
    socket.close = () => {
      hungUp.push(socket.readyState)
      close.call(socket)
    }
    return socket
  },
})

const lines: Lines = {
  hold(line, wishes) {
    const connection = createConnection({
      transports: transports[line](),
      journal,
      ...wishes,
      env: {
        WebSocket: Watched,
        // The longest wait, always: what comes sooner does not come by luck.
        random: () => 1,
        clock: {
          now: () => Date.now() + later,
          after(ms, task) {
            const id = setTimeout(task, Math.min(ms, 2 ** 31 - 1))
            return () => clearTimeout(id)
          },
        },
      },
    })
    connection.state.subscribe(() => {
      const state = connection.state.get()
      attempt = state.attempt
      const why = 'error' in state ? ` ${state.error?.code}` : 'reason' in state ? ` ${state.reason}` : ''
      const word = `${state.status}${state.status === 'connecting' && !state.error ? '' : why}`
      // Failures that are forgiven are a change that does not show here.
      if (word !== states.at(-1)) states.push(word)
      if (state.status === 'connecting' && onlineAtMs) afterOnlineMs = performance.now() - onlineAtMs
    })
    connection.gaps.subscribe(({ reason }) => complaints.push(`gap ${reason}`))
    connection.faults.subscribe(({ code }) => complaints.push(`fault ${code}`))
    connection.subscribe((message) => data.push(message.data))
  },
  seen() {
    const notices = journal.entries.flatMap(({ event }) => (event.type === 'notice' ? [event.what] : []))
    return { data, states, attempt, notices, events, complaints, afterOnlineMs, hungUp, pings }
  },
  jump(ms) {
    later += ms
  },
}

Object.assign(globalThis, { lines })
