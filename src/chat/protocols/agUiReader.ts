import type { Frame } from '../../frames/frame.js'
import type { Usage } from '../message.js'
import type { ChatOperation, ToolChange } from '../protocol.js'
import type { AgUiEvent } from './agUiEvent.js'
import { createAgUiState, dataOf } from './agUiState.js'
import { failed, ofJson, unknown } from './reading.js'

/** What says nothing that a message could show: it frames what does. */
const FRAMES = /^(STEP|REASONING)\w*_(START|END|STARTED|FINISHED)$/

const REASONS: Readonly<Record<string, string>> = { content_filter: 'content-filter', tool_calls: 'tool-calls' }

/** A reader of AG-UI events. */
export function readAgUi(): (frame: Frame) => readonly ChatOperation[] {
  const state = createAgUiState()
  /** Messages that somebody else is said to have written. */
  const foreign = new Set<string>()
  const total: { -readonly [K in keyof Usage]: Usage[K] } = {}
  /** What a chunk that names none goes on with. */
  let lastId = ''
  let lastCall = ''

  const read = (event: AgUiEvent): ChatOperation[] => {
    const { type: kind } = event
    const type = kind ?? ''
    const id = (lastId = event.messageId ?? lastId)
    const call = (lastCall = event.toolCallId ?? lastCall)
    const delta = typeof event.delta === 'string' ? event.delta : ''
    switch (type) {
      case 'TEXT_MESSAGE_START':
      case 'TEXT_MESSAGE_CHUNK':
      case 'TEXT_MESSAGE_CONTENT':
        if (/user|system|developer/.test(event.role ?? '')) foreign.add(id)
        return foreign.has(id) ? [] : [{ type: 'text', key: `text ${id}`, delta }]
      case 'TEXT_MESSAGE_END':
        return [{ type: 'close', key: `text ${id}` }]
      case 'REASONING_MESSAGE_CONTENT':
      case 'REASONING_MESSAGE_CHUNK':
        return [{ type: 'reasoning', key: `reasoning ${id}`, delta }]
      case 'REASONING_MESSAGE_END':
        return [{ type: 'close', key: `reasoning ${id}` }]
      case 'TOOL_CALL_START':
      case 'TOOL_CALL_ARGS':
      case 'TOOL_CALL_CHUNK':
        return [{ type: 'tool-input', key: call, id: call, name: event.toolCallName ?? undefined, delta }]
      case 'TOOL_CALL_END':
        return [{ type: 'tool', key: call, change: { state: 'input-available' } }]
      case 'TOOL_CALL_RESULT':
        return [outcomeOf(call, event)]
      case 'CUSTOM':
        // What TanStack says to itself is no part of an answer.
        return event.name === 'run.accepted' ? [] : [dataOf(event.name ?? 'custom', event.value)]
      case 'MESSAGES_SNAPSHOT':
        return [{ type: 'data', part: { type: 'data-messages', data: event.messages } }]
      case 'RUN_STARTED':
        return event.runId ? [{ type: 'resume', at: { query: { runId: event.runId } } }] : []
      case 'RUN_FINISHED':
        return [...counted(event), ...endOf(event)]
      case 'RUN_ERROR':
        return event.code === 'aborted' ? [{ type: 'stopped' }] : [...counted(event), failed(event as object)]
      default:
        return FRAMES.test(type) ? [] : (state.read(event) ?? [unknown(event)])
    }
  }

  /** A run may have several turns, and each tells what it has cost. */
  function counted({ usage }: AgUiEvent): ChatOperation[] {
    for (const counts of usage ?? [])
      for (const name of ['inputTokens', 'outputTokens', 'reasoningTokens', 'totalTokens'] as const)
        if (typeof counts[name] === 'number') total[name] = (total[name] ?? 0) + counts[name]
    return usage?.length ? [{ type: 'usage', usage: { ...total } }] : []
  }

  const ofEvent = ofJson<AgUiEvent>(/./, read)
  return (frame) => {
    const operations = ofEvent(frame)
    // Only a server that gives ids can be asked for the rest.
    return frame.id ? operations : operations.filter(({ type }) => type !== 'resume')
  }
}

function endOf({ outcome, metadata }: AgUiEvent): ChatOperation[] {
  const raw = metadata?.tanstack?.finishReason ?? undefined
  // TanStack ends each turn of a run that runs its own tools, and goes on; or it was the last.
  if (raw === 'tool_calls' && !outcome) return [{ type: 'step', end: { reason: 'tool-calls', raw } }]
  if (outcome?.type === 'cancelled') return [{ type: 'stopped' }]
  if (outcome?.type === 'interrupt') {
    const waiting = (outcome.interrupts ?? []).map(({ id, reason, toolCallId, ...rest }): ChatOperation => {
      if (toolCallId !== undefined && reason === 'tool_call')
        return { type: 'tool', key: toolCallId, change: { state: 'approval-requested', approval: { id } } }
      return dataOf('interrupt', { id, reason, toolCallId, ...rest }, id)
    })
    return [...waiting, { type: 'finish', reason: 'tool-calls', raw: 'interrupt' }]
  }
  return [{ type: 'finish', reason: (raw && REASONS[raw]) ?? raw ?? 'stop', raw: raw ?? outcome?.type }]
}

function outcomeOf(key: string, { content, metadata }: AgUiEvent): ChatOperation {
  const isError = metadata?.tanstack?.state === 'output-error'
  const change: ToolChange = isError
    ? { state: 'output-error', errorText: String(content) }
    : { state: 'output-available', output: valueOf(content) }
  return { type: 'tool', key, change }
}

/** Results are text by their type, and JSON by custom. */
function valueOf(content: unknown): unknown {
  if (typeof content !== 'string') return content
  try {
    return JSON.parse(content)
  } catch {
    return content
  }
}
