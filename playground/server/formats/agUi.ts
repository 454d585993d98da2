import { isRecord } from '../http.js'
import { type Format, json, type Place } from './format.js'
import { fileOf, listOf, textOf } from './read.js'
import { translate } from './translate.js'

/**
 * The events of the Agent-User Interaction protocol.
 *
 * @see https://docs.ag-ui.com/concepts/events
 */
export const agUi: Format = {
  read: ({ messages }) => ({
    messages: listOf(messages).map(({ role, content, toolCalls, toolCallId, error }) => ({
      role,
      content: typeof content === 'string' ? content : listOf(content).map(partOf),
      ...(Array.isArray(toolCalls) && { tool_calls: toolCalls }),
      ...(toolCallId !== undefined && { tool_call_id: toolCallId, failed: error !== undefined }),
    })),
  }),
  locate(_rest, query) {
    const run = query.get('runId')
    return run === null ? undefined : { run }
  },
  write({ chat: threadId, run: runId, body }) {
    const places: Place[] = []
    const own = { threadId, runId: textOf(body.runId) || runId }
    const message = (index: number): string => `${runId}-${index}`
    return translate({
      begin: () => [json({ type: 'RUN_STARTED', ...own })],
      open({ kind, index, id, name }) {
        if (kind === 'call') return [json({ type: 'TOOL_CALL_START', toolCallId: id, toolCallName: name })]
        const type = kind === 'text' ? 'TEXT_MESSAGE_START' : 'REASONING_MESSAGE_START'
        return [json({ type, messageId: message(index), role: kind === 'text' ? 'assistant' : 'reasoning' })]
      },
      more({ kind, index, id }, delta) {
        if (kind === 'call') return [json({ type: 'TOOL_CALL_ARGS', toolCallId: id, delta })]
        const type = kind === 'text' ? 'TEXT_MESSAGE_CONTENT' : 'REASONING_MESSAGE_CONTENT'
        return [json({ type, messageId: message(index), delta })]
      },
      close({ kind, index, id }) {
        if (kind === 'call') return [json({ type: 'TOOL_CALL_END', toolCallId: id })]
        return [
          json({ type: kind === 'text' ? 'TEXT_MESSAGE_END' : 'REASONING_MESSAGE_END', messageId: message(index) }),
        ]
      },
      result: ({ id: toolCallId }, output, index) => [
        json({
          type: 'TOOL_CALL_RESULT',
          messageId: message(index),
          toolCallId,
          role: 'tool',
          content: JSON.stringify(output),
        }),
      ],
      source(place) {
        places.push(place)
        return []
      },
      error: (message, code) => [json({ type: 'RUN_ERROR', message, code })],
      finish: (_reason, { input, output, reasoning }) => [
        // There is no event for sources, and one for whatever else an agent has to say.
        ...(places.length > 0 ? [json({ type: 'CUSTOM', name: 'sources', value: places })] : []),
        json({
          type: 'RUN_FINISHED',
          ...own,
          usage: [{ inputTokens: input, outputTokens: output, reasoningTokens: reasoning }],
        }),
      ],
    })
  },
}

function partOf({ type, text, source }: Record<string, unknown>): object {
  if (!isRecord(source)) return { type, text }
  const { type: kind, value, mimeType } = source
  return fileOf(kind === 'data' ? `data:${textOf(mimeType)};base64,${textOf(value)}` : value)
}
