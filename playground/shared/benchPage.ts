import type { Env } from 'holdline'

/** Fires when this page goes offline, as far as its lines can tell. */
let network = new AbortController()
let away = false
let back: ReturnType<typeof setTimeout> | undefined

const broken = (): TypeError => new TypeError('As if offline')

/** Ends what nobody may hear of any more, and says so as a browser does. */
function cutSocket(socket: WebSocket): void {
  const { onclose } = socket
  socket.onopen = socket.onmessage = socket.onclose = null
  socket.close()
  onclose?.call(socket, new CloseEvent('close', { code: 1006 }))
}

function cutSource(source: EventSource): void {
  source.close()
  source.dispatchEvent(new Event('error'))
}

function breakable<Line extends EventTarget>(line: Line, cut: (line: Line) => void): Line {
  const { signal } = network
  const breakIt = (): void => cut(line)
  if (away) setTimeout(breakIt)
  signal.addEventListener('abort', breakIt)
  line.addEventListener('close', () => signal.removeEventListener('abort', breakIt))
  return line
}

class LineSocket extends WebSocket {
  constructor(url: string, protocols?: string[]) {
    super(url, protocols)
    breakable<WebSocket>(this, cutSocket)
  }
}

class LineSource extends EventSource {
  constructor(url: string, options?: EventSourceInit) {
    super(url, options)
    breakable<EventSource>(this, cutSource)
  }
}

/** The network of this page's lines: no page can take its tab offline, but it can act as if it were. */
export const env: Partial<Env> = {
  fetch(input, init) {
    if (away) return Promise.reject(broken())
    const { signal } = network
    return fetch(input, { ...init, signal: init?.signal ? AbortSignal.any([init.signal, signal]) : signal })
  },
  WebSocket: LineSocket as NonNullable<Env['WebSocket']>,
  EventSource: LineSource,
}

export function goOnline(): void {
  clearTimeout(back)
  if (!away) return
  away = false
  network = new AbortController()
  dispatchEvent(new Event('online'))
}

export function goOffline(ms: number): number {
  clearTimeout(back)
  back = setTimeout(goOnline, ms)
  if (away) return ms
  away = true
  network.abort(broken())
  dispatchEvent(new Event('offline'))
  return ms
}

const MOST_BLOCKED_MS = 10_000

/** Keeps the page's only thread, and says before and after what a browser says. */
export async function block(ms: number): Promise<number> {
  // What was pressed is painted first.
  await new Promise((settle) => requestAnimationFrame(() => setTimeout(settle)))
  document.dispatchEvent(new Event('freeze'))
  const until = performance.now() + Math.min(ms, MOST_BLOCKED_MS)
  while (performance.now() < until);
  document.dispatchEvent(new Event('resume'))
  return 0
}
