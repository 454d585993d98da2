import { type ChatMessage, isTool, type ToolPart } from 'holdline/chat'
import { toolWords } from './words/chat'

type Input = Readonly<Record<string, unknown>>
type Output = Readonly<Record<string, unknown>>

const fieldsOf = (input: unknown): Input => (input instanceof Object ? (input as Input) : {})

/** The tools of this page. What a model has written is checked like anything that comes from outside. */
const TOOLS: Readonly<Record<string, (input: Input) => Output | Promise<Output>>> = {
  current_time({ timeZone }) {
    const zone = typeof timeZone === 'string' && timeZone !== 'local' ? timeZone : undefined
    const format = new Intl.DateTimeFormat('en-GB', { timeStyle: 'medium', ...(zone && { timeZone: zone }) })
    return { time: format.format(new Date()), zone: format.resolvedOptions().timeZone }
  },
  async notify_room({ text }) {
    if (typeof text !== 'string' || text === '') throw new Error('A notification needs a text')
    const key = `${Date.now()}-${Math.random().toString(36).slice(2)}`
    const data = { kind: 'alert', key, from: 'Assistant', text, at: Date.now() }
    const response = await fetch('/api/room', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ id: key, data }),
    })
    if (!response.ok) throw new Error(`The room answered with HTTP status ${response.status}`)
    return { delivered: true }
  },
}

export const nameOf = ({ type }: ToolPart): string => type.slice('tool-'.length)

/** Others would notice these, so the user is asked first. */
const needsWord = (call: ToolPart): boolean => nameOf(call) === 'notify_room'

/** Whether the user is to be asked now: by us, or because the server wants to know. */
export const asksForWord = (call: ToolPart): boolean =>
  call.state === 'approval-requested' ||
  (call.state === 'input-available' && call.providerExecuted !== true && needsWord(call))

/** For ears: which tool the user is asked about. */
export function askedIn(message: ChatMessage | undefined): string | undefined {
  const call = message?.parts.find((part): part is ToolPart => isTool(part) && asksForWord(part))
  return call && toolWords.may(nameOf(call))
}

/** Runs at once what nobody has to be asked about. */
export function runTool(call: ToolPart): unknown {
  return needsWord(call) ? undefined : TOOLS[nameOf(call)]?.(fieldsOf(call.input))
}

interface Answerable {
  addToolApprovalResponse(answer: { readonly id: string; readonly approved: boolean; readonly reason?: string }): void
  addToolOutput(
    result: { readonly toolCallId: string } & ({ readonly output: unknown } | { readonly errorText: string }),
  ): void
}

/** Does what the user has said. Where the server asks, it runs the tool; where only the page does, the page does. */
export async function answerTool(chat: Answerable, call: ToolPart, approved: boolean): Promise<void> {
  const { toolCallId } = call
  const reason = toolWords.refused
  if (call.state === 'approval-requested') {
    const { id } = call.approval
    return chat.addToolApprovalResponse({ id, approved, ...(!approved && { reason }) })
  }
  if (!approved) return chat.addToolOutput({ toolCallId, errorText: reason })
  try {
    chat.addToolOutput({ toolCallId, output: await TOOLS[nameOf(call)]?.(fieldsOf(call.input)) })
  } catch (error) {
    chat.addToolOutput({ toolCallId, errorText: String(error) })
  }
}

/** How a value is shown: text as it is, everything else as JSON. What is JSON in a text is unpacked. */
export function shownAs(value: unknown): string {
  if (value === undefined || value === null) return ''
  if (typeof value !== 'string') return JSON.stringify(value, null, 2)
  try {
    const inner: unknown = JSON.parse(value)
    return inner instanceof Object ? JSON.stringify(inner, null, 2) : value
  } catch {
    return value
  }
}

/** What has become of a call, if anything has. */
export function outcomeOf(
  call: ToolPart,
): { readonly label: string; readonly text: string; readonly bad: boolean } | undefined {
  if (call.state === 'output-available') return { label: toolWords.output, text: shownAs(call.output), bad: false }
  if (call.state === 'output-error') return { label: toolWords.error, text: call.errorText, bad: true }
  return undefined
}

export const stateOf = (call: ToolPart): string =>
  asksForWord(call) ? toolWords['approval-requested'] : toolWords[call.state]
