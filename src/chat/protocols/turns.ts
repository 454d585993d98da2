import { toJson } from '../../frames/decode.js'
import type { ChatMessage, ChatPart, FilePart, ReasoningPart, TextPart, ToolPart } from '../message.js'
import type { ChatOperation } from '../protocol.js'

/** What a model's server is asked with. */
export interface ModelOptions {
  /** The model's name; left out, the server chooses. */
  readonly model?: string | undefined
  /** `last` sends only the newest message, for servers that remember the conversation. @defaultValue 'all' */
  readonly send?: 'all' | 'last' | undefined
  /** More fields for the request, such as `temperature` or `tools`. */
  readonly body?: object | undefined
}

/** A call of a tool, and what it has come to. */
export interface Call {
  readonly id: string
  readonly name: string
  readonly input: unknown
  /** What the tool found, or why it did not, as text. */
  readonly outcome: string
  readonly failed: boolean
}

/** What models count as one message: what was said, and then the calls that go with it. */
export interface Turn {
  readonly message: ChatMessage
  readonly role: ChatMessage['role']
  readonly said: (TextPart | FilePart | ReasoningPart)[]
  readonly calls: Call[]
}

export const newest = (messages: readonly ChatMessage[], send: ModelOptions['send']): readonly ChatMessage[] =>
  send === 'last' ? messages.slice(-1) : messages

/**
 * A conversation as models want it: an answer that called tools on its way is one message up to the calls, and another
 * one for what was said once their outcome was known. Answers that say nothing are left out: no model takes them.
 */
export const turnsOf = (messages: readonly ChatMessage[]): Turn[] =>
  messages.flatMap((message) => {
    const { role, parts } = message
    const turns: Turn[] = []
    let open: Turn | undefined
    const turn = (): Turn => {
      if (!open) turns.push((open = { message, role, said: [], calls: [] }))
      return open
    }
    for (const part of parts) {
      if (isTool(part)) {
        const call = callOf(part)
        if (call) turn().calls.push(call)
        continue
      }
      if (part.type === 'step-start' || open?.calls.length) open = undefined
      if (isSaid(part)) turn().said.push(part)
    }
    return turns
  })

export const isText = (part: ChatPart): part is TextPart => part.type === 'text'
export const isFile = (part: ChatPart): part is FilePart => part.type === 'file'
export const isReasoning = (part: ChatPart): part is ReasoningPart => part.type === 'reasoning'
const isTool = (part: ChatPart): part is ToolPart => part.type.startsWith('tool-')
const isSaid = (part: ChatPart): part is TextPart | FilePart | ReasoningPart =>
  isFile(part) || isReasoning(part) || (isText(part) && !!part.text)

/** A call that nobody has answered is not told: no model goes on from one. Nor is what the provider has run itself. */
function callOf(part: ToolPart): Call | undefined {
  const { type, toolCallId: id, input, state, providerExecuted } = part
  const call = { id, name: type.slice('tool-'.length), input: input ?? {} }
  if (providerExecuted) return undefined
  if (state === 'output-available') {
    const { output } = part
    return { ...call, outcome: typeof output === 'string' ? output : toJson(output ?? null), failed: false }
  }
  if (state === 'output-error') return { ...call, outcome: part.errorText, failed: true }
  if (state !== 'output-denied') return undefined
  return { ...call, outcome: part.approval.reason ?? 'The user refused the call', failed: true }
}

/** What a data URL holds. */
export function dataOf({ url }: FilePart): string | undefined {
  return /^data:[^,]*;base64,(.*)$/s.exec(url)?.[1]
}

/** The metadata of what a provider wants back: under its own name for each response, as an answer may be made of several. */
export const signed = <S>(response: string | undefined, signatures: readonly S[]): ChatOperation => ({
  type: 'metadata',
  metadata: { [response ?? 'response']: { signatures: [...signatures] } },
})

/** What was kept like that, in the order it came. */
export const signaturesOf = <S>({ metadata }: ChatMessage): S[] =>
  Object.values(metadata ?? {}).flatMap((kept: { readonly signatures?: readonly S[] } | null) => kept?.signatures ?? [])
