import type { ChatOperation } from '../protocol.js'
import { called, createSources, failed, type Failure, type Loose, said, unknown, usage } from './reading.js'
import { signed } from './turns.js'

/** The events whose data must be JSON. */
export const EVENTS: RegExp = /^(message|error|(message|content_block)_(start|delta|stop))$/

/** The fields that are read of all events. */
type Event = Loose<{
  type: string
  index: number
  message: Loose<{ id: string; usage: Counts }>
  content_block: Begin
  delta: Loose<{
    type: string
    text: string
    thinking: string
    signature: string
    partial_json: string
    citation: Citation
    stop_reason: string
  }>
  usage: Counts
  error: Failure
}>

/** A page, or a place in a document that the user has sent. */
type Citation = Loose<{ url: string; source: string; title: string; document_index: number; document_title: string }>

type Begin = Loose<{
  type: string
  id: string
  name: string
  input: unknown
  text: string
  thinking: string
  signature: string
  data: string
  tool_use_id: string
  content: unknown
}>

type Counts = Loose<{
  input_tokens: number
  output_tokens: number
  cache_creation_input_tokens: number
  cache_read_input_tokens: number
  output_tokens_details: Loose<{ thinking_tokens: number }>
}>

interface Block {
  readonly is: Begin
  json: string
  signature?: string
}

/** What makes a thought one that the model takes back: its signature, or what stands for one that is not shown. */
export type Seal = string | { readonly data: string }

/** Reads what {@link anthropic} is answered. */
export function createReader(): (event: Event) => ChatOperation[] {
  const sources = createSources()
  const seals: Seal[] = []
  /** The calls by the ids that their results name. */
  const keys = new Map<string, string>()
  let counts: Counts = {}
  let response: string | undefined
  const blocks = new Map<string, Block>()

  return (event) => {
    const { type, index, delta } = event
    const key = `${index ?? 0}`
    switch (type ?? '') {
      case 'ping':
        return []
      case 'message_start':
        response = event.message?.id ?? undefined
        return count(event.message?.usage)
      case 'content_block_start':
        return begun(key, blockOf(key, event.content_block))
      case 'content_block_delta':
        return written(event, key, blockOf(key))
      case 'content_block_stop':
        return [...ended(key, blockOf(key)), ...sources.tell()]
      case 'message_delta': {
        const raw = delta?.stop_reason
        return said(...count(event.usage), raw && { type: 'finish', reason: REASONS[raw] ?? 'other', raw })
      }
      case 'message_stop':
        return [{ type: 'done' }]
      case 'error':
        return [failed(event.error ?? (event as Failure))]
      default:
        return [unknown(event)]
    }
  }

  /** A block as it has come so far, and what was written of a call's input. */
  function blockOf(key: string, begin?: Begin | null): Block {
    const known = begin ? undefined : blocks.get(key)
    const block: Block = known ?? { is: begin ?? {}, json: '' }
    blocks.set(key, block)
    return block
  }

  function begun(key: string, block: Block): ChatOperation[] {
    const { type, id, name, text, thinking, data, tool_use_id: of, content } = block.is
    if (type === 'text') return said(text && { type: 'text', key, delta: text })
    // Also where nothing of it is shown: the signature belongs to a part of its own.
    if (type === 'thinking' || type === 'redacted_thinking') {
      if (data) seals.push({ data })
      return said({ type: 'reasoning', key, delta: thinking ?? '' }, data && sealed())
    }
    if (isCall(block)) {
      if (id) keys.set(id, key)
      const call = { key, id: id ?? undefined, name: name ?? undefined }
      if (type === 'tool_use') return [{ type: 'tool-input', ...call, delta: '' }]
      return [{ type: 'tool', ...call, providerExecuted: true, change: { state: 'input-streaming' } }]
    }
    const call = keys.get(of ?? '')
    if (call === undefined) return [unknown(block.is)]
    const failure = (content as { readonly error_code?: unknown } | null)?.error_code
    return [
      {
        type: 'tool',
        key: call,
        change: failure
          ? { state: 'output-error', errorText: String(failure as string) }
          : { state: 'output-available', output: content },
      },
    ]
  }

  function written(event: Event, key: string, block: Block): ChatOperation[] {
    const { type, text, thinking, signature, partial_json: json, citation } = event.delta ?? {}
    switch (type ?? '') {
      case 'text_delta':
        return said(text && { type: 'text', key, delta: text })
      case 'thinking_delta':
        return said(thinking && { type: 'reasoning', key, delta: thinking })
      case 'signature_delta':
        block.signature = signature ?? ''
        return []
      case 'input_json_delta':
        block.json += json ?? ''
        return said(block.is.type === 'tool_use' && json && { type: 'tool-input', key, delta: json })
      case 'citations_delta':
        return said(!cited(citation ?? {}) && unknown(event))
      default:
        return [unknown(event)]
    }
  }

  function cited({ url, source, title, document_index: nth, document_title: name }: Citation): boolean {
    const place = url ?? source
    if (typeof nth === 'number') sources.document(`document-${nth}`, name)
    else sources.page(place, title)
    return typeof nth === 'number' || !!place
  }

  function ended(key: string, block: Block): ChatOperation[] {
    const { type, input, signature = '' } = block.is
    if (isCall(block)) return called(key, block.json || JSON.stringify(input ?? {}))
    if (type === 'thinking') seals.push(block.signature ?? signature ?? '')
    return said({ type: 'close', key }, type === 'thinking' && sealed())
  }

  function sealed(): ChatOperation {
    return signed(response, seals)
  }

  /** Counts are of the whole answer so far; those that are not told again stay. */
  function count(more: Counts | null | undefined): ChatOperation[] {
    if (!more) return []
    counts = { ...counts, ...Object.fromEntries(Object.entries(more).filter(([, value]) => value !== null)) }
    const { input_tokens: plain, cache_creation_input_tokens: kept, cache_read_input_tokens: known } = counts
    const asked = plain === undefined ? undefined : (plain ?? 0) + (kept ?? 0) + (known ?? 0)
    return [usage(asked, counts.output_tokens, counts.output_tokens_details?.thinking_tokens)]
  }
}

/** `tool_use`, and those that the provider runs itself, such as `server_tool_use`. */
const isCall = ({ is: { type } }: Block): boolean => !!type?.endsWith('tool_use')

/** The provider's words in the words of the field. */
const REASONS: Readonly<Record<string, string>> = {
  end_turn: 'stop',
  stop_sequence: 'stop',
  max_tokens: 'length',
  model_context_window_exceeded: 'length',
  tool_use: 'tool-calls',
  refusal: 'content-filter',
}
