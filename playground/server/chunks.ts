import { isRecord } from './http.js'

/** What a chunk may add to an answer. */
export interface Delta {
  readonly role?: 'assistant'
  readonly content?: string
  readonly reasoning_content?: string
  readonly tool_calls?: readonly CallPiece[]
  /** What tools of the server's have found; told only where a format has words for it. */
  readonly tool_results?: readonly { readonly id: string; readonly output: unknown }[]
  readonly annotations?: readonly { readonly type: 'url_citation'; readonly url_citation: Citation }[]
}

/** A piece of a tool call; the first one names it. */
export interface CallPiece {
  readonly index: number
  readonly id?: string
  readonly type?: 'function'
  readonly function: { readonly name?: string; readonly arguments: string }
  /** Whether the server runs it itself. */
  readonly own?: boolean
}

/** Where an answer has something from. */
export interface Citation {
  readonly url: string
  readonly title: string
}

export interface ChunkMaker {
  delta(delta: Delta): string
  finish(reason: string): string
  usage(promptTokens: number, completionTokens: number, reasoningTokens: number): string
}

/** The last line of a stream of Chat Completions. */
export const DONE = '[DONE]'

/**
 * Writes an answer as OpenAI's Chat Completions stream it.
 *
 * @see https://platform.openai.com/docs/api-reference/chat-streaming
 */
export function createChunks(id: string, model: string, created: number = Math.floor(Date.now() / 1000)): ChunkMaker {
  const chunk = (rest: object): string =>
    JSON.stringify({ id: `chatcmpl-${id}`, object: 'chat.completion.chunk', created, model, ...rest })
  const choice = (delta: Delta, finish: string | null): string =>
    chunk({ choices: [{ index: 0, delta, finish_reason: finish }] })
  return {
    delta: (delta) => choice(delta, null),
    finish: (reason) => choice({}, reason),
    usage: (prompt, completion, reasoning) =>
      chunk({
        choices: [],
        usage: {
          prompt_tokens: prompt,
          completion_tokens: completion,
          total_tokens: prompt + completion,
          completion_tokens_details: { reasoning_tokens: reasoning },
        },
      }),
  }
}

/** What a piece of anybody's stream says that matters to us. */
export interface Piece {
  readonly text: string
  readonly finished: boolean
  readonly failed: boolean
}

/** Reads a chunk, whoever wrote it. What it does not know it passes over. */
export function pieceOf(data: string): Piece {
  if (data.trim() === DONE) return { text: '', finished: true, failed: false }
  let chunk: unknown
  try {
    chunk = JSON.parse(data)
  } catch {
    // A service's own remark. It is handed on as it is, and the client decides.
    return { text: '', finished: false, failed: false }
  }
  if (!isRecord(chunk)) return { text: '', finished: false, failed: false }
  const choices: unknown[] = Array.isArray(chunk.choices) ? chunk.choices : []
  const first = choices.find((choice) => isRecord(choice) && (choice.index === 0 || choice.index === undefined))
  const { delta, finish_reason: reason } = isRecord(first) ? first : {}
  return {
    text: isRecord(delta) && typeof delta.content === 'string' ? delta.content : '',
    finished: typeof reason === 'string',
    failed: chunk.error !== undefined && chunk.error !== null,
  }
}
