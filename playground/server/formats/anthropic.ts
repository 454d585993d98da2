import { isRecord } from '../http.js'
import { type Format, json, type Piece } from './format.js'
import { listOf, saidWith, textOf } from './read.js'
import { translate } from './translate.js'

const REASONS = { stop: 'end_turn', length: 'max_tokens', tool_calls: 'tool_use', content_filter: 'refusal' } as const

/**
 * Anthropic's Messages.
 *
 * @see https://docs.anthropic.com/en/docs/build-with-claude/streaming
 */
export const anthropic: Format = {
  read: ({ messages, system }) => ({
    messages: [
      ...(typeof system === 'string' ? [{ role: 'system', content: system }] : []),
      ...listOf(messages).flatMap(({ role, content }) => messagesOf(role, content)),
    ],
  }),
  write({ run, model }) {
    const told = (event: Readonly<Record<string, unknown>> & { readonly type: string }): Piece =>
      json(event, event.type)
    const block = (index: number, content_block: object): Piece =>
      told({ type: 'content_block_start', index, content_block })
    const delta = (index: number, piece: object): Piece => told({ type: 'content_block_delta', index, delta: piece })
    const stop = (index: number): Piece => told({ type: 'content_block_stop', index })
    return translate({
      begin: () => [
        told({
          type: 'message_start',
          message: {
            id: `msg_${run}`,
            type: 'message',
            role: 'assistant',
            model,
            content: [],
            stop_reason: null,
            usage: { input_tokens: 0, output_tokens: 0 },
          },
        }),
      ],
      open({ index, kind, id, name, own }) {
        if (kind === 'text') return [block(index, { type: 'text', text: '' })]
        if (kind === 'reasoning') return [block(index, { type: 'thinking', thinking: '', signature: '' })]
        return [block(index, { type: own ? 'server_tool_use' : 'tool_use', id, name, input: {} })]
      },
      more({ index, kind }, piece) {
        if (kind === 'text') return [delta(index, { type: 'text_delta', text: piece })]
        if (kind === 'reasoning') return [delta(index, { type: 'thinking_delta', thinking: piece })]
        return [delta(index, { type: 'input_json_delta', partial_json: piece })]
      },
      close: ({ index, kind }) => [
        ...(kind === 'reasoning' ? [delta(index, { type: 'signature_delta', signature: `sealed-${index}` })] : []),
        stop(index),
      ],
      result: ({ id, name }, content, index) => [
        block(index, { type: `${name}_tool_result`, tool_use_id: id, content }),
        stop(index),
      ],
      source: ({ url, title }, within) =>
        within
          ? [
              delta(within.index, {
                type: 'citations_delta',
                citation: { type: 'web_search_result_location', url, title, cited_text: '' },
              }),
            ]
          : [],
      error: (message, code) => [told({ type: 'error', error: { type: code, message } })],
      finish: (reason, { input, output, reasoning }) => [
        told({
          type: 'message_delta',
          delta: { stop_reason: REASONS[reason] ?? 'end_turn', stop_sequence: null },
          usage: { input_tokens: input, output_tokens: output, output_tokens_details: { thinking_tokens: reasoning } },
        }),
        told({ type: 'message_stop' }),
      ],
    })
  },
}

/** Calls stand in the assistant's message there, and their results in one of the user's. */
function messagesOf(role: unknown, content: unknown): object[] {
  if (typeof content === 'string') return [{ role, content }]
  const blocks = listOf(content)
  const calls = blocks.filter(({ type }) => type === 'tool_use')
  const results = blocks.filter(({ type }) => type === 'tool_result')
  const said = blocks.flatMap(({ type, text, source, title }): object[] => {
    if (type === 'text') return [{ type: 'text', text }]
    return (type === 'image' || type === 'document') && isRecord(source) ? [fileOf(source, title)] : []
  })
  if (results.length > 0) {
    return results.map(({ tool_use_id: id, content: outcome, is_error: failed }) => ({
      role: 'tool',
      tool_call_id: id,
      content: textOf(outcome),
      failed: failed === true,
    }))
  }
  const tool_calls = calls.map(({ id, name, input }) => ({
    id,
    type: 'function',
    function: { name, arguments: JSON.stringify(input) },
  }))
  return [{ role, ...saidWith(said, tool_calls) }]
}

const fileOf = ({ type, media_type: kind, data, url }: Record<string, unknown>, title: unknown): object => ({
  type: 'file',
  file: {
    filename: typeof title === 'string' ? title : undefined,
    file_data: type === 'base64' ? `data:${textOf(kind)};base64,${textOf(data)}` : url,
  },
})
