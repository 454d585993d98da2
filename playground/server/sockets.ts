import type { Duplex } from 'node:stream'
import type { RawData, WebSocket } from 'ws'
import { follow } from './follow.js'
import { isRecord, Refusal } from './http.js'
import type { Entry, Log } from './log.js'
import { startOf } from './orders.js'
import type { Ground } from './serve.js'
import { type Control, envelopeOf } from './wire.js'

/** What a client may open its line with. */
export type Opening = Readonly<Record<string, unknown>>

/** What a line is opened on. */
export interface Opened {
  readonly log: Log
  readonly cursor: string | undefined
  readonly chat?: string | undefined
}

export interface Mail {
  take(frame: Opening): Refusal | undefined
  takeBytes(bytes: Buffer): Refusal | undefined
  hearBytes(listener: (bytes: Buffer) => void): () => void
}

export interface SocketGround extends Ground {
  /** How long a client may take to say its first word. */
  readonly helloWithinMs: number
  /** Which controls open a line here, and on which log. */
  readonly openings: Readonly<Record<string, (frame: Opening) => Opened | Refusal>>
  /** What `stop` does on the line; it is answered by the log's end. */
  readonly stop?: ((frame: Opening) => Opened | Refusal) | undefined
  /** Who takes what the client sends. Without it, nothing is taken here. */
  readonly mail?: Mail | undefined
  /** What the line belongs to, as far as the URL says it. */
  readonly chat?: string | undefined
}

/** What a refusal is called where there are no status codes. */
const CLOSE_CODES: Readonly<Record<number, number>> = {
  401: 4401,
  404: 4404,
  410: 4410,
  409: 4409,
  413: 1009,
  429: 1013,
  503: 1013,
}
const HELLO_TOO_LATE = 4408
/** Close reasons have room for 123 bytes. */
const REASON_BYTES = 123
/** Whoever hears bytes more slowly than this goes without them: nothing promises that they arrive. */
const MAX_WAITING_BYTES = 1_000_000

/** Says no with a close code and a reason. */
export function refuseSocket(socket: WebSocket, { status, message, retryAfterMs }: Refusal): void {
  const reason = retryAfterMs === undefined ? message : `retry=${Math.ceil(retryAfterMs)}`
  socket.close(CLOSE_CODES[status] ?? 4400, Buffer.from(reason).subarray(0, REASON_BYTES).toString())
}

/** Serves logs over a WebSocket: one log per line, chosen by the client's first frame. */
export function serveSocket(socket: WebSocket, raw: Duplex, ground: SocketGround): void {
  const { faults, heartbeatMs, helloWithinMs, mail, openings } = ground
  const left = new AbortController()
  let line: Opened | undefined
  let answered = true

  const say = (...items: (Entry | Control)[]): Promise<void> =>
    new Promise((settle) => {
      // Settles when the bytes have left us, so that a slow reader is waited for. A broken line tells so by `close`.
      if (socket.readyState === socket.OPEN) socket.send(envelopeOf(items), () => settle())
      else settle()
    })
  const refuse = (refusal: Refusal): void => refuseSocket(socket, refusal)

  const late = setTimeout(() => socket.close(HELLO_TOO_LATE, 'Say hello first'), helloWithinMs)
  const beat = setInterval(() => {
    // A peer that answers nothing at all is gone, however open its socket looks.
    if (!answered) return socket.terminate()
    answered = false
    socket.ping()
    if (line && socket.bufferedAmount === 0) void say({ t: 'ping' })
  }, heartbeatMs)
  const forget = faults.watch({
    get chat() {
      return line?.chat ?? ground.chat
    },
    tear() {
      // The head of a frame of 4096 bytes, and the first few of them.
      raw.write(Buffer.from([0x81, 0x7e, 0x10, 0x00]))
      raw.write(`[{"id":"${line?.log.nextId ?? 1}","da`)
      raw.destroy()
    },
  })

  const deafen = mail?.hearBytes((bytes) => {
    if (line && socket.bufferedAmount < MAX_WAITING_BYTES) socket.send(bytes)
  })

  async function open(opened: Opened): Promise<void> {
    line = opened
    clearTimeout(late)
    const { log, cursor } = opened
    const { from, resumed } = startOf(log, cursor, faults.orders.floor(opened.chat ?? ground.chat, log))
    let greeting: Control[] = [{ t: 'welcome', resumed, heartbeatMs }]
    async function put(entries: readonly Entry[]): Promise<void> {
      const items = [...greeting, ...entries]
      greeting = []
      await say(...items)
    }
    const read = follow(log, from, left.signal, put)
    // What is there already travels with the welcome; where nothing is, the welcome goes alone.
    if (greeting.length > 0) await put([])
    const how = await read
    if (how === 'left') return
    await say(how === 'overrun' ? { t: 'reset', reason: 'overrun' } : { t: 'end', reason: log.ended ?? 'complete' })
    socket.close(1000)
  }

  /** What the client is told of its message. */
  function receipt(frame: Opening): Control {
    const no = mail ? mail.take(frame) : new Refusal(405, 'read_only', 'This line takes no messages')
    const named = typeof frame.id === 'string' ? { id: frame.id } : {}
    return no ? { t: 'nack', ...named, reason: no.message } : { t: 'ack', ...named }
  }

  /** Does what the client says, and returns what is answered. */
  function take(frame: Opening): Control | undefined {
    const { t } = frame
    if (t === 'ping') return { t: 'pong' }
    // Before the hello nobody knows who speaks.
    if (t === undefined) return line && receipt(frame)
    const opening = t === 'stop' ? ground.stop : typeof t === 'string' ? openings[t] : undefined
    // What is not known is passed over: a later version may say it.
    if (!opening) return undefined
    if (line && t !== 'stop') {
      if (t !== 'hello') refuse(new Refusal(409, 'taken', 'One run per socket'))
      return undefined
    }
    const opened = opening(frame)
    if (opened instanceof Refusal) refuse(opened)
    // On a line that is open already, the end comes by itself.
    else if (!line) void open(opened)
    return undefined
  }

  function takeBytes(bytes: Buffer): void {
    const refusal = mail && line ? mail.takeBytes(bytes) : new Refusal(400, 'bytes', 'This line takes text frames only')
    if (refusal) refuse(refusal)
  }

  socket.on('message', (data: RawData, binary: boolean) => {
    answered = true
    // `ws` hands a frame over as one Buffer unless it is told otherwise.
    if (binary) return takeBytes(data as Buffer)
    const frames = parse(data as Buffer)
    if (!frames) return socket.close(4400, 'Each frame must be JSON text: an object, or an array of them')
    // All answers to one frame in one frame.
    const answers = frames.flatMap((frame) => take(frame) ?? [])
    if (answers.length > 0) void say(...answers)
  })
  socket.on('pong', () => void (answered = true))
  // Always followed by `close`.
  socket.on('error', () => {})
  socket.on('close', () => {
    clearTimeout(late)
    clearInterval(beat)
    forget()
    deafen?.()
    left.abort()
  })
}

function parse(data: Buffer): Opening[] | undefined {
  try {
    const value: unknown = JSON.parse(data.toString('utf8'))
    const items: unknown[] = Array.isArray(value) ? value : [value]
    return items.every((item) => isRecord(item)) ? (items as Opening[]) : undefined
  } catch {
    return undefined
  }
}
