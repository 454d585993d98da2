import { parseJson } from '../../frames/decode.js'
import type { ChatMessage, ChatPart, FilePart, TextPart, Usage } from '../message.js'
import { textOf } from '../message.js'
import type { ChatOperation, ChatProtocol } from '../protocol.js'

/** What {@link openAi} takes. */
export interface OpenAiOptions {
  /** The model's name; left out, the server chooses. */
  readonly model?: string | undefined
  /** `last` sends only the newest message, for servers that remember the conversation. @defaultValue 'all' */
  readonly send?: 'all' | 'last' | undefined
  /** More fields for the request, such as `temperature` or `tools`. */
  readonly body?: object | undefined
}

/** The fields that are read. Everything may be missing: a server that leaves something out is no reason to fail. */
interface Chunk {
  readonly choices?: readonly {
    readonly index?: number
    readonly delta?: Delta | null
    readonly finish_reason?: string | null
  }[]
  readonly usage?: {
    readonly prompt_tokens?: number
    readonly completion_tokens?: number
    readonly total_tokens?: number
    readonly completion_tokens_details?: { readonly reasoning_tokens?: number } | null
  } | null
  readonly error?: Failure | null
}

type Failure = { readonly message?: string; readonly code?: unknown; readonly type?: string } | string

interface Delta {
  readonly content?: string | null
  readonly refusal?: string | null
  readonly reasoning_content?: string | null
  readonly reasoning?: string | null
  readonly tool_calls?: readonly {
    readonly index?: number
    readonly id?: string
    readonly function?: { readonly name?: string; readonly arguments?: string }
  }[]
}

/**
 * OpenAI's Chat Completions, as OpenAI, Azure, DeepSeek, Qwen, vLLM, Ollama and many others stream them.
 * The first choice is read; `reasoning_content` and `reasoning` become reasoning parts.
 *
 * @example
 * const chat = createChat({ transports: sse('/v1/chat/completions'), protocol: openAi({ model: 'gpt-5' }) })
 *
 * @see https://platform.openai.com/docs/api-reference/chat-streaming
 */
export function openAi({ model, send, body }: OpenAiOptions = {}): ChatProtocol {
  return {
    name: 'openai',
    request: ({ messages }) => ({
      model,
      messages: (send === 'last' ? messages.slice(-1) : messages).map(toOpenAi),
      stream: true,
      stream_options: { include_usage: true },
      ...body,
    }),
    reader:
      () =>
      ({ event, data }) => {
        // Keep-alives of some gateways are events without content.
        if (!data.trim()) return []
        if (data === '[DONE]') return [{ type: 'done' }]
        const chunk = (parseJson(data) ?? {}) as Chunk
        return event === 'error' && !chunk.error ? [errorOf(chunk as Failure)] : operationsOf(chunk)
      },
  }
}

function operationsOf({ choices, usage, error }: Chunk): ChatOperation[] {
  // Azure's first chunk and the last one, which brings the usage, have no choice at all.
  const { delta, finish_reason: finish } = choices?.find(({ index }) => !index) ?? {}
  const said = delta ?? {}
  const reasoning = said.reasoning_content ?? said.reasoning
  const text = said.content ?? said.refusal
  const operations: (ChatOperation | '' | null | undefined)[] = [
    error && errorOf(error),
    reasoning && { type: 'reasoning', delta: reasoning },
    text && { type: 'text', delta: text },
    ...(said.tool_calls ?? []).map(({ index = 0, id, function: called }) => ({
      type: 'tool-input' as const,
      key: `${index}`,
      id,
      name: called?.name,
      delta: called?.arguments ?? '',
    })),
    finish && { type: 'finish', reason: REASONS[finish] ?? 'other', raw: finish },
    usage && { type: 'usage', usage: usageOf(usage) },
  ]
  return operations.filter((operation) => !!operation)
}

/** The provider's words in the words of the field. */
const REASONS: Readonly<Record<string, string>> = {
  stop: 'stop',
  length: 'length',
  content_filter: 'content-filter',
  tool_calls: 'tool-calls',
  function_call: 'tool-calls',
}

function usageOf(usage: NonNullable<Chunk['usage']>): Usage {
  const counts = {
    inputTokens: usage.prompt_tokens,
    outputTokens: usage.completion_tokens,
    totalTokens: usage.total_tokens,
    reasoningTokens: usage.completion_tokens_details?.reasoning_tokens,
  }
  return Object.fromEntries(Object.entries(counts).filter(([, count]) => count !== undefined))
}

function errorOf(error: Failure): ChatOperation {
  const { message, code, type } = typeof error === 'string' ? { message: error } : error
  return {
    type: 'error',
    message: message ?? 'The model failed',
    code: typeof code === 'string' ? code : type,
    cause: error,
  }
}

const isImage = (part: ChatPart): part is FilePart =>
  part.type === 'file' && (part as FilePart).mediaType.startsWith('image/')

/** Plain text where that is all: not every server reads pieces. */
function toOpenAi(message: ChatMessage): object {
  const { role, parts } = message
  if (!parts.some(isImage)) return { role, content: textOf(message) }
  return {
    role,
    content: parts.flatMap((part): object[] => {
      if (part.type === 'text') return [{ type: 'text', text: (part as TextPart).text }]
      return isImage(part) ? [{ type: 'image_url', image_url: { url: part.url } }] : []
    }),
  }
}
