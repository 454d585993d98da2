import type { ChatMessage, ChatPart, Usage } from './message.js'
import type { ChatOperation } from './protocol.js'

/** A part that is still being written. */
interface Slot {
  readonly kind: 'text' | 'reasoning' | 'tool' | 'whole'
  /** Tells tool calls apart, and whole parts that replace each other. */
  readonly key?: string | undefined
  readonly name?: string | undefined
  readonly id?: string | undefined
  text: string
  done: boolean
  /** What was shown last; undefined once something has changed. */
  shown: ChatPart | undefined
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
  let usage: Usage | undefined
  let metadata: unknown
  let shown: ChatMessage | undefined
  let size = 0

  return {
    apply,
    close: () => slots.forEach(seal),
    show,
    get size() {
      return size
    },
  }

  function apply(operation: ChatOperation): void {
    shown = undefined
    switch (operation.type) {
      case 'text':
      case 'reasoning':
        return append(open(operation.type), operation.delta)
      case 'tool-input': {
        const { key, id: callId, name, delta } = operation
        const known = slots.find((slot) => slot.kind === 'tool' && slot.key === key)
        return append(known ?? add({ kind: 'tool', key, name: name ?? 'unknown', id: callId ?? `${id}-${key}` }), delta)
      }
      case 'part': {
        const { part } = operation
        const key = 'id' in part && part.id !== undefined ? `${part.type} ${part.id}` : undefined
        const slot = slots.find((other) => key !== undefined && other.key === key) ?? add({ kind: 'whole', key })
        slot.shown = part
        return
      }
      case 'usage':
        usage = { ...usage, ...operation.usage }
        return
      case 'metadata':
        metadata = operation.metadata
        return
      case 'finish':
      case 'done':
      case 'error':
        return slots.forEach(seal)
    }
  }

  /** The part that is being written, or a new one after a part of another kind. */
  function open(kind: 'text' | 'reasoning'): Slot {
    const last = slots[slots.length - 1]
    return last?.kind === kind && !last.done ? last : add({ kind })
  }

  function add(begin: Pick<Slot, 'kind' | 'key' | 'name' | 'id'>): Slot {
    // Several tool calls may be written in turns; text before them is at its end.
    for (const slot of slots) if (slot.kind !== 'tool' || begin.kind !== 'tool') seal(slot)
    const slot: Slot = { ...begin, text: '', done: false, shown: undefined }
    slots.push(slot)
    return slot
  }

  function append(slot: Slot, delta: string): void {
    slot.text += delta
    slot.shown = undefined
    size += delta.length
  }

  function seal(slot: Slot): void {
    if (slot.done || slot.kind === 'whole') return
    slot.done = true
    slot.shown = undefined
    shown = undefined
  }

  function show(): ChatMessage {
    return (shown ??= {
      id,
      role: 'assistant',
      parts: slots.map((slot) => (slot.shown ??= build(slot))),
      ...(usage && { usage }),
      ...(metadata !== undefined && { metadata }),
    })
  }
}

function build({ kind, text, done, name, id = '' }: Slot): ChatPart {
  if (kind !== 'tool') return { type: kind as 'text' | 'reasoning', text, state: done ? 'done' : 'streaming' }
  const tool = { type: `tool-${name}`, toolCallId: id } as const
  if (!done) return { ...tool, state: 'input-streaming', input: undefined }
  try {
    // Some models call a tool that takes nothing with no text at all.
    return { ...tool, state: 'input-available', input: JSON.parse(text || '{}') as unknown }
  } catch (error) {
    return { ...tool, state: 'output-error', input: text, errorText: String(error) }
  }
}
