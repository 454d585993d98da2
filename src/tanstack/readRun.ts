import { restoreInboundChunk, type StreamChunk } from '@tanstack/ai/client'
import type { Ending } from '../base/ending.js'
import { asError, type HoldlineError } from '../base/error.js'
import { iterate } from '../base/iterate.js'
import { truncated } from '../chat/conclude.js'
import { tellToStop } from '../chat/stop.js'
import { createLine } from '../connection/line.js'
import type { LineOptions } from '../connection/options.js'
import { parseJson } from '../frames/decode.js'
import type { Frame } from '../frames/frame.js'
import { judge, type Verdict } from '../policy/verdict.js'
import { envelope } from '../transports/envelope.js'
import type { Attempt, AttemptRequest } from '../transports/transport.js'

interface Manner {
  /** Whether the rest of a run that was cut can be asked for. */
  readonly resumes: boolean
  /** Whether an abort stops it at the server. */
  readonly stops: boolean
  /** Nothing more can be asked for. */
  over(): void
}

/** Where a run is: behind a turn that has called tools there may be another one. */
type Place = 'middle' | 'turn' | 'end'

interface Output {
  push(chunk: StreamChunk): void
  end(error?: Error): void
}

const TRUNCATED = 'truncated'
/** How often a server may tell nothing behind a turn until that was the last one. */
const BARREN = 3

/** Events pass through as they are: what they mean is the client's affair. Without a body a run is only asked for. */
export const readRun = (
  options: LineOptions,
  asked: Omit<AttemptRequest, 'method'>,
  signal: AbortSignal | undefined,
  manner: Manner,
): AsyncIterable<StreamChunk> =>
  iterate<StreamChunk>((output) => hold(options, asked, signal, manner, output), { limit: Infinity })

/** Holds a line until the run is over, nobody reads any more, or `signal` fires; the returned function hangs up. */
function hold(
  options: LineOptions,
  asked: Omit<AttemptRequest, 'method'>,
  signal: AbortSignal | undefined,
  { resumes, stops, over }: Manner,
  output: Output,
): () => void {
  const { connectTimeoutMs = 30_000 } = options
  const dialect = envelope()
  const begun = asked.body === undefined
  let sent = begun
  /** How many events have been handed on, and how many of a run that is told anew are still to be passed over. */
  let told = 0
  let skip = 0
  /** Whether their ids make a cursor. */
  let counted = false
  let reached: Place = 'middle'
  /** The last attempt that was answered, and how many answers in a row have brought nothing. */
  let answered = 0
  let barren = 0
  let lost = false
  let closed = false

  const goesOn = (): boolean => resumes && (counted || told === 0)
  const ask = (method: AttemptRequest['method']): Pick<Attempt, 'request' | 'dialect'> =>
    method === 'POST'
      ? { dialect, request: { ...asked, method } }
      : { dialect, request: { ...asked, method, body: undefined } }

  const line = createLine(
    { ...options, connectTimeoutMs, classify },
    {
      ask() {
        lost = sent && !goesOn()
        return ask(sent ? 'GET' : 'POST')
      },
      sent(is) {
        sent = is || begun
      },
      take,
      fault: fail,
      gap({ reason, again }) {
        // It begins anew, and what has come is passed over.
        if (reason === 'lost') skip = told
        else if (again) fail(truncated())
        else line.redial()
      },
    },
  )
  const forget = line.state.subscribe(() => {
    const state = line.state.get()
    if (state.status === 'open' && state.attempt !== answered) {
      answered = state.attempt
      barren++
    }
    if (state.status === 'connecting' && lost) fail(state.error ?? truncated())
    if (state.status === 'failed') fail(state.error)
    if (state.status === 'closed') finish(state.ending)
  })
  signal?.addEventListener('abort', hangUp)
  if (signal?.aborted) hangUp()
  else line.hold()
  return leave

  function take({ data, id }: Frame): void {
    counted ||= !!id
    if (closed || !data.trim()) return
    if (data === '[DONE]') return finish()
    if (skip > 0) return void skip--
    try {
      const chunk = restoreInboundChunk(parseJson(data) as StreamChunk) as StreamChunk
      told++
      barren = 0
      reached = placeOf(chunk, reached)
      output.push(chunk)
    } catch (error) {
      fail(asError(error, 'protocol'))
    }
  }

  function leave(): void {
    closed = true
    forget()
    line.close()
    signal?.removeEventListener('abort', hangUp)
  }

  function end(error?: HoldlineError): void {
    if (closed) return
    leave()
    // A server that cannot be reached may still have it.
    if (!error || error.code === TRUNCATED) over()
    output.end(error)
  }

  /** The server says that nothing more will come. */
  function finish(word?: string): void {
    end(reached === 'middle' && word !== 'stopped' ? truncated() : undefined)
  }

  /** Where the last event was the end, no line can make the run less whole. */
  function fail(error: HoldlineError): void {
    end(reached === 'end' ? undefined : error)
  }

  function hangUp(): void {
    if (closed) return
    const { transport } = line.state.get()
    // A run that is joined, and has said nothing yet, is given up and not stopped: it may only be slow to begin.
    const lives = stops && sent && reached !== 'end' && goesOn() && (told > 0 || !begun)
    leave()
    output.end()
    if (!lives) return
    over()
    void tellToStop(options, transport, ask('DELETE'))
  }

  function classify(ending: Ending): Verdict | undefined {
    const own = options.classify?.(ending)
    if (own) return own
    const verdict = judge(ending)
    // Behind a turn that called tools there may be another one; a server that keeps telling none has none.
    const whole = reached === 'end' || (reached === 'turn' && (barren >= BARREN || !goesOn()))
    if (whole && verdict.retry) return { kind: 'ended', retry: false }
    // A line that just closes has not said that this is the end.
    if (ending.kind === 'finished' && !ending.reason && counted) return { kind: 'network', retry: 'proven' }
    const final = sent && (verdict.kind === 'missing' || !goesOn())
    return final && verdict.kind !== 'ended' ? { ...verdict, retry: false } : verdict
  }
}

/** TanStack ends each turn of a run that calls its tools, tells what they have found, and goes on; or it was the last. */
function placeOf(chunk: StreamChunk, before: Place): Place {
  if (chunk.type === 'RUN_ERROR') return 'end'
  if (chunk.type === 'TOOL_CALL_RESULT' && before === 'turn') return before
  if (chunk.type !== 'RUN_FINISHED') return 'middle'
  return chunk.finishReason === 'tool_calls' && !chunk.outcome ? 'turn' : 'end'
}
