import type { UIMessageChunk } from 'ai'
import type { Ending } from '../base/ending.js'
import { asError, type HoldlineError } from '../base/error.js'
import { truncated } from '../chat/conclude.js'
import { tellToStop } from '../chat/stop.js'
import { createLine } from '../connection/line.js'
import type { LineOptions } from '../connection/options.js'
import { parseJson } from '../frames/decode.js'
import type { Frame } from '../frames/frame.js'
import { judge, type Verdict } from '../policy/verdict.js'
import { envelope } from '../transports/envelope.js'
import type { Attempt, AttemptRequest } from '../transports/transport.js'
import { createOutlet } from './outlet.js'

/** An answer on its way, as the AI SDK reads it. */
export interface AnswerStream {
  readonly chunks: ReadableStream<UIMessageChunk>
  /** Whether the server knows of this answer. Rejects where that cannot be found out. */
  readonly known: Promise<boolean>
}

interface Manner {
  /** Whether it was begun earlier: then it is only asked for. */
  readonly begun: boolean
  /** Whether the server tells the whole answer again after a drop. */
  readonly replays: boolean
  /** Nothing more can be asked for. */
  over(): void
}

/** What ends an answer, whatever the line does afterwards. */
const LAST = /^(finish|abort|error)$/
const TRUNCATED = 'truncated'
/** A server that answers like this knows of no such run. */
const UNKNOWN = /^(http-(404|405|410)|ws-44(04|10))$/

/** Chunks pass through as they are: what they mean is the hook's affair. */
export function openAnswer(
  options: LineOptions,
  asked: Omit<AttemptRequest, 'method'>,
  again: Pick<AttemptRequest, 'query' | 'path'> | undefined,
  signal: AbortSignal | undefined,
  { begun, replays, over }: Manner,
): AnswerStream {
  const { connectTimeoutMs = 30_000 } = options
  const dialect = envelope()
  let sent = begun
  let finished = false
  let closed = false
  let counted = false
  /** How many chunks have been handed on, and how many of a replay are still to be passed over. */
  let told = 0
  let skip = 0
  let lost = false
  // Whoever reads no more has not said that the model shall stop.
  const output = createOutlet<UIMessageChunk>(() => leave())
  let settle!: { resolve(known: boolean): void; reject(error: HoldlineError): void }
  const known = new Promise<boolean>((resolve, reject) => {
    settle = { resolve, reject }
  })
  // Who only reads the chunks is told of the failure there.
  known.catch(() => {})

  /** Whether the rest can be asked for. A server that has told chunks without numbers could only begin anew. */
  const goesOn = (): boolean => again !== undefined && (replays || counted || told === 0)
  const ask = (method: AttemptRequest['method']): Pick<Attempt, 'request' | 'dialect'> =>
    method === 'POST'
      ? { dialect, request: { ...asked, method } }
      : { dialect, request: { ...asked, ...(method === 'GET' && again), method, body: undefined } }

  const line = createLine(
    { ...options, connectTimeoutMs, classify },
    {
      ids: 'counted',
      ask() {
        lost = sent && !goesOn()
        if (sent && replays) skip = told
        return ask(sent ? 'GET' : 'POST')
      },
      sent(is) {
        sent = is || begun
      },
      take,
      fault: fail,
      gap({ reason, again: twice }) {
        // It begins anew, and what has come is passed over.
        if (reason === 'lost') skip = told
        else if (twice) fail(truncated())
        else line.redial()
      },
    },
  )
  const forget = line.state.subscribe(() => {
    const state = line.state.get()
    if (state.status === 'open') settle.resolve(true)
    if (state.status === 'connecting' && lost) fail(state.error ?? truncated())
    if (state.status === 'failed') fail(state.error)
    if (state.status !== 'closed') return
    if (finished || state.ending === 'stopped') end()
    else fail(truncated())
  })
  const hangUp = (): void => {
    if (closed) return
    const { transport } = line.state.get()
    const lives = sent && !finished && goesOn()
    leave()
    output.end(signal?.reason)
    over()
    if (lives) void tellToStop(options, transport, ask('DELETE'))
  }
  signal?.addEventListener('abort', hangUp)
  if (signal?.aborted) hangUp()
  else line.hold()
  return { chunks: output.stream, known }

  function take({ data, id }: Frame): void {
    counted ||= /^\d+$/.test(id ?? '')
    if (closed || !data.trim()) return
    if (data === '[DONE]') return finished ? end() : undefined
    if (skip > 0) return void skip--
    told++
    try {
      const chunk = parseJson(data) as UIMessageChunk
      finished ||= LAST.test(chunk.type)
      output.put(chunk)
    } catch (error) {
      fail(asError(error, 'protocol'))
    }
  }

  function leave(): void {
    closed = true
    forget()
    line.close()
    signal?.removeEventListener('abort', hangUp)
    settle.resolve(false)
  }

  function end(): void {
    if (closed) return
    leave()
    over()
    output.end()
  }

  function fail(error: HoldlineError): void {
    if (closed) return
    // Where the server may still have it, the hook's `resumeStream()` can ask again.
    const gone = UNKNOWN.test(error.code) || error.code === TRUNCATED
    if (!gone) settle.reject(error)
    leave()
    if (gone) over()
    output.end(error)
  }

  function classify(ending: Ending): Verdict | undefined {
    const own = options.classify?.(ending)
    if (own) return own
    const verdict = judge(ending)
    if (finished && verdict.retry) return { kind: 'ended', retry: false }
    // A line that just closes has not said that this is the end.
    if (ending.kind === 'finished' && !ending.reason && !finished && counted)
      return { kind: 'network', retry: 'proven' }
    const final = sent && (verdict.kind === 'missing' || !goesOn())
    return final && verdict.kind !== 'ended' ? { ...verdict, retry: false } : verdict
  }
}
