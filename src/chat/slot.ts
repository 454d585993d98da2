import { type ChatPart, isTool, type ToolPart } from './message.js'
import type { PartialJson } from './partialJson.js'
import type { Notes, ToolChange } from './protocol.js'
import type { Settler } from './settled.js'

/** A part, and what it is made of while it is being written. */
export interface Slot {
  readonly type?: 'text' | 'reasoning' | 'refusal'
  readonly tool?: Pick<ToolPart, 'type' | 'toolCallId' | 'providerExecuted'>
  /** Tells apart what is written at the same time, and whole parts that replace each other. */
  readonly key?: string | undefined
  readonly choice: number
  text: string
  done: boolean
  json?: PartialJson
  settler?: Settler
  /** What has become of a tool call since its input was written. */
  change?: ToolChange
  notes?: Notes | undefined
  /** What was shown last; undefined once something has changed. */
  shown?: ChatPart | undefined
}

/** A part of an answer that is gone on with. Its tool calls are known by their ids. */
export function written(part: ChatPart): Slot {
  const slot = { text: '', done: true, choice: 0, shown: part }
  if (!isTool(part)) return slot
  const { type, toolCallId, providerExecuted, ...change } = part
  const tool = { type, toolCallId, ...(providerExecuted && { providerExecuted }) }
  return { ...slot, key: toolCallId, tool, change }
}

/** The part as it can be shown now. */
export const build = (slot: Slot): ChatPart => ({ ...plain(slot), ...slot.notes }) as ChatPart

function plain({ type = 'text', tool, text, done, change, settler, json }: Slot): object {
  const state = done ? 'done' : 'streaming'
  if (!tool) {
    const kind = type === 'refusal' ? { type: 'text', refusal: true } : { type }
    return { ...kind, text, state, ...(settler && !done && { settled: settler.at }) }
  }
  if (change) return { ...tool, ...change }
  if (!done) return { ...tool, state: 'input-streaming', input: json?.value() }
  try {
    return { ...tool, state: 'input-available', input: parsed(text) }
  } catch (error) {
    return { ...tool, state: 'output-error', input: text, errorText: String(error) }
  }
}

/** What a provider notes later takes the place of what it has noted before. */
export function note(slot: Slot, { notes }: { readonly notes?: Notes | undefined }): void {
  if (!notes) return
  slot.notes = { ...slot.notes, ...notes }
  slot.shown = undefined
}

/** Some models call a tool that takes nothing with no text at all. */
const parsed = (text: string): unknown => JSON.parse(text || '{}')

/** What was written of the input, where it can be read. */
export function inputOf({ text, change }: Slot): unknown {
  try {
    return change ? change.input : parsed(text)
  } catch {
    return text
  }
}
