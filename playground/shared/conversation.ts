import { HoldlineError } from 'holdline'
import { type ChatMessage, type ChatOptions, type ChatPart, type FilePart, isTool, toolsAreDone } from 'holdline/chat'
import { benched, credentialsOf } from './benchLine'
import { type Format, hasTools, wayOf } from './formats'
import { keepFormat, readSpeed, stallAfter } from './settings'
import { store } from './talks'
import { runTool } from './tools'
import type { Choice } from './transports'

const lastQuestion = (messages: readonly ChatMessage[]): ChatMessage | undefined =>
  messages.findLast(({ role }) => role === 'user')

/** How a conversation is held; what is chosen anew counts for the next answer. */
export interface Setting {
  readonly choice: Choice
  readonly format: Format
  readonly speed: string
}

/** What both frameworks hand to `useChat`. */
export const chatOptions = (id: string, { choice, format, speed }: Setting): ChatOptions => ({
  id,
  ...wayOf(format, choice, id, speed),
  // The page knows the conversation with all its branches; the server is told the one that is shown.
  body({ chatId, messages }) {
    keepFormat(chatId, format)
    return {
      chat_id: chatId,
      message_id: lastQuestion(messages)?.id,
      whole: true,
      speed: readSpeed(),
      page_tools: hasTools(format),
    }
  },
  onToolCall: runTool,
  sendAutomaticallyWhen: hasFinishedTools,
  persist: store,
  whileBusy: 'queue',
  stallAfterMs: stallAfter(speed),
  // Somebody sits there and waits, so half a minute between two tries is too long.
  backoff: { firstMs: 500, maxMs: 5_000 },
  headers: credentialsOf(id),
  ...benched,
})

/** Tools that a server has run itself are no reason to ask again: it has gone on by itself. */
function hasFinishedTools(messages: readonly ChatMessage[]): boolean {
  const last = messages.at(-1)?.parts.at(-1)
  return last !== undefined && isTool(last) && toolsAreDone(messages)
}

/** What is sent: the text, if there is some, and what goes with it. */
export const partsOf = (text: string, files: readonly FilePart[]): readonly ChatPart[] => [
  ...(text === '' ? [] : [{ type: 'text', text } as const]),
  ...files,
]

export const filesOf = ({ parts }: ChatMessage): readonly FilePart[] =>
  parts.filter((part): part is FilePart => part.type === 'file')

/** Who takes a message out of the queue knows that it will not be answered. */
export function unlessCancelled(error: unknown): void {
  if (!(error instanceof HoldlineError && error.code === 'cancelled')) throw error
}

/** Where to go on writing, once a question was edited. */
export const focusComposer = (): void => document.querySelector<HTMLTextAreaElement>('.composer textarea')?.focus()
