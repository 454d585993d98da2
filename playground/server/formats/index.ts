import { agUi } from './agUi.js'
import { anthropic } from './anthropic.js'
import { chatGptStreamOutput, plain, text } from './bare.js'
import type { Format } from './format.js'
import { gemini } from './gemini.js'
import { langGraph } from './langGraph.js'
import { listOf } from './read.js'
import { ollama } from './ollama.js'
import { openAi } from './openAi.js'
import { responses } from './responses.js'
import { uiMessage } from './uiMessage.js'

const named = {
  openai: openAi,
  'openai-responses': responses,
  anthropic,
  gemini,
  ollama,
  'ui-message': uiMessage,
  'ag-ui': agUi,
  langgraph: langGraph,
  text,
  plain,
  'chatgpt-stream-output': chatGptStreamOutput,
} as const satisfies Record<string, Format>

/** What the server answers by turns where the page says that it reads anything. */
const BY_TURNS: readonly Format[] = [openAi, anthropic, uiMessage, responses, gemini, agUi]

/** Asked as Chat Completions, and answered in another format each time. */
const auto: Format = {
  read: openAi.read,
  write(about) {
    const asked = listOf(about.body.messages).filter(({ role }) => role === 'user').length
    const format = BY_TURNS[(asked + BY_TURNS.length - 1) % BY_TURNS.length] ?? openAi
    return format.write({ ...about, asks: false })
  },
}

const formats: Readonly<Record<string, Format>> = { ...named, auto }

/** The format that an address names, and what stands below it. */
export function formatAt(pathname: string): { readonly format: Format; readonly rest: string } | undefined {
  const [, name = 'openai', rest = ''] = /^\/api\/chat(?:\/([^/]+)(?:\/(.*))?)?$/.exec(pathname) ?? [undefined, '']
  const format = Object.hasOwn(formats, name) ? formats[name] : undefined
  return format && { format, rest }
}
