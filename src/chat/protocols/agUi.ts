import { type ChatMessage, isTool, textOf } from '../message.js'
import type { ChatProtocol } from '../protocol.js'
import { readAgUi } from './agUiReader.js'
import { dataOf, isFile, isText, turnsOf } from './turns.js'

/** What {@link agUi} takes. */
export interface AgUiOptions {
  /** What the agent is told besides the conversation, such as `tools`, `context`, `state` or `forwardedProps`. */
  readonly body?: object | undefined
}

/**
 * The Agent-User Interaction protocol, version 1, as AG-UI servers and TanStack AI stream it. The agent's state stands in
 * the message as a part `data-state`, its activities and custom events as `data-` and their name.
 *
 * An answer that was cut is gone on with where the events have ids, as with TanStack's `durability`: by GET with
 * `runId` and `Last-Event-ID`.
 *
 * @example
 * const chat = createChat({ transports: sse('/api/agent'), protocol: agUi() })
 *
 * @see https://docs.ag-ui.com/concepts/events
 */
export function agUi({ body }: AgUiOptions = {}): ChatProtocol {
  return {
    name: 'ag-ui',
    ids: 'opaque',
    request({ chatId, runId, messages }) {
      const resume = resumeOf(messages[messages.length - 1])
      return {
        threadId: chatId,
        runId,
        state: {},
        messages: messages.flatMap(messagesOf),
        tools: [],
        context: [],
        forwardedProps: {},
        ...(resume.length > 0 && { resume }),
        ...body,
      }
    },
    reader: readAgUi,
  }
}

/** One of ours is several of theirs: each step of an answer, and each outcome of a tool. */
function messagesOf(message: ChatMessage): object[] {
  const { id, role } = message
  if (role !== 'assistant') return [{ id, role, content: role === 'user' ? contentOf(message) : textOf(message) }]
  return turnsOf([message]).flatMap(({ said, calls }, nth) => [
    {
      id: nth ? `${id}-${nth}` : id,
      role,
      content: textOf({ parts: said }),
      ...(calls.length > 0 && {
        toolCalls: calls.map((call) => ({
          id: call.id,
          type: 'function',
          function: { name: call.name, arguments: JSON.stringify(call.input) },
        })),
      }),
    },
    ...calls.map((call) => ({
      id: `${id}-${call.id}`,
      role: 'tool',
      toolCallId: call.id,
      content: call.outcome,
      ...(call.failed && { error: call.outcome }),
    })),
  ])
}

/** Plain text where that is all: not every agent reads pieces. */
function contentOf(message: ChatMessage): unknown {
  if (!message.parts.some(isFile)) return textOf(message)
  return message.parts.flatMap((part): object[] => {
    if (isText(part)) return [{ type: 'text', text: part.text }]
    if (!isFile(part)) return []
    const { mediaType, url } = part
    const [, kind = 'document'] = /^(image|audio|video)\//.exec(mediaType) ?? []
    const data = dataOf(part)
    const source = data === undefined ? { type: 'url', value: url } : { type: 'data', value: data }
    return [{ type: kind, source: { ...source, mimeType: mediaType } }]
  })
}

/** What the user has said to the calls that waited for a word. */
const resumeOf = (last: ChatMessage | undefined): object[] =>
  (last?.parts ?? []).flatMap((part) => {
    if (!isTool(part) || part.state !== 'approval-responded') return []
    const { id: interruptId, ...payload } = part.approval
    return [{ interruptId, status: 'resolved', payload }]
  })
