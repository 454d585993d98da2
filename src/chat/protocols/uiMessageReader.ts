import type { Frame } from '../../frames/frame.js'
import type { ChatPart, DataPart, ProviderMetadata } from '../message.js'
import type { ChatOperation, ToolChange } from '../protocol.js'
import { ofJson, unknown } from './reading.js'

/** The fields that are read, of all kinds of chunks. */
interface Chunk {
  readonly type?: string
  readonly id?: string
  readonly delta?: string
  readonly messageId?: string
  readonly messageMetadata?: unknown
  readonly finishReason?: string
  readonly errorText?: string
  readonly toolCallId?: string
  readonly toolName?: string
  readonly providerExecuted?: boolean
  readonly inputTextDelta?: string
  readonly input?: unknown
  readonly output?: unknown
  readonly preliminary?: boolean
  readonly approvalId?: string
  readonly approved?: boolean
  readonly reason?: string
  readonly transient?: boolean
  readonly data?: unknown
  readonly providerMetadata?: ProviderMetadata
}

/** What is remembered from one chunk to the next. */
interface Memory {
  metadata: unknown
  finished: boolean
  /** The approval that each tool call was asked for. */
  readonly approvals: Map<string | undefined, string>
}

type Read = (chunk: Chunk, memory: Memory) => ChatOperation[]

/** Text and reasoning may share their ids. */
const pieces = (type: 'text' | 'reasoning'): Record<string, Read> => {
  const notesOf = ({ providerMetadata }: Chunk) => providerMetadata && { notes: { providerMetadata } }
  const write: Read = (chunk) => [{ type, delta: chunk.delta ?? '', key: `${type} ${chunk.id}`, ...notesOf(chunk) }]
  return {
    [`${type}-start`]: write,
    [`${type}-delta`]: write,
    [`${type}-end`]: (chunk) => [{ type: 'close', key: `${type} ${chunk.id}`, ...notesOf(chunk) }],
  }
}

const notesOfCall = ({ providerMetadata: noted }: Chunk, isResult: boolean) =>
  noted && { notes: isResult ? { resultProviderMetadata: noted } : { callProviderMetadata: noted } }

const tool =
  (change: (chunk: Chunk, memory: Memory) => ToolChange): Read =>
  (chunk, memory) => {
    const { toolCallId: id = '', toolName: name, providerExecuted } = chunk
    const what = change(chunk, memory)
    const notes = notesOfCall(chunk, /^output-(available|error)$/.test(what.state))
    return [{ type: 'tool', key: id, id, name, providerExecuted, change: what, ...notes }]
  }

const approvalOf = ({ toolCallId, approvalId }: Chunk, { approvals }: Memory): string =>
  approvalId ?? approvals.get(toolCallId) ?? ''

const whole: Read = (chunk) => [{ type: 'part', part: chunk as ChatPart }]

const metadata: Read = ({ messageMetadata }, memory) => {
  if (messageMetadata === undefined || messageMetadata === null) return []
  memory.metadata = merged(memory.metadata, messageMetadata)
  return [{ type: 'metadata', metadata: memory.metadata }]
}

const nothing: Read = () => []

const READ: Readonly<Record<string, Read>> = {
  ...pieces('text'),
  ...pieces('reasoning'),
  'tool-input-start': (chunk) => {
    const { toolCallId: id = '', toolName: name, providerExecuted } = chunk
    const whose = providerExecuted && { providerExecuted }
    return [{ type: 'tool-input', key: id, id, name, delta: '', ...whose, ...notesOfCall(chunk, false) }]
  },
  'tool-input-delta': ({ toolCallId: key = '', inputTextDelta: delta = '' }) => [{ type: 'tool-input', key, delta }],
  'tool-input-available': tool(({ input }) => ({ state: 'input-available', input })),
  'tool-input-error': tool(({ input, errorText = '' }) => ({ state: 'output-error', input, errorText })),
  // Said each time: it must not stay from the output before.
  'tool-output-available': tool(({ output, preliminary = false }) => ({
    state: 'output-available',
    output,
    preliminary,
  })),
  'tool-output-error': tool(({ errorText = '' }) => ({ state: 'output-error', errorText })),
  'tool-approval-request': tool((chunk, { approvals }) => {
    const id = chunk.approvalId ?? ''
    approvals.set(chunk.toolCallId, id)
    return { state: 'approval-requested', approval: { id } }
  }),
  'tool-approval-response': tool((chunk, memory) => {
    const { approved = false, reason } = chunk
    const approval = { id: approvalOf(chunk, memory), approved, ...(reason && { reason }) }
    return { state: 'approval-responded', approval }
  }),
  'tool-output-denied': tool((chunk, memory) => {
    const approval = { id: approvalOf(chunk, memory), approved: false, ...(chunk.reason && { reason: chunk.reason }) }
    return { state: 'output-denied', approval } as ToolChange
  }),
  'source-url': whole,
  'source-document': whole,
  file: whole,
  'start-step': () => [{ type: 'step' }],
  'finish-step': nothing,
  'reset-step': () => [{ type: 'reset-step' }],
  start: (chunk, memory) => [
    ...(chunk.messageId ? [{ type: 'message', id: chunk.messageId } as const] : []),
    ...metadata(chunk, memory),
  ],
  'message-metadata': metadata,
  finish(chunk, memory) {
    const { finishReason: raw } = chunk
    memory.finished = true
    return [...metadata(chunk, memory), { type: 'finish', reason: raw ?? 'stop', raw }]
  },
  abort: () => [{ type: 'stopped' }],
  error: ({ errorText: message = 'The model failed' }) => [{ type: 'error', message }],
}

/** A reader of the AI SDK's UI message stream. */
export function readUiMessages(): (frame: Frame) => readonly ChatOperation[] {
  const memory: Memory = { metadata: undefined, finished: false, approvals: new Map() }
  const ofChunk = ofJson<Chunk>(/./, (chunk) => {
    const { type = '', id, transient } = chunk
    if (type.startsWith('data-')) {
      const part = { type, ...(id !== undefined && { id }), data: chunk.data } as DataPart
      return [{ type: transient ? 'data' : 'part', part }]
    }
    const read = Object.hasOwn(READ, type) && READ[type]
    return read ? read(chunk, memory) : [unknown(chunk)]
  })
  // It stands at the end of every stream, whole or not.
  return (frame) => (frame.data === '[DONE]' && memory.finished ? [{ type: 'done' }] : ofChunk(frame))
}

const isRecord = (value: unknown): value is Record<string, unknown> => value instanceof Object && !Array.isArray(value)

/** Laid over each other all the way down. */
function merged(under: unknown, over: unknown): unknown {
  if (!isRecord(under) || !isRecord(over)) return over
  return Object.fromEntries([
    ...Object.entries(under),
    ...Object.entries(over).map(([name, value]) => [name, merged(under[name], value)] as const),
  ])
}
