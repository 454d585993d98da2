import type { ChatMessage, ChatPart } from './message.js'
import { createPartialJson } from './partialJson.js'
import type { ChatOperation } from './protocol.js'
import { createSettler } from './settled.js'
import { build, inputOf, note, type Slot, written } from './slot.js'

/** An answer being written. Appending costs the same however long it is; only what changed is built anew. */
export interface Draft {
  apply(operation: ChatOperation): void
  /** Nothing more will be written: what is open is closed. */
  close(): void
  show(): ChatMessage
  readonly size: number
}

/** How many things that were not understood are kept. */
const UNKNOWN = 100

/** Of an answer from its start, or of one that is gone on with. */
export function createDraft(from: Pick<ChatMessage, 'id'> & Partial<ChatMessage>): Draft {
  let { id } = from
  const { id: _id, role: _role, parts = [], end: _end, ...rest } = from
  let slots: Slot[] = parts.map(written)
  const seeds = slots.length
  let extras: Omit<ChatMessage, 'id' | 'role' | 'parts'> = rest
  let shown: ChatMessage | undefined
  let size = slots.reduce((sum, { shown: part }) => sum + (part && 'text' in part ? part.text.length : 0), 0)

  return {
    apply,
    close: () => slots.forEach(seal),
    show: () => (shown ??= { id, role: 'assistant', parts: partsOf(0), ...extras, ...others() }),
    get size() {
      return size
    },
  }

  function apply(operation: ChatOperation): void {
    shown = undefined
    switch (operation.type) {
      case 'text':
      case 'refusal':
      case 'reasoning': {
        const { type, delta, key, choice = 0 } = operation
        const last = latest((slot) => slot.choice === choice && (key === undefined || slot.key === key))
        const slot = last?.type === type && !last.done ? last : add({ type, key, choice })
        if (type === 'text') (slot.settler ??= createSettler()).write(delta)
        note(slot, operation)
        return append(slot, delta)
      }
      case 'close':
        for (const slot of slots) {
          if (slot.key !== operation.key || slot.tool || slot.done) continue
          note(slot, operation)
          seal(slot)
        }
        return
      case 'tool-input': {
        const slot = toolOf(operation)
        note(slot, operation)
        append(slot, operation.delta)
        slot.json ??= createPartialJson()
        return slot.json.write(operation.delta)
      }
      case 'tool': {
        const slot = toolOf(operation)
        slot.change = { input: inputOf(slot), ...slot.change, ...operation.change }
        slot.done = true
        slot.shown = undefined
        return note(slot, operation)
      }
      case 'part': {
        const { part } = operation
        const key = 'id' in part && part.id !== undefined ? `${part.type} ${part.id}` : undefined
        const slot = slots.find((other) => key && other.key === key) ?? add({ key, done: true })
        slot.shown = part
        return
      }
      case 'step':
        return void (add({ key: 'step', done: true }).shown = { type: 'step-start' })
      case 'reset-step':
        slots = slots.slice(0, slots.map(({ key }) => key).lastIndexOf('step') + 1)
        return
      case 'usage':
        extras = { ...extras, usage: { ...extras.usage, ...operation.usage } }
        return
      case 'metadata': {
        const { metadata } = operation
        const both = metadata instanceof Object && extras.metadata instanceof Object
        extras = { ...extras, metadata: both ? { ...(extras.metadata as object), ...(metadata as object) } : metadata }
        return
      }
      case 'message':
        id = operation.id
        return
      case 'unknown':
        extras = { ...extras, unknown: [...(extras.unknown ?? []), operation.value].slice(-UNKNOWN) }
        return
      case 'finish':
      case 'done':
      case 'stopped':
      case 'error':
        return slots.forEach(seal)
      case 'reset':
      case 'resume':
      case 'data':
        // None of these is anything that this message says.
        return
    }
  }

  function toolOf({ key, name, id: callId, providerExecuted, choice = 0 }: ToolOperation): Slot {
    const known = latest((slot) => !!slot.tool && slot.key === key && slot.choice === choice)
    if (known) return known
    const tool = { type: `tool-${name ?? 'unknown'}`, toolCallId: callId ?? `${id}-${slots.length}-${key}` } as const
    return add({ key, choice, tool: providerExecuted ? { ...tool, providerExecuted } : tool })
  }

  /** From the end: what is written now is near it. */
  function latest(fits: (slot: Slot) => boolean): Slot | undefined {
    for (let at = slots.length; at > 0; at--) {
      const slot = slots[at - 1]
      if (slot && fits(slot)) return slot
    }
    return undefined
  }

  function add(begin: Partial<Slot>): Slot {
    const slot: Slot = { text: '', done: false, choice: 0, ...begin }
    // Several tool calls, and parts that have names, may be written in turns; other text before is at its end.
    // What follows the tools of an answer that is gone on with is another step.
    if (seeds > 0 && slots.length === seeds && slots[seeds - 1]?.tool && begin.key !== 'step') apply({ type: 'step' })
    for (const other of slots) if (other.choice === slot.choice && !(other.key && (slot.key || slot.done))) seal(other)
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

  function partsOf(choice: number): ChatPart[] {
    return slots.flatMap((slot) => (slot.choice === choice ? (slot.shown ??= build(slot)) : []))
  }

  function others(): Pick<ChatMessage, 'choices'> {
    const most = Math.max(0, ...slots.map(({ choice }) => choice))
    return most > 0 ? { choices: Array.from({ length: most }, (_, nth) => partsOf(nth + 1)) } : {}
  }
}

type ToolOperation = Pick<ChatOperation & { type: 'tool' }, 'key' | 'name' | 'id' | 'providerExecuted' | 'choice'>
