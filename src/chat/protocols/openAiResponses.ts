import type { ChatMessage, FilePart } from '../message.js'
import type { ChatProtocol } from '../protocol.js'
import { ofJson } from './reading.js'
import { createReader } from './responsesReader.js'
import { isFile, isText, type ModelOptions, type Turn, turnsOf } from './turns.js'

/** What {@link openAiResponses} takes. */
export interface OpenAiResponsesOptions extends ModelOptions {
  /**
   * `last` sends only what the server has not seen, and names its last response, which is kept in the message's
   * `metadata.responseId`. @defaultValue 'all'
   */
  readonly send?: 'all' | 'last' | undefined
  /** Lets the server answer in the background, so that a cut answer is gone on with. It is stored. @defaultValue false */
  readonly background?: boolean | undefined
}

/**
 * OpenAI's Responses. Summaries of reasoning become reasoning parts, tools that the provider runs become tool parts,
 * annotations become sources.
 *
 * @example
 * const chat = createChat({
 *   transports: sse('/v1/responses'),
 *   protocol: openAiResponses({ model: 'gpt-5', background: true }),
 * })
 *
 * @see https://platform.openai.com/docs/api-reference/responses-streaming
 */
export function openAiResponses({ model, send, body, background }: OpenAiResponsesOptions = {}): ChatProtocol {
  return {
    name: 'openai-responses',
    request({ messages }) {
      const last = send === 'last' ? messages.map((message) => !!responseOf(message)).lastIndexOf(true) : -1
      return {
        model,
        input: [
          ...turnsOf(messages.slice(last, last + 1))
            .slice(-1)
            .flatMap(outcomesOf),
          ...turnsOf(messages.slice(last + 1)).flatMap(toItems),
        ],
        previous_response_id: responseOf(messages[last]),
        stream: true,
        ...(background ? { background, store: true } : {}),
        ...body,
      }
    },
    reader: () => ofJson(/^(message|error|response\..*)$/, createReader()),
  }
}

/** The server's name for an answer of its own that is whole. */
function responseOf(message: ChatMessage | undefined): string | undefined {
  const { role, metadata, end } = message ?? {}
  const whole = role === 'assistant' && (!end || end.state === 'complete')
  return whole ? (metadata as { readonly responseId?: string } | undefined)?.responseId : undefined
}

const outcomesOf = ({ calls }: Turn): object[] =>
  calls.map(({ id, outcome }) => ({ type: 'function_call_output', call_id: id, output: outcome }))

function toItems(turn: Turn): object[] {
  const { role, said, calls } = turn
  const texts = said.filter(isText)
  const content =
    role === 'assistant'
      ? texts.map(({ text }) => text).join('')
      : said.flatMap((part): object[] =>
          isText(part) ? [{ type: 'input_text', text: part.text }] : isFile(part) ? [toFile(part)] : [],
        )
  return [
    ...(content.length > 0 ? [{ role, content }] : []),
    ...calls.map(({ id, name, input }) => ({
      type: 'function_call',
      call_id: id,
      name,
      arguments: JSON.stringify(input),
    })),
    ...outcomesOf(turn),
  ]
}

function toFile({ mediaType, filename, url }: FilePart): object {
  if (mediaType.startsWith('image/')) return { type: 'input_image', image_url: url, detail: 'auto' }
  return url.startsWith('data:')
    ? { type: 'input_file', filename: filename ?? 'file', file_data: url }
    : { type: 'input_file', file_url: url }
}
