import { needsWord } from '../tools.js'
import { type Format, inputOf, json, type Piece, type Read, type Word } from './format.js'
import { callOf, fileOf, listOf, textOf } from './read.js'
import { translate } from './translate.js'

const REASONS = {
  stop: 'stop',
  length: 'length',
  tool_calls: 'tool-calls',
  content_filter: 'content-filter',
} as const

/**
 * The AI SDK's UI message stream.
 *
 * @see https://ai-sdk.dev/docs/ai-sdk-ui/stream-protocol
 */
export const uiMessage: Format = {
  headers: { 'x-vercel-ai-ui-message-stream': 'v1' },
  read,
  /** `GET …/{chat}/stream` tells the newest answer again from its start. */
  locate(rest) {
    const [, chat] = /^([^/]+)\/stream$/.exec(rest) ?? []
    return chat === undefined ? undefined : { chat: decodeURIComponent(chat), cursor: '' }
  },
  write({ asks }) {
    let stepped = false
    const step = (): Piece[] => {
      if (stepped) return []
      stepped = true
      return [json({ type: 'start-step' })]
    }
    return translate({
      begin: () => [json({ type: 'start' })],
      word: ({ toolCallId, approvalId, approved, reason }, output) => [
        approved
          ? json({ type: 'tool-output-available', toolCallId, output })
          : json({ type: 'tool-output-denied', toolCallId, approvalId, ...(reason && { reason }) }),
      ],
      open({ kind, id, name: toolName, own }) {
        if (kind !== 'call') return [...step(), json({ type: `${kind}-start`, id })]
        return [...step(), json({ type: 'tool-input-start', toolCallId: id, toolName, ...server(own) })]
      },
      more: ({ kind, id }, delta) => [
        kind === 'call'
          ? json({ type: 'tool-input-delta', toolCallId: id, inputTextDelta: delta })
          : json({ type: `${kind}-delta`, id, delta }),
      ],
      close(block) {
        const { kind, id, name: toolName, own } = block
        if (kind !== 'call') return [json({ type: `${kind}-end`, id })]
        const call = { toolCallId: id, toolName, input: inputOf(block), ...server(own) }
        return [
          json({ type: 'tool-input-available', ...call }),
          ...(asks && needsWord(toolName)
            ? [json({ type: 'tool-approval-request', approvalId: `approve-${id}`, toolCallId: id })]
            : []),
        ]
      },
      result: ({ id: toolCallId }, output) => [
        json({ type: 'tool-output-available', toolCallId, output, ...server(true) }),
      ],
      source: ({ url, title }) => [json({ type: 'source-url', sourceId: url, url, title })],
      error: (message) => [json({ type: 'error', errorText: message })],
      finish: (reason, { input, output }) => [
        json({ type: 'finish-step' }),
        json({
          type: 'finish',
          finishReason: REASONS[reason] ?? 'stop',
          messageMetadata: { inputTokens: input, outputTokens: output },
        }),
        { data: '[DONE]' },
      ],
    })
  },
}

const server = (own: boolean): object => (own ? { providerExecuted: true } : {})

/** Its messages have parts, and an answer holds its tools with all that became of them. */
function read({ messages }: Readonly<Record<string, unknown>>): Read {
  const words: Word[] = []
  const all = listOf(messages).flatMap(({ role, parts }): object[] => {
    if (role !== 'assistant') return [{ role, content: listOf(parts).flatMap(partOf) }]
    const said: object[] = []
    for (const part of listOf(parts)) {
      const { type, text, toolCallId, input, state, output, errorText, approval, providerExecuted } = part
      if (type === 'text') said.push({ role, content: text })
      if (!textOf(type).startsWith('tool-') || providerExecuted === true) continue
      const name = textOf(type).slice('tool-'.length)
      const answer = (content: string, failed: boolean): void => {
        said.push({ role, content: null, tool_calls: [callOf(toolCallId, name, input)] })
        said.push({ role: 'tool', tool_call_id: toolCallId, content, failed })
      }
      if (state === 'output-available') answer(typeof output === 'string' ? output : JSON.stringify(output), false)
      if (state === 'output-error') answer(textOf(errorText), true)
      if (state === 'output-denied') answer('The user refused the call', true)
      if (state === 'approval-responded') {
        const { id, approved, reason } = approval as Record<string, unknown>
        const told = { toolCallId: textOf(toolCallId), name, input, approvalId: textOf(id) }
        words.push({ ...told, approved: approved === true, reason: textOf(reason) || undefined })
      }
    }
    return said
  })
  return { messages: all, words }
}

function partOf({ type, text, url, filename }: Record<string, unknown>): object[] {
  if (type === 'file') return [fileOf(url, filename)]
  return type === 'text' ? [{ type: 'text', text }] : []
}
