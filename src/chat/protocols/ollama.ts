import { ndjson } from '../../frames/ndjson.js'
import type { ChatOperation, ChatProtocol } from '../protocol.js'
import { failed, type Failure, type Loose, ofJson, said, unknown, usage } from './reading.js'
import { dataOf, isFile, isText, type ModelOptions, newest, type Turn, turnsOf } from './turns.js'

/** What {@link ollama} takes. */
export type OllamaOptions = ModelOptions

/** The fields that are read. */
type Line = Loose<{
  message: Loose<{
    content: string
    thinking: string
    tool_calls: readonly Loose<{ id: string; function: Loose<{ name: string; arguments: object }> }>[]
  }>
  done: boolean
  done_reason: string
  prompt_eval_count: number
  eval_count: number
  error: Failure
}>

/**
 * Ollama's own `/api/chat`, which answers with one JSON text a line; over a streaming request. Thinking becomes reasoning
 * parts.
 *
 * @example
 * const chat = createChat({ transports: sse('/api/chat'), protocol: ollama({ model: 'qwen3' }), resume: 'off' })
 *
 * @see https://github.com/ollama/ollama/blob/main/docs/api.md
 */
export const ollama = ({ model, send, body }: OllamaOptions = {}): ChatProtocol => ({
  name: 'ollama',
  format: ndjson,
  request: ({ messages }) => ({
    model,
    messages: turnsOf(newest(messages, send)).flatMap(toOllama),
    stream: true,
    ...body,
  }),
  reader: () => ofJson(/^(message|error)$/, createReader()),
})

function createReader(): (line: Line) => ChatOperation[] {
  let calls = 0

  return (line) => {
    const { message, done, done_reason: raw, error, prompt_eval_count: asked, eval_count: answered } = line
    if (error) return [failed(error)]
    if (!message && !done) return [unknown(line)]
    const { content, thinking, tool_calls } = message ?? {}
    return said(
      thinking && { type: 'reasoning', delta: thinking },
      content && { type: 'text', delta: content },
      ...(tool_calls ?? []).map(({ id, function: called }): ChatOperation => ({
        type: 'tool',
        key: `call-${calls++}`,
        id: id ?? undefined,
        name: called?.name ?? undefined,
        change: { state: 'input-available', input: called?.arguments ?? {} },
      })),
      ...(done ? [...over(raw ?? undefined), usage(asked, answered), { type: 'done' } as const] : []),
    )
  }

  function over(raw: string | undefined): ChatOperation[] {
    const reason = raw === 'length' ? raw : !raw || raw === 'stop' ? (calls > 0 ? 'tool-calls' : 'stop') : 'other'
    return [{ type: 'finish', reason, raw }]
  }
}

function toOllama({ role, said: parts, calls }: Turn): object[] {
  const content = parts.map((part) => (isText(part) ? part.text : '')).join('')
  const images = parts.filter(isFile).flatMap((file) => dataOf(file) ?? [])
  if (!content && images.length === 0 && calls.length === 0) return []
  return [
    {
      role,
      content,
      ...(images.length > 0 ? { images } : {}),
      ...(calls.length > 0
        ? { tool_calls: calls.map(({ name, input }) => ({ function: { name, arguments: input } })) }
        : {}),
    },
    ...calls.map(({ name, outcome }) => ({ role: 'tool', tool_name: name, content: outcome })),
  ]
}
