import { isRecord } from '../http.js'
import { type Format, json, type Piece, type Place } from './format.js'
import { listOf } from './read.js'
import { translate } from './translate.js'

const ROLES: Readonly<Record<string, string>> = { human: 'user', ai: 'assistant', system: 'system' }

/**
 * A thread of a LangGraph server: `…/threads/{thread}/runs/stream`.
 *
 * @see https://docs.langchain.com/langsmith/streaming
 */
export const langGraph: Format = {
  read({ input }) {
    const messages = isRecord(input) ? listOf(input.messages) : []
    return { messages: messages.map(({ type, content }) => ({ role: ROLES[String(type)] ?? 'user', content })) }
  },
  write({ run }) {
    const places: Place[] = []
    const message = (index: number, rest: object): Piece =>
      json(
        [{ type: 'AIMessageChunk', id: `${run}-${index}`, content: '', ...rest }, { langgraph_node: 'agent' }],
        'messages',
      )
    return translate({
      // Without the run's id: what goes on is asked for as the chat asks anyway, so that a WebSocket can do it too.
      begin: () => [json({ attempt: 1 }, 'metadata')],
      open: ({ kind, index, id, name }) =>
        kind === 'call' ? [message(index, { tool_call_chunks: [{ index: 0, id, name, args: '' }] })] : [],
      more({ kind, index }, delta) {
        if (kind === 'text') return [message(index, { content: delta })]
        if (kind === 'reasoning') return [message(index, { additional_kwargs: { reasoning_content: delta } })]
        return [message(index, { tool_call_chunks: [{ index: 0, id: null, name: null, args: delta }] })]
      },
      result: ({ id }, output) => [
        json([{ type: 'tool', tool_call_id: id, content: JSON.stringify(output), status: 'success' }, {}], 'messages'),
      ],
      source(place) {
        places.push(place)
        return []
      },
      error: (text, code) => [json({ error: code, message: text }, 'error')],
      finish: (_reason, { input, output, reasoning }) => [
        ...(places.length > 0 ? [json({ sources: places }, 'custom')] : []),
        message(0, {
          usage_metadata: {
            input_tokens: input,
            output_tokens: output,
            total_tokens: input + output,
            output_token_details: { reasoning },
          },
        }),
        { data: 'null', event: 'end' },
      ],
    })
  },
}
