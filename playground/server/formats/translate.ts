import { DONE } from '../chunks.js'
import { isRecord } from '../http.js'
import type { Block, Counts, FinishReason, Pen, Piece, Writer } from './format.js'

const NOTHING: Counts = { input: 0, output: 0, reasoning: 0 }
const listIn = (value: unknown): readonly Record<string, unknown>[] =>
  Array.isArray(value) ? value.filter((item) => isRecord(item)) : []
const textIn = (value: unknown): string => (typeof value === 'string' ? value : '')
const count = (value: unknown): number => (typeof value === 'number' ? value : 0)

/** Reads Chat Completions, whoever made them, and has them written by another pen. */
export function translate(pen: Pen): Writer {
  let begun = false
  let over = false
  let used = 0
  let current: Block | undefined
  let reason: FinishReason = 'stop'
  let counts = NOTHING
  /** The calls by what names them in the chunks. */
  const calls = new Map<string, Block>()

  function begin(): Piece[] {
    if (begun) return []
    begun = true
    return pen.begin?.() ?? []
  }

  function close(): Piece[] {
    if (!current) return []
    const block = current
    current = undefined
    return pen.close?.(block) ?? []
  }

  function open(begun: Pick<Block, 'kind'> & Partial<Block>): Piece[] {
    const before = close()
    const index = used++
    current = { id: `${begun.kind}-${index}`, name: '', own: false, text: '', ...begun, index }
    return [...before, ...(pen.open?.(current) ?? [])]
  }

  function write(delta: string): Piece[] {
    if (!current || delta === '') return []
    current.text += delta
    return pen.more?.(current, delta) ?? []
  }

  function say(kind: 'text' | 'reasoning', delta: string): Piece[] {
    if (delta === '') return []
    return [...(current?.kind === kind ? [] : open({ kind })), ...write(delta)]
  }

  function call(fragment: Record<string, unknown>): Piece[] {
    const { index, id, function: told, own } = fragment
    const { name, arguments: piece } = isRecord(told) ? told : {}
    const key = `${count(index)}`
    let opened: Piece[] = []
    if (typeof name === 'string' && name !== '') {
      opened = open({ kind: 'call', id: textIn(id) || `call-${used}`, name, own: own === true })
      if (current) calls.set(key, current)
    }
    return [...opened, ...(calls.get(key) === current ? write(textIn(piece)) : [])]
  }

  function result({ id, output }: Record<string, unknown>): Piece[] {
    const of = [...calls.values()].find((block) => block.id === id)
    return of ? [...close(), ...(pen.result?.(of, output, used++) ?? [])] : []
  }

  function source({ url_citation: place }: Record<string, unknown>): Piece[] {
    if (!isRecord(place) || typeof place.url !== 'string') return []
    return pen.source?.({ url: place.url, title: textIn(place.title) || place.url }, current) ?? []
  }

  function read(chunk: Record<string, unknown>): Piece[] {
    const { error, usage } = chunk
    if (error !== undefined && error !== null) {
      const { message, code } = isRecord(error) ? error : { message: error, code: undefined }
      over = true
      return [...close(), ...(pen.error?.(textIn(message) || 'The model failed', textIn(code) || 'model') ?? [])]
    }
    if (isRecord(usage)) {
      const details = isRecord(usage.completion_tokens_details) ? usage.completion_tokens_details : {}
      counts = {
        input: count(usage.prompt_tokens),
        output: count(usage.completion_tokens),
        reasoning: count(details.reasoning_tokens),
      }
    }
    const choice = listIn(chunk.choices).find(({ index }) => index === 0 || index === undefined)
    if (!choice) return []
    const delta = isRecord(choice.delta) ? choice.delta : {}
    const pieces = [
      ...say('reasoning', textIn(delta.reasoning_content) || textIn(delta.reasoning)),
      ...say('text', textIn(delta.content)),
      ...listIn(delta.tool_calls).flatMap(call),
      ...listIn(delta.tool_results).flatMap(result),
      ...listIn(delta.annotations).flatMap(source),
    ]
    if (typeof choice.finish_reason === 'string') reason = choice.finish_reason as FinishReason
    return pieces
  }

  return {
    words: (words) => [...begin(), ...words.flatMap(([word, output]) => pen.word?.(word, output) ?? [])],
    take(line) {
      if (over || line.trim() === DONE) return []
      let chunk: unknown
      try {
        chunk = JSON.parse(line)
      } catch {
        // A service's own remark has no place in another format.
        return []
      }
      return isRecord(chunk) ? [...begin(), ...read(chunk)] : []
    },
    end(how) {
      if (over || how !== 'complete') return []
      over = true
      return [...begin(), ...close(), ...(pen.finish?.(reason, counts) ?? [])]
    },
  }
}
