import { parseJson } from '../../frames/decode.js'
import type { Frame } from '../../frames/frame.js'
import type { DataPart } from '../message.js'
import type { ChatOperation } from '../protocol.js'
import { createGrowth } from './growth.js'
import { failed, ofJson, usage } from './reading.js'

/** The fields of a message that are read. */
interface Message {
  readonly type?: string
  readonly id?: string
  readonly content?: string | readonly Block[] | null
  readonly additional_kwargs?: { readonly reasoning_content?: string }
  readonly tool_call_chunks?: readonly Piece[]
  readonly tool_calls?: readonly { readonly id?: string; readonly name?: string; readonly args?: unknown }[]
  readonly tool_call_id?: string
  readonly status?: string
  readonly usage_metadata?: {
    readonly input_tokens?: number
    readonly output_tokens?: number
    readonly total_tokens?: number
    readonly output_token_details?: { readonly reasoning?: number }
  } | null
}

/** A piece of a tool call. */
interface Piece {
  readonly index?: number
  readonly id?: string | null
  readonly name?: string | null
  readonly args?: string | null
}

type Block =
  | string
  | { readonly type?: string; readonly text?: string; readonly thinking?: string; readonly reasoning?: string }

/** A reader of what a LangGraph server streams. */
export function readLangGraph(): (frame: Frame) => readonly ChatOperation[] {
  const { add, rest } = createGrowth()
  /** Which call the fragments of one index belong to. */
  const calls = new Map<string, string>()
  const counts = new Map<string, readonly Count[]>()
  /** The last word on a call comes again with every state. */
  const told = new Set<string>()
  const once = (what: string, operation: ChatOperation): ChatOperation[] => {
    if (told.has(what)) return []
    told.add(what)
    return [operation]
  }

  const read = (value: unknown, event: string): ChatOperation[] => {
    // Behind the bar stands the subgraph that speaks.
    const [mode = ''] = event.split('|')
    switch (mode) {
      case 'metadata': {
        const { run_id: run } = value as { readonly run_id?: string }
        const place = `../${encodeURIComponent(run ?? '')}`
        return run ? [{ type: 'resume', at: { path: `${place}/stream`, query: {}, stop: `${place}/cancel` } }] : []
      }
      case 'messages':
        // A node that does not stream gives its message whole.
        return operationsOf((value as readonly Message[])[0] ?? {})
      case 'messages/partial':
        // The input of a call is not whole yet.
        return (value as readonly Message[]).flatMap((message) => operationsOf({ ...message, tool_calls: [] }, true))
      case 'messages/complete':
        return (value as readonly Message[]).flatMap((message) => operationsOf(message, true))
      case 'values':
        return [...answersIn(value), { type: 'data', part: { type: 'data-values', data: value } }]
      case 'error': {
        const { error, message } = value as { readonly error?: string; readonly message?: string }
        return [failed({ message: message ?? error ?? null, code: error })]
      }
      case 'messages/metadata':
        return []
      default:
        return [{ type: 'data', part: { type: `data-${mode}`, data: value } satisfies DataPart }]
    }
  }

  const ofEvent = ofJson<unknown>(/./, read)
  // Older servers say that it is the end; newer ones just end.
  return (frame) => {
    const { event, data } = frame
    if (event === 'end') return [{ type: 'done' }]
    // The graph writes what it likes, a bare number too.
    return /^custom\b/.test(event) ? [written(parseJson(data))] : ofEvent(frame)
  }

  /** The state holds the whole conversation; what has been answered in this run stands behind the last question. */
  function answersIn(state: unknown): ChatOperation[] {
    const { messages } = state as { readonly messages?: readonly Message[] }
    if (!Array.isArray(messages)) return []
    const asked = messages.map(({ type }: Message) => type).lastIndexOf('human')
    return messages.slice(asked + 1).flatMap((message: Message) => operationsOf(message, true))
  }

  function operationsOf(message: Message, whole?: boolean): ChatOperation[] {
    const { type = '', id = '', content } = message
    if (type === 'tool') return once(`outcome ${message.tool_call_id}`, outcomeOf(message))
    if (!/^(ai|AIMessage)/.test(type)) return []
    const isPiece = !whole && type.endsWith('Chunk')
    const news = isPiece ? add : rest
    const write = (kind: 'text' | 'reasoning', said: string): ChatOperation[] => {
      const key = `${kind} ${id}`
      const delta = news(key, said)
      return delta ? [{ type: kind, key, delta }] : []
    }
    const thought = message.additional_kwargs?.reasoning_content ?? spoken(content, ['thinking', 'reasoning'])
    return [
      ...write('reasoning', thought),
      ...write('text', spoken(content, ['text'])),
      ...((isPiece && message.tool_call_chunks) || []).map((chunk) => pieceOf(chunk, id)),
      ...((!isPiece && message.tool_calls) || []).flatMap(({ id: key = '', name, args: input }) =>
        once(`call ${key}`, { type: 'tool', key, id: key, name, change: { state: 'input-available', input } }),
      ),
      ...usageOf(message, isPiece),
    ]
  }

  function pieceOf({ index = 0, id, name, args }: Piece, message: string): ChatOperation {
    const place = `${message} ${index}`
    const key = id ?? calls.get(place) ?? place
    calls.set(place, key)
    return { type: 'tool-input', key, id: key, name: name ?? undefined, delta: args ?? '' }
  }

  /** Pieces tell what they add, a whole message what it comes to; the answer costs what all its messages do. */
  function usageOf({ id = '', usage_metadata: told }: Message, isPiece: boolean): ChatOperation[] {
    if (!told) return []
    const { input_tokens: input, output_tokens: output, total_tokens: total, output_token_details: details } = told
    const before = (isPiece && counts.get(id)) || []
    const now = [input, output, details?.reasoning, total].map((count, nth) => plus(count, before[nth]))
    counts.set(id, now)
    return [
      usage(...([...counts.values()].reduce((sum, one) => sum.map((count, nth) => plus(count, one[nth]))) as Counts)),
    ]
  }
}

type Count = number | undefined
type Counts = [Count, Count, Count, Count]

/** What is not told is not nought. */
const plus = (a: Count, b: Count): Count => (a === undefined ? b : a + (b ?? 0))

const written = (data: unknown): ChatOperation => ({ type: 'part', part: { type: 'data-custom', data } })

/** What a message says in blocks of these kinds; each kind has a field of its own name. */
const spoken = (content: Message['content'], kinds: readonly ('text' | 'thinking' | 'reasoning')[]): string =>
  (typeof content === 'string' ? [content] : (content ?? []))
    .map((block) => {
      const { type, ...fields } = typeof block === 'string' ? { type: 'text', text: block } : block
      return kinds
        .map((kind) => (type?.startsWith(kind) ? ((fields as Record<string, string>)[kind] ?? '') : ''))
        .join('')
    })
    .join('')

const outcomeOf = ({ tool_call_id: key = '', content, status }: Message): ChatOperation => ({
  type: 'tool',
  key,
  change:
    status === 'error'
      ? { state: 'output-error', errorText: spoken(content, ['text']) }
      : { state: 'output-available', output: content },
})
