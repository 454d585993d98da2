import type { ChatOperation } from '../protocol.js'
import { called, createSources, failed, type Failure, type Loose, said, unknown, usage } from './reading.js'

/** The fields that are read of all events. */
type Event = Loose<{
  type: string
  sequence_number: number
  output_index: number
  content_index: number
  summary_index: number
  delta: string
  arguments: string
  input: string
  annotation: Loose<{ url: string; file_id: string; filename: string; title: string }>
  item: Item
  response: Loose<{
    id: string
    background: boolean
    status: string
    usage: Loose<{
      input_tokens: number
      output_tokens: number
      total_tokens: number
      output_tokens_details: Loose<{ reasoning_tokens: number }>
    }>
    error: Failure
    incomplete_details: Loose<{ reason: string }>
  }>
  error: Failure
}>

type Item = Loose<{
  type: string
  call_id: string
  id: string
  name: string
  arguments: string
  action: object
  code: string
  queries: readonly string[]
  output: unknown
  result: string
  output_format: string
  error: unknown
  status: string
}>

/** Reads what {@link openAiResponses} is answered. */
export function createReader(): (event: Event) => ChatOperation[] {
  const sources = createSources()
  /** What was written of the inputs that are text of their own and no JSON. */
  const inputs = new Map<string, string>()
  let calls = false
  let id: string | undefined
  let background = false
  let last = -1

  return (event) => {
    const { sequence_number: nth } = event
    // The server may begin a little before what was asked for.
    if (background && typeof nth === 'number' && nth <= last) return []
    last = nth ?? last
    const operations = read(event)
    // What says nothing is no news to go on behind, and no sign that the model does.
    return operations.length > 0 ? [...operations, ...goOn()] : operations
  }

  /** A response in the background is gone on with behind the last event, by its own name. */
  function goOn(): ChatOperation[] {
    if (!background || id === undefined) return []
    const query = { stream: 'true', starting_after: `${last}` }
    // After a reload nothing is known of what came before.
    const path = encodeURIComponent(id)
    const at = { path, query, whole: { stream: 'true' }, stop: `${path}/cancel` }
    return [{ type: 'resume', at }]
  }

  function read(event: Event): ChatOperation[] {
    const { response, item, delta } = event
    const type = (event.type ?? '').replace(/^response\./, '')
    const key = `${event.output_index ?? 0}`
    const place = `${key}/${event.content_index ?? 0}`
    const thought = `${key}/${event.summary_index === undefined ? place : `summary-${event.summary_index}`}`
    switch (type) {
      case 'created':
      case 'queued':
      case 'in_progress':
        background = response?.background ?? background
        if (!response?.id || id === response.id) return []
        id = response.id
        return [{ type: 'metadata', metadata: { responseId: id } }]
      case 'output_text.delta':
        return said(delta && { type: 'text', key: place, delta })
      case 'refusal.delta':
        return said(delta && { type: 'refusal', key: place, delta })
      case 'output_text.done':
      case 'refusal.done':
        return [{ type: 'close', key: place }, ...sources.tell()]
      case 'output_text.annotation.added':
        sources.page(event.annotation?.url, event.annotation?.title)
        sources.document(event.annotation?.file_id, event.annotation?.filename)
        return []
      case 'reasoning_summary_text.delta':
      case 'reasoning_text.delta':
        return said(delta && { type: 'reasoning', key: thought, delta })
      case 'reasoning_summary_text.done':
      case 'reasoning_text.done':
        return [{ type: 'close', key: thought }]
      case 'function_call_arguments.delta':
        return said(delta && { type: 'tool-input', key, delta })
      case 'function_call_arguments.done':
        return called(key, event.arguments ?? '')
      case 'custom_tool_call_input.delta':
        return written(key, (inputs.get(key) ?? '') + (delta ?? ''), 'input-streaming')
      case 'custom_tool_call_input.done':
        return written(key, event.input ?? '', 'input-available')
      case 'output_item.added':
        return item ? begun(key, item) : []
      case 'output_item.done':
        return [...sources.tell(), ...(item ? ended(key, item) : [])]
      case 'completed':
      case 'incomplete':
      case 'failed':
      case 'cancelled':
        return over(type, response ?? {})
      case 'error':
        return [failed(event.error ?? (event as Failure))]
      default:
        return SILENT.test(type) ? [] : [unknown(event)]
    }
  }

  function written(key: string, input: string, state: 'input-streaming' | 'input-available'): ChatOperation[] {
    inputs.set(key, input)
    return [{ type: 'tool', key, change: { state, input } }]
  }

  function begun(key: string, item: Item): ChatOperation[] {
    const { type, call_id: id, name } = item
    const call = { key, id: id ?? undefined, name: name ?? undefined }
    if (type === 'function_call') return [{ type: 'tool-input', ...call, delta: '' }]
    if (type === 'custom_tool_call') return [{ type: 'tool', ...call, change: { state: 'input-streaming', input: '' } }]
    return type && OWN.test(type) ? [{ ...own(key, item), change: { state: 'input-streaming' } }] : []
  }

  function ended(key: string, item: Item): ChatOperation[] {
    const { type, output, result, error, status } = item
    const isCall = type === 'function_call' || type === 'custom_tool_call'
    calls ||= isCall
    if (isCall || type === 'message' || type === 'reasoning') return []
    if (type === 'image_generation_call' && result) {
      const mediaType = `image/${item.output_format ?? 'png'}`
      return [{ type: 'part', part: { type: 'file', mediaType, url: `data:${mediaType};base64,${result}` } }]
    }
    if (!type || !OWN.test(type)) return [unknown(item)]
    const input = item.action ?? item.arguments ?? item.code ?? item.queries
    const failure = error ?? (status === 'failed' && status)
    if (!failure) return [{ ...own(key, item), change: { state: 'output-available', input, output: output ?? item } }]
    const errorText = typeof failure === 'string' ? failure : JSON.stringify(failure)
    return [{ ...own(key, item), change: { state: 'output-error', input, errorText } }]
  }

  function over(
    type: string,
    { usage: counts, error, incomplete_details: why, status }: NonNullable<Event['response']>,
  ) {
    if (type === 'failed') return [failed(error ?? {})]
    if (type === 'cancelled' || status === 'cancelled') return said({ type: 'stopped' })
    const raw = type === 'completed' ? type : (why?.reason ?? type)
    const reason = type === 'completed' ? (calls ? 'tool-calls' : 'stop') : (REASONS[raw] ?? 'other')
    const { input_tokens: asked, output_tokens: answered, total_tokens: all, output_tokens_details: of } = counts ?? {}
    return said(
      ...sources.tell(),
      counts && usage(asked, answered, of?.reasoning_tokens, all),
      { type: 'finish', reason, raw },
      { type: 'done' },
    )
  }
}

/** The provider's words in the words of the field. */
const REASONS: Readonly<Record<string, string>> = { max_output_tokens: 'length', content_filter: 'content-filter' }

/** Tools that the provider runs itself. */
const OWN = /^(web_search|file_search|code_interpreter|mcp)_call$/

const own = (key: string, { type, id, name }: Item) =>
  ({
    type: 'tool',
    key,
    id: id ?? undefined,
    name: name ?? type?.slice(0, -'_call'.length),
    providerExecuted: true,
  }) as const

/** How far a tool of the provider's is, and the frames of what is told by other events. */
const SILENT = /^keepalive$|_part\.|_call|^mcp_list_tools/
