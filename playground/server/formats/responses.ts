import { isRecord } from '../http.js'
import { type Block, type Format, json, type Piece, type Read } from './format.js'
import { callOf, fileOf, listOf, textOf } from './read.js'
import { translate } from './translate.js'

/** A response's name says which run it is, so that nothing has to be remembered. */
const nameOf = (chat: string, run: string): string => `resp_${Buffer.from(`${chat}\n${run}`).toString('base64url')}`

/** The run that a response's name says; one that nobody knows where it says none. */
function runIn(name: string): { readonly chat: string; readonly run: string } | undefined {
  const [, told] = /^resp_([\w-]+)$/.exec(name) ?? []
  if (told === undefined) return undefined
  const [chat, run] =
    Buffer.from(told, 'base64url')
      .toString('utf8')
      .match(/[^\n]+/g) ?? []
  return { chat: chat ?? '', run: run ?? '' }
}

/**
 * OpenAI's Responses.
 *
 * @see https://platform.openai.com/docs/api-reference/responses-streaming
 */
export const responses: Format = {
  read,
  /** `GET …/{response}?starting_after=41` goes on behind that event; ours are numbered from 0, the log's from 1. */
  locate(rest, query) {
    const run = runIn(rest)
    const after = query.get('starting_after')
    const cursor = after === null || !/^\d+$/.test(after) ? '' : String(Number(after) + 1)
    return run && { ...run, cursor }
  },
  /** `POST …/{response}/cancel` */
  stops: (rest) => (rest.endsWith('/cancel') ? runIn(rest.slice(0, -'/cancel'.length)) : undefined),
  write({ chat, run, model, body }) {
    let number = 0
    const id = nameOf(chat, run)
    const background = body.background === true
    const told = (type: string, rest: object): Piece => json({ type, sequence_number: number++, ...rest }, type)
    const response = (status: string, rest: object = {}): object => ({
      response: { id, object: 'response', model, status, background, output: [], ...rest },
    })
    const at = ({ index }: Block): object => ({ item_id: `item-${index}`, output_index: index })
    const item = (block: Block, whole: boolean, rest: object = {}): object => ({
      output_index: block.index,
      item: { id: `item-${block.index}`, status: whole ? 'completed' : 'in_progress', ...itemOf(block), ...rest },
    })
    return translate({
      begin: () => [told('response.created', response('in_progress'))],
      open: (block) => [told('response.output_item.added', item(block, false))],
      more(block, delta) {
        if (block.kind === 'text')
          return [told('response.output_text.delta', { ...at(block), content_index: 0, delta })]
        if (block.kind === 'reasoning')
          return [told('response.reasoning_summary_text.delta', { ...at(block), summary_index: 0, delta })]
        const kind = block.own ? 'mcp_call_arguments' : 'function_call_arguments'
        return [told(`response.${kind}.delta`, { ...at(block), delta })]
      },
      close(block) {
        const { kind, text, own } = block
        // A tool of the server's is at its end once it has found something.
        if (own) return []
        const done =
          kind === 'text'
            ? told('response.output_text.done', { ...at(block), content_index: 0, text })
            : kind === 'reasoning'
              ? told('response.reasoning_summary_text.done', { ...at(block), summary_index: 0, text })
              : told('response.function_call_arguments.done', { ...at(block), arguments: text })
        return [done, told('response.output_item.done', item(block, true))]
      },
      result: (block, output) => [told('response.output_item.done', item(block, true, { output }))],
      source: ({ url, title }, within) =>
        within
          ? [
              told('response.output_text.annotation.added', {
                ...at(within),
                content_index: 0,
                annotation: { type: 'url_citation', url, title, start_index: 0, end_index: within.text.length },
              }),
            ]
          : [],
      error: (message, code) => [told('response.failed', response('failed', { error: { code, message } }))],
      finish(reason, { input, output, reasoning }) {
        const usage = {
          input_tokens: input,
          output_tokens: output,
          total_tokens: input + output,
          output_tokens_details: { reasoning_tokens: reasoning },
        }
        if (reason === 'stop' || reason === 'tool_calls')
          return [told('response.completed', response('completed', { usage }))]
        const why = reason === 'length' ? 'max_output_tokens' : 'content_filter'
        return [told('response.incomplete', response('incomplete', { usage, incomplete_details: { reason: why } }))]
      },
    })
  },
}

function itemOf({ kind, id, name, own, text }: Block): object {
  if (kind === 'text') return { type: 'message', role: 'assistant', content: [] }
  if (kind === 'reasoning') return { type: 'reasoning', summary: [] }
  if (own) return { type: 'mcp_call', server_label: 'docs', name, arguments: text }
  return { type: 'function_call', call_id: id, name, arguments: text }
}

function read({ input, instructions }: Readonly<Record<string, unknown>>): Read {
  const messages: object[] = typeof instructions === 'string' ? [{ role: 'system', content: instructions }] : []
  if (typeof input === 'string') return { messages: [...messages, { role: 'user', content: input }] }
  for (const one of listOf(input)) {
    const { type, role, content, call_id: id, name, arguments: told, output } = one
    if (type === 'function_call')
      messages.push({ role: 'assistant', content: null, tool_calls: [callOf(id, name, told)] })
    else if (type === 'function_call_output') messages.push({ role: 'tool', tool_call_id: id, content: textOf(output) })
    else messages.push({ role, content: typeof content === 'string' ? content : listOf(content).map(partOf) })
  }
  return { messages }
}

function partOf(part: Record<string, unknown>): object {
  const { type, text, image_url: image, file_data: data, file_url: url, filename } = part
  if (isRecord(part) && (type === 'input_image' || type === 'input_file')) return fileOf(image ?? data ?? url, filename)
  return { type: 'text', text: textOf(text) }
}
