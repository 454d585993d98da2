import type { FilePart } from '../message.js'
import type { ChatProtocol } from '../protocol.js'
import { createReader, EVENTS, type Seal } from './anthropicReader.js'
import { ofJson } from './reading.js'
import {
  dataOf,
  isFile,
  isReasoning,
  isText,
  type ModelOptions,
  newest,
  signaturesOf,
  type Turn,
  turnsOf,
} from './turns.js'

/** What {@link anthropic} takes. */
export interface AnthropicOptions extends ModelOptions {
  /** The most tokens that an answer may have; the server wants to be told. @defaultValue 8192 */
  readonly maxTokens?: number | undefined
}

/**
 * Anthropic's Messages. Thinking becomes reasoning parts; their signatures are kept in the message's
 * metadata, under the response's id, and go back with them. Citations become sources.
 *
 * @example
 * const chat = createChat({
 *   transports: sse('/v1/messages'),
 *   protocol: anthropic({ model: 'claude-sonnet-4-5' }),
 *   resume: 'off',
 * })
 *
 * @see https://docs.anthropic.com/en/docs/build-with-claude/streaming
 */
export function anthropic({ model, send, body, maxTokens = 8192 }: AnthropicOptions = {}): ChatProtocol {
  return {
    name: 'anthropic',
    request({ messages }) {
      const turns = turnsOf(newest(messages, send))
      const system = turns.filter(({ role }) => role === 'system').flatMap((turn) => turn.said.filter(isText))
      return {
        model,
        max_tokens: maxTokens,
        system: system.length > 0 ? system.map(({ text }) => text).join('\n\n') : undefined,
        messages: turns.filter(({ role }) => role !== 'system').flatMap(toAnthropic),
        stream: true,
        ...body,
      }
    },
    reader: () => ofJson(EVENTS, createReader()),
  }
}

function toAnthropic({ message, role, said: parts, calls }: Turn): object[] {
  const seals = signaturesOf<Seal>(message)
  const thoughts = message.parts.filter(isReasoning)
  const content = [
    ...parts.flatMap((part): object[] => {
      if (isText(part)) return [{ type: 'text', text: part.text }]
      if (isFile(part)) return [toFile(part)]
      return thoughtOf(part.text, seals[thoughts.indexOf(part)])
    }),
    ...calls.map(({ id, name, input }) => ({ type: 'tool_use', id, name, input })),
  ]
  const results = calls.map(({ id, outcome, failed: is_error }) => ({
    type: 'tool_result',
    tool_use_id: id,
    content: outcome,
    is_error,
  }))
  return [
    ...(content.length > 0 ? [{ role, content }] : []),
    ...(results.length > 0 ? [{ role: 'user', content: results }] : []),
  ]
}

/** A thought without its signature is not taken back. */
function thoughtOf(thinking: string, seal: Seal | undefined): object[] {
  if (!seal) return []
  return typeof seal === 'string'
    ? [{ type: 'thinking', thinking, signature: seal }]
    : [{ type: 'redacted_thinking', data: seal.data }]
}

function toFile(file: FilePart): object {
  const { mediaType: media_type, filename: title, url } = file
  const data = dataOf(file)
  const source = data === undefined ? { type: 'url', url } : { type: 'base64', media_type, data }
  return media_type.startsWith('image/') ? { type: 'image', source } : { type: 'document', source, title }
}
