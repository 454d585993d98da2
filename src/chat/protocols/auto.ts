import type { Frame } from '../../frames/frame.js'
import type { ChatOperation, ChatProtocol } from '../protocol.js'
import { anthropic } from './anthropic.js'
import { anyBody, PLAIN, UI_MESSAGE } from './anyBody.js'
import { readAgUi } from './agUiReader.js'
import { gemini } from './gemini.js'
import { readLangGraph } from './langGraphReader.js'
import { ollama } from './ollama.js'
import { openAi } from './openAi.js'
import { openAiResponses } from './openAiResponses.js'
import { unknown } from './reading.js'
import { readUiMessages } from './uiMessageReader.js'

/** What {@link auto} takes. */
export interface AutoOptions {
  /** Whose request is sent, and how the rest of an answer is asked for. @defaultValue openAi() */
  readonly request?: Pick<ChatProtocol, 'request' | 'resume'> | undefined
}

/**
 * Reads whatever comes: OpenAI's Chat Completions and Responses, Anthropic, Gemini, Ollama, the AI SDK, AG-UI, LangGraph,
 * and plain text; as an event stream, as lines of JSON, or as it is. The headers say which it is, or the first frame.
 * For trying things out, and for a server that may be any of them: a protocol of its own costs a fraction of this.
 *
 * @example
 * const chat = createChat({ transports: sse('/api/chat'), protocol: auto({ request: uiMessage() }) })
 */
export function auto({ request = openAi() }: AutoOptions = {}): ChatProtocol {
  return {
    name: 'auto',
    request: request.request,
    ...(request.resume && { resume: request.resume }),
    // A new one for each attempt: another server may answer.
    get format() {
      return anyBody()
    },
    reader() {
      let read: Read | undefined
      return (frame) => {
        if (!read && frame.event !== PLAIN && /^\s*(\[DONE\])?$/.test(frame.data)) return []
        read ??= readerOf(frame)
        return read ? read(frame) : [unknown({ ...frame })]
      }
    },
  }
}

type Read = (frame: Frame) => readonly ChatOperation[]

const ofText: Read = ({ event, data }) => {
  if (data === '[DONE]' || event === 'end') return [{ type: 'done' }]
  return [{ type: 'text', delta: data }]
}

/** How a first frame of each kind looks, the surest signs first. */
const KINDS: readonly (readonly [fits: (said: Said, event: string) => unknown, open: () => Read])[] = [
  [(_said, event) => event === UI_MESSAGE, readUiMessages],
  [(_said, event) => /^(metadata|values|updates|messages)\b/.test(event), readLangGraph],
  [({ type }) => /^(response\.|keepalive$)/.test(type), () => openAiResponses().reader()],
  [({ type, sequence_number: number }) => type === 'error' && number !== undefined, () => openAiResponses().reader()],
  [({ type }) => /^(message_|content_block_|ping$)/.test(type), () => anthropic().reader()],
  [({ type, error }) => type === 'error' && error, () => anthropic().reader()],
  [({ type }) => /^[A-Z_]+$/.test(type), readAgUi],
  [({ type }) => type, readUiMessages],
  [({ choices, error }) => choices || error, () => openAi().reader()],
  [(said) => said.candidates || said.promptFeedback || said.usageMetadata, () => gemini().reader()],
  [({ message, done }) => message || done, () => ollama().reader()],
]

interface Said {
  readonly type: string
  readonly [field: string]: unknown
}

function readerOf({ event, data }: Frame): Read | undefined {
  const said = event === PLAIN ? undefined : objectIn(data)
  if (!said) return ofText
  return KINDS.find(([fits]) => fits(said, event))?.[1]()
}

function objectIn(data: string): Said | undefined {
  try {
    const value: unknown = JSON.parse(data)
    return value instanceof Object ? ({ type: '', ...(value as object) } as Said) : undefined
  } catch {
    return undefined
  }
}
