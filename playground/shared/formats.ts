import type { Transport } from 'holdline'
import { type ChatOptions, type ChatProtocol, openAi, plain } from 'holdline/chat'
import { agUi } from 'holdline/chat/ag-ui'
import { anthropic } from 'holdline/chat/anthropic'
import { auto } from 'holdline/chat/auto'
import { chatGptStreamOutput } from 'holdline/chat/chatgpt-stream-output'
import { gemini } from 'holdline/chat/gemini'
import { langGraph } from 'holdline/chat/langgraph'
import { ollama } from 'holdline/chat/ollama'
import { openAiResponses } from 'holdline/chat/openai-responses'
import { text } from 'holdline/chat/text'
import { uiMessage } from 'holdline/chat/ui-message'
import { type Choice, chatTransports, choices } from './transports'
import { settingWords } from './words/chat'

/** What a format can say besides text. */
interface Kind {
  readonly label: string
  readonly tools?: boolean
  readonly files?: boolean
  /** The transports that carry it, where not all do. */
  readonly over?: readonly Choice[]
  protocol(choice: Choice): ChatProtocol
}

const all = { tools: true, files: true } as const

const KINDS = {
  openai: { label: 'OpenAI Chat', ...all, protocol: () => openAi() },
  'openai-responses': {
    label: 'OpenAI Responses',
    ...all,
    // Its own way of going on, by the response's name, is for HTTP alone.
    protocol: (choice: Choice) => openAiResponses({ background: choice === 'sse' }),
  },
  anthropic: { label: 'Anthropic', ...all, protocol: () => anthropic() },
  gemini: { label: 'Gemini', ...all, protocol: () => gemini() },
  ollama: { label: 'Ollama', ...all, protocol: () => ollama() },
  'ui-message': {
    label: 'AI SDK',
    ...all,
    protocol: (choice: Choice) => uiMessage({ resume: choice === 'sse' ? 'replay' : 'cursor' }),
  },
  'ag-ui': { label: 'AG-UI', ...all, protocol: () => agUi() },
  langgraph: { label: 'LangGraph', protocol: () => langGraph({ assistant: 'agent', send: 'all' }) },
  'chatgpt-stream-output': {
    label: 'chatgpt-stream-output',
    over: ['auto', 'sse', 'webSocket'],
    protocol: () => openAi(),
  },
  text: { label: settingWords.text, protocol: () => text() },
  plain: { label: settingWords.plain, protocol: () => plain() },
  auto: { label: settingWords.auto, ...all, protocol: () => auto() },
} as const satisfies Readonly<Record<string, Kind>>

export type Format = keyof typeof KINDS

const kindOf = (format: Format): Kind => KINDS[format]

export const formats: readonly { readonly value: Format; readonly label: string }[] = Object.entries(KINDS).map(
  ([value, { label }]) => ({ value: value as Format, label }),
)

export const isFormat = (value: string | null | undefined): value is Format =>
  typeof value === 'string' && Object.hasOwn(KINDS, value)

export const takesFiles = (format: Format): boolean => kindOf(format).files === true
export const hasTools = (format: Format): boolean => kindOf(format).tools === true

/** Which transports may be chosen with it. */
export const choicesFor = (format: Format): typeof choices => {
  const { over } = kindOf(format)
  return over ? choices.filter(({ value }) => over.includes(value)) : choices
}

/** How a conversation is asked for in this format, over what was chosen. */
export function wayOf(
  format: Format,
  choice: Choice,
  chat: string,
  speed: string,
): Pick<ChatOptions, 'transports' | 'protocol' | 'resume'> {
  if (format === 'chatgpt-stream-output') {
    // Its speed stands in the address: such a server takes the question and nothing else.
    const url = `/api/chat/${format}/${speed}`
    return chatGptStreamOutput({ url, uid: chat, ...(isIts(choice) && { over: [choice] }) })
  }
  const at = format === 'openai' ? '/api/chat' : `/api/chat/${format}`
  const transports: readonly Transport[] = chatTransports(choice, chat, at)
  return { transports, protocol: kindOf(format).protocol(choice), resume: 'auto' }
}

const isIts = (choice: Choice): choice is 'sse' | 'webSocket' => choice === 'sse' || choice === 'webSocket'
