import type { ChatMessage, ChatPart, ToolPart } from './message.js'
import type { ChatOperation } from './protocol.js'

/** A part, and what it is made of while it is being written. */
interface Slot {
  readonly type?: 'text' | 'reasoning'
  readonly tool?: Pick<ToolPart, 'type' | 'toolCallId'>
  /** Tells tool calls apart, and whole parts that replace each other. */
  readonly key?: string | undefined
  text: string
  done: boolean
  /** What was shown last; undefined once something has changed. */
  shown?: ChatPart | undefined
}

/** An answer being written. Appending costs the same however long it is; only what changed is built anew. */
export interface Draft {
  apply(operation: ChatOperation): void
  /** Nothing more will be written: what is open is closed. */
  close(): void
  show(): ChatMessage
  readonly size: number
}

export function createDraft(id: string): Draft {
  const slots: Slot[] = []
  let extras: Pick<ChatMessage, 'usage' | 'metadata'> = {}
  let shown: ChatMessage | undefined
  let size = 0

  return {
    apply,
    close: () => slots.forEach(seal),
    show: () =>
      (shown ??= { id, role: 'assistant', parts: slots.map((slot) => (slot.shown ??= build(slot))), ...extras }),
    get size() {
      return size
    },
  }

  function apply(operation: ChatOperation): void {
    shown = undefined
    switch (operation.type) {
      case 'text':
      case 'reasoning': {
        // The part that is being written, or a new one after a part of another kind.
        const { type, delta } = operation
        const last = slots[slots.length - 1]
        return append(last?.type === type && !last.done ? last : add({ type }), delta)
      }
      case 'tool-input': {
        const { key, name, delta } = operation
        const known = slots.find((slot) => slot.tool && slot.key === key)
        return append(
          known ??
            add({ key, tool: { type: `tool-${name ?? 'unknown'}`, toolCallId: operation.id ?? `${id}-${key}` } }),
          delta,
        )
      }
      case 'part': {
        const { part } = operation
        const key = 'id' in part && part.id !== undefined ? `${part.type} ${part.id}` : undefined
        const slot = slots.find((other) => key && other.key === key) ?? add({ key, done: true })
        slot.shown = part
        return
      }
      case 'usage':
        extras = { ...extras, usage: { ...extras.usage, ...operation.usage } }
        return
      case 'metadata':
        extras = { ...extras, metadata: operation.metadata }
        return
      case 'finish':
      case 'done':
      case 'error':
        return slots.forEach(seal)
    }
  }

  function add(begin: Partial<Slot>): Slot {
    // Several tool calls may be written in turns; text before them is at its end.
    for (const slot of slots) if (!slot.tool || !begin.tool) seal(slot)
    const slot: Slot = { text: '', done: false, ...begin }
    slots.push(slot)
    return slot
  }

  function append(slot: Slot, delta: string): void {
    slot.text += delta
    slot.shown = undefined
    size += delta.length
  }

  function seal(slot: Slot): void {
    if (slot.done) return
    slot.done = true
    slot.shown = shown = undefined
  }
}

function build({ type = 'text', tool, text, done }: Slot): ChatPart {
  if (!tool) return { type, text, state: done ? 'done' : 'streaming' }
  if (!done) return { ...tool, state: 'input-streaming', input: undefined }
  try {
    // Some models call a tool that takes nothing with no text at all.
    return { ...tool, state: 'input-available', input: JSON.parse(text || '{}') as unknown }
  } catch (error) {
    return { ...tool, state: 'output-error', input: text, errorText: String(error) }
  }
}
