import type { Socket } from 'node:net'

/** One direction of a line: what one side says, on its way to the other. */
export interface Flow {
  readonly moved: number
  /** Forwards nothing, not even an end, until it is let go. */
  hold(on: boolean): void
  delay(ms: number): void
  throttle(bytesPerSecond: number): void
  shred(on: boolean): void
  /** Says that nothing more will come, and drops what does. */
  end(): void
  /** Lets so many more bytes through, then does something else and forwards no more. */
  stopAfter(bytes: number, then: () => void): void
}

/** Bytes, or how the one who speaks has left. */
type Piece = { readonly due: number; readonly what: Buffer | 'end' | 'broken' }

/** How much may pile up before the one who speaks feels it. */
const MOST_BYTES = 262_144
/** How often a throttled flow moves. */
const SLICE_MS = 5

export function createFlow(from: Socket, to: Socket): Flow {
  const queue: Piece[] = []
  let queued = 0
  let moved = 0
  let held = false
  let over = false
  let delayMs = 0
  let rate = Infinity
  let single = false
  let left = Infinity
  let atStop = (): void => {}
  let wake = (): void => {}

  const push = (what: Piece['what']): void => {
    if (over) return
    queue.push({ due: Date.now() + delayMs, what })
    if (typeof what === 'object') queued += what.length
    if (queued > MOST_BYTES) from.pause()
    wake()
  }
  from.on('data', push)
  from.on('end', () => push('end'))
  // An `end` came before, or the one who spoke is gone without a word.
  from.on('close', () => push(from.readableEnded ? 'end' : 'broken'))
  to.on('close', () => {
    over = true
    wake()
  })
  void run()

  /** Waits for a change, or for so long. */
  function rest(ms?: number): Promise<void> {
    return new Promise((resume) => {
      const timer = ms === undefined ? undefined : setTimeout(resume, ms)
      wake = () => {
        clearTimeout(timer)
        resume()
      }
    })
  }

  async function run(): Promise<void> {
    while (!over) {
      const piece = queue[0]
      if (held || !piece) await rest()
      else if (piece.due > Date.now()) await rest(piece.due - Date.now())
      else if (typeof piece.what === 'object') await forward(piece.what)
      else return leave(piece.what)
    }
  }

  function leave(how: 'end' | 'broken'): void {
    over = true
    if (how === 'end') to.end()
    else to.resetAndDestroy()
  }

  async function forward(bytes: Buffer): Promise<void> {
    const most = single ? 1 : rate < Infinity ? Math.max(1, Math.round((rate * SLICE_MS) / 1000)) : bytes.length
    const now = bytes.subarray(0, Math.min(most, left))
    const later = bytes.subarray(now.length)
    queue.shift()
    if (later.length > 0) queue.unshift({ due: 0, what: later })
    queued -= now.length
    moved += now.length
    left -= now.length
    if (from.isPaused() && queued < MOST_BYTES / 2) from.resume()
    if (to.connecting) await new Promise<void>((resume) => to.once('connect', resume).once('close', resume))
    await new Promise<void>((resume) => to.write(now, () => resume()))
    if (left <= 0) {
      // An RST that comes together with bytes is taken for an end by some.
      await read()
      return stop()
    }
    if (single) await read()
    if (rate < Infinity) await new Promise<void>((resume) => setTimeout(resume, (now.length / rate) * 1000))
  }

  /** The first turn may be the one that is under way; in the second one somebody reads. */
  function read(): Promise<void> {
    return new Promise((resume) => setImmediate(() => setImmediate(resume)))
  }

  function stop(): void {
    if (over) return
    over = true
    wake()
    atStop()
  }

  return {
    get moved() {
      return moved
    },
    hold(on) {
      held = on
      wake()
    },
    delay(ms) {
      delayMs = ms
    },
    throttle(bytesPerSecond) {
      rate = bytesPerSecond
    },
    shred(on) {
      single = on
    },
    end: () => {
      if (!over) leave('end')
    },
    stopAfter(bytes, then) {
      left = bytes
      atStop = then
      if (bytes <= 0) stop()
    },
  }
}
