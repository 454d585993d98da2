import type { FilePart } from '../message.js'
import type { ChatOperation, ChatProtocol } from '../protocol.js'
import { createSources, failed, type Failure, type Loose, ofJson, said, unknown, usage } from './reading.js'
import { dataOf, isFile, isText, type ModelOptions, newest, type Turn, turnsOf } from './turns.js'

/** What {@link openAi} takes. */
export interface OpenAiOptions extends ModelOptions {}

/** The fields that are read. A server that leaves something out is no reason to fail. */
type Chunk = Loose<{
  object: string
  choices: readonly Choice[]
  /** Of some servers: where the answer has something from. */
  citations: readonly unknown[]
  usage: Loose<{
    prompt_tokens: number
    completion_tokens: number
    total_tokens: number
    completion_tokens_details: Loose<{ reasoning_tokens: number }>
  }>
  error: Failure
}>

type Choice = Loose<{ index: number; delta: Delta; finish_reason: string }>

type Delta = Loose<{
  role: string
  content: unknown
  refusal: string
  reasoning_content: string
  reasoning: string
  reasoning_details: readonly Loose<{ text: string; summary: string }>[]
  tool_calls: readonly Fragment[]
  function_call: Fragment['function']
  annotations: readonly Loose<{ url_citation: Loose<{ url: string; title: string }> }>[]
}>

type Fragment = Loose<{ index: number; id: string; function: Loose<{ name: string; arguments: string }> }>

/**
 * OpenAI's Chat Completions, as OpenAI, Azure, DeepSeek, Qwen, vLLM, OpenRouter, Ollama and many others stream them.
 * `reasoning_content` and `reasoning` become reasoning parts, citations become sources, and a second choice is kept
 * beside the first.
 *
 * @example
 * const chat = createChat({ transports: sse('/v1/chat/completions'), protocol: openAi({ model: 'gpt-5' }) })
 *
 * @see https://platform.openai.com/docs/api-reference/chat-streaming
 */
export function openAi({ model, send, body }: OpenAiOptions = {}): ChatProtocol {
  return {
    name: 'openai',
    endsWithDone: true,
    request: ({ messages }) => ({
      model,
      messages: turnsOf(newest(messages, send)).flatMap(toOpenAi),
      stream: true,
      stream_options: { include_usage: true },
      ...body,
    }),
    reader() {
      const read = ofJson(/^(message|error)$/, createReader())
      return (frame) => (frame.data.trim() === '[DONE]' ? [{ type: 'done' }] : read(frame))
    },
  }
}

function createReader(): (chunk: Chunk, event: string) => ChatOperation[] {
  const sources = createSources()
  /** The call that is being written, by choice and index: some servers give one index to several. */
  const calls = new Map<string, string>()
  /** The choices that are still being written, and the end of the first one. */
  const open = new Set<number>()
  let end: ChatOperation | undefined

  return (chunk, event) => {
    const { choices, citations, error } = chunk
    if (error || event === 'error' || chunk.object === 'error') return [failed(error ?? (chunk as Failure))]
    for (const url of citations ?? []) if (typeof url === 'string') sources.page(url)
    // Azure's first chunk and the last one, which brings the usage, have no choice at all.
    const operations = choices?.flatMap(ofChoice) ?? []
    const counts = chunk.usage
    if (counts) {
      const { prompt_tokens: asked, completion_tokens: answered, total_tokens: all } = counts
      operations.push(usage(asked, answered, counts.completion_tokens_details?.reasoning_tokens, all))
    }
    return operations.length > 0 || choices ? operations : [unknown(chunk)]
  }

  function ofChoice({ index, delta, finish_reason: finish }: Choice): ChatOperation[] {
    const choice = index ?? 0
    const operations = delta ? ofDelta(delta, choice) : []
    if (operations.length > 0) open.add(choice)
    if (!finish) return operations
    if (BROKEN.test(finish)) return [failed({ message: `The model broke off: ${finish}`, code: finish })]
    open.delete(choice)
    if (!choice) end = { type: 'finish', reason: REASONS[finish] ?? 'other', raw: finish }
    // The mark closes all that is being written, so it waits for the other choices.
    return open.size > 0 ? operations : said(...operations, ...sources.tell(), end)
  }

  function ofDelta(delta: Delta, index: number): ChatOperation[] {
    const {
      role: _role,
      content,
      refusal,
      reasoning_content,
      reasoning,
      reasoning_details,
      annotations,
      ...more
    } = delta
    const { tool_calls, function_call, ...rest } = more
    const choice = index || undefined
    const thought =
      reasoning_content ?? reasoning ?? reasoning_details?.map(({ text, summary }) => text ?? summary ?? '').join('')
    for (const { url_citation: place } of annotations ?? []) sources.page(place?.url, place?.title)
    const operations = said(
      thought && { type: 'reasoning', delta: thought, choice },
      typeof content === 'string' && content && { type: 'text', delta: content, choice },
      refusal && { type: 'refusal', delta: refusal, choice },
      ...(tool_calls ?? (function_call ? [{ function: function_call }] : [])).map(
        ({ index: nth = 0, id, function: called }): ChatOperation => ({
          type: 'tool-input',
          key: keyOf(`${index}-${nth}`, id, called?.name),
          id: id || undefined,
          name: called?.name ?? undefined,
          delta: called?.arguments ?? '',
          choice,
        }),
      ),
    )
    const strange = Object.values({ ...rest, ...(content instanceof Object && { content }) }).some(Boolean)
    return operations.length === 0 && strange ? [unknown(delta)] : operations
  }

  /** A new id beside a name is a new call, whatever its index; servers that make up an id per fragment leave the name out. */
  function keyOf(place: string, id: string | null | undefined, name: string | null | undefined): string {
    if (!calls.has(place) || (id && name)) calls.set(place, id || place)
    return calls.get(place) ?? place
  }
}

/** The provider's words in the words of the field. */
const REASONS: Readonly<Record<string, string>> = {
  stop: 'stop',
  length: 'length',
  content_filter: 'content-filter',
  tool_calls: 'tool-calls',
  function_call: 'tool-calls',
}

/** An answer that ends like this is not whole, whatever comes behind it. */
const BROKEN = /^(error|insufficient_system_resource)$/

function toOpenAi({ role, said: parts, calls }: Turn): object[] {
  const texts = parts.filter(isText)
  const files = role === 'user' ? parts.filter(isFile) : []
  const plain = texts.map(({ text }) => text).join('')
  // Plain text where that is all: not every server reads pieces.
  const content =
    files.length > 0
      ? parts.flatMap((part): object[] =>
          isText(part) ? [{ type: 'text', text: part.text }] : isFile(part) ? [toFile(part)] : [],
        )
      : plain
  if (!content && calls.length === 0) return []
  if (calls.length === 0) return [{ role, content }]
  const tool_calls = calls.map(({ id, name, input }) => ({
    id,
    type: 'function',
    function: { name, arguments: JSON.stringify(input) },
  }))
  return [
    { role, content: content || null, tool_calls },
    ...calls.map(({ id, outcome }) => ({ role: 'tool', tool_call_id: id, content: outcome })),
  ]
}

function toFile(file: FilePart): object {
  const { mediaType, filename, url } = file
  const [kind, format] = mediaType.split('/')
  if (kind === 'image') return { type: 'image_url', image_url: { url } }
  if (kind === 'audio')
    return { type: 'input_audio', input_audio: { data: dataOf(file), format: format === 'mpeg' ? 'mp3' : format } }
  return { type: 'file', file: { filename: filename ?? 'file', file_data: url } }
}
