import { createParser } from 'eventsource-parser'
import { DONE, pieceOf } from './chunks.js'
import type { Answerer, Question } from './desk.js'
import { errorOf, isRecord } from './http.js'
import { PAGE_TOOLS } from './tools.js'
import type { EndReason, Source, Write } from './runs.js'

export interface RelayOptions {
  /** Such as `http://localhost:11434/v1`. */
  readonly baseUrl: string
  readonly apiKey?: string | undefined
  /** Takes the place of the one that the page asks for. */
  readonly model?: string | undefined
  /** How long the service may be silent before its stream counts as broken, in milliseconds. @defaultValue 120000 */
  readonly idleMs?: number | undefined
}

const MAX_EVENT = 1_000_000
const MAX_ERROR = 64_000

/** Hands questions on to any OpenAI-compatible service, and its stream back as it is. */
export function createRelay({ baseUrl, apiKey, model, idleMs = 120_000 }: RelayOptions): Answerer {
  const address = `${baseUrl.replace(/\/+$/, '')}/chat/completions`
  return {
    mode: 'relay',
    model: model ?? 'as asked for',
    answer(question): Source {
      return async (write, stopped) => {
        const idle = watchdog(idleMs)
        const signal = AbortSignal.any([stopped, idle.signal])
        const headers = { ...(apiKey ? { authorization: `Bearer ${apiKey}` } : {}), 'content-type': 'application/json' }
        try {
          const response = await fetch(address, {
            method: 'POST',
            headers: { ...headers, accept: 'text/event-stream' },
            body: JSON.stringify(requestOf(question, model)),
            signal,
          })
          const type = response.headers.get('content-type') ?? 'nothing'
          if (response.ok && /^text\/event-stream\b/i.test(type)) return await relay(response, write, idle.touch)
          write(await complaintOf(response, type))
          return 'error'
        } catch (error) {
          if (stopped.aborted) return 'stopped'
          write(unreachable(baseUrl, idle.signal.aborted ? `it was silent for ${idleMs / 1000} s` : reasonOf(error)))
          return 'error'
        } finally {
          idle.release()
        }
      }
    },
  }
}

/** The whole conversation, and whatever else the page asked for that is not ours. */
function requestOf({ history, body }: Question, model: string | undefined): object {
  const { chat_id: _chat, message_id: _message, speed: _speed, whole: _whole, page_tools: tools, ...rest } = body
  return {
    ...rest,
    ...(tools === true ? { tools: PAGE_TOOLS } : {}),
    ...(model === undefined ? {} : { model }),
    messages: history.map(({ role, text, raw }) => (raw ? messageOf(raw) : { role, content: text })),
    stream: true,
  }
}

/** Without what only we know of a message; pictures as every service takes them. */
function messageOf({ failed: _failed, content, ...rest }: Readonly<Record<string, unknown>>): object {
  return { ...rest, content: Array.isArray(content) ? (content as unknown[]).map(partOf) : content }
}

function partOf(part: unknown): unknown {
  const file = isRecord(part) && part.type === 'file' && isRecord(part.file) ? part.file : {}
  const { file_data: url } = file
  const isPicture = typeof url === 'string' && url.startsWith('data:image/')
  return isPicture ? { type: 'image_url', image_url: { url } } : part
}

/** Reads the service's stream to its end. Without a mark that it is whole, it was cut. */
async function relay(response: Response, write: Write, touch: () => void): Promise<EndReason> {
  let finished = false
  let reason: EndReason | undefined
  const parser = createParser({
    maxBufferSize: MAX_EVENT,
    onEvent({ data }) {
      if (reason) return
      const piece = pieceOf(data)
      finished ||= piece.finished
      if (!write(data)) reason = 'truncated'
      else if (piece.failed) reason = 'error'
      else if (data.trim() === DONE) reason = 'complete'
    },
    onError({ type }) {
      if (type === 'max-buffer-size-exceeded') reason ??= 'truncated'
    },
  })
  const decoder = new TextDecoder()
  try {
    for await (const bytes of response.body ?? []) {
      touch()
      parser.feed(decoder.decode(bytes, { stream: true }))
      // Leaving the loop lets go of the connection.
      if (reason) return reason
    }
  } catch {
    // The line broke, or was silent for too long, or the run was stopped: what has come so far is all there is.
    return finished ? 'complete' : 'truncated'
  }
  return finished ? 'complete' : 'truncated'
}

/** What the service says is wrong, in the words that it chose if they can be read. */
async function complaintOf(response: Response, type: string): Promise<string> {
  const { status, statusText, ok } = response
  const text = (await response.text()).slice(0, MAX_ERROR)
  try {
    const value: unknown = JSON.parse(text)
    const error: unknown = isRecord(value) ? value.error : undefined
    if (isRecord(error) && typeof error.message === 'string')
      return JSON.stringify({ error: { code: status, ...error } })
    if (typeof error === 'string') return errorOf({ message: error, code: String(status) }, 'upstream_error')
  } catch {
    // Not every service answers with JSON; its status has to do.
  }
  const message = ok
    ? `The model's service answered with ${type} instead of an event stream; check OPENAI_BASE_URL`
    : `The model's service answered ${status} ${statusText}`.trimEnd()
  return errorOf({ message, code: ok ? 'no_stream' : String(status) }, 'upstream_error')
}

const unreachable = (baseUrl: string, why: string): string =>
  errorOf(
    { message: `The model's service at ${baseUrl} cannot be reached (${why}); is it running?`, code: 'unreachable' },
    'upstream_error',
  )

function reasonOf(error: unknown): string {
  const { cause, message } = error as Error
  return (cause as NodeJS.ErrnoException | undefined)?.code ?? message
}

/** Fires when nobody has touched it for too long. */
function watchdog(ms: number): { signal: AbortSignal; touch: () => void; release: () => void } {
  const controller = new AbortController()
  const timer = setTimeout(() => controller.abort(), ms)
  return { signal: controller.signal, touch: () => void timer.refresh(), release: () => clearTimeout(timer) }
}
