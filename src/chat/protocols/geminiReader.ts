import type { ChatOperation } from '../protocol.js'
import { createSources, failed, type Failure, type Loose, said, unknown, usage } from './reading.js'
import { signed } from './turns.js'

/** The fields that are read. */
type Chunk = Loose<{
  responseId: string
  candidates: readonly Candidate[]
  promptFeedback: Loose<{ blockReason: string }>
  usageMetadata: Loose<{
    promptTokenCount: number
    candidatesTokenCount: number
    thoughtsTokenCount: number
    totalTokenCount: number
  }>
  error: Failure
}>

type Candidate = Loose<{
  index: number
  content: Loose<{ parts: readonly Part[] }>
  finishReason: string
  groundingMetadata: Loose<{ groundingChunks: readonly Loose<Record<'web' | 'maps' | 'retrievedContext', Place>>[] }>
}>

type Place = Loose<{ uri: string; title: string }>

type Part = Loose<{
  text: string
  thought: boolean
  thoughtSignature: string
  functionCall: Loose<{
    id: string
    name: string
    args: unknown
    partialArgs: readonly Argument[]
    willContinue: boolean
  }>
  inlineData: Loose<{ mimeType: string; data: string }>
  fileData: Loose<{ mimeType: string; fileUri: string }>
}>

/** A piece of a call's input, and where in it. */
type Argument = Loose<{ jsonPath: string; stringValue: string; numberValue: number; boolValue: boolean }>

/** Reads what {@link gemini} is answered. */
export function createReader(): (chunk: Chunk, event: string) => ChatOperation[] {
  const sources = createSources()
  const signatures: (string | null)[] = []
  /** A call whose input comes in pieces. */
  let open: { readonly key: string; input: unknown } | undefined
  let calls = 0
  let response: string | undefined

  return (chunk, event) => {
    const { error, candidates, promptFeedback, usageMetadata: counts } = chunk
    if (error || event === 'error') return [failed(error ?? (chunk as Failure))]
    response = chunk.responseId ?? response
    const blocked = promptFeedback?.blockReason
    const { candidatesTokenCount: shown, thoughtsTokenCount: thought } = counts ?? {}
    const answered = shown === undefined && thought === undefined ? undefined : (shown ?? 0) + (thought ?? 0)
    const operations = said(
      counts && usage(counts.promptTokenCount, answered, thought, counts.totalTokenCount),
      ...(candidates ?? []).flatMap(ofCandidate),
      blocked && { type: 'finish', reason: 'content-filter', raw: blocked },
    )
    return operations.length > 0 || candidates ? operations : [unknown(chunk)]
  }

  function ofCandidate({ index, content, finishReason: raw, groundingMetadata: ground }: Candidate): ChatOperation[] {
    const choice = index || undefined
    for (const { web, maps, retrievedContext } of ground?.groundingChunks ?? []) {
      const place = web ?? maps ?? retrievedContext
      sources.page(place?.uri, place?.title)
    }
    const operations = (content?.parts ?? []).flatMap((part) => ofPart(part, choice))
    // The mark of the first one speaks for all.
    if (!raw || choice) return operations
    const reason =
      raw === 'STOP' && calls > 0 ? 'tool-calls' : (REASONS.find(([words]) => words.test(raw))?.[1] ?? 'other')
    return [...operations, ...sources.tell(), { type: 'finish', reason, raw }]
  }

  function ofPart(part: Part, choice: number | undefined): ChatOperation[] {
    const { text, thought, functionCall, inlineData, fileData } = part
    if (functionCall) return ofCall(part, functionCall, choice)
    if (typeof text === 'string') return said(text && { type: thought ? 'reasoning' : 'text', delta: text, choice })
    const mediaType = inlineData?.mimeType ?? fileData?.mimeType ?? ''
    const url = inlineData ? `data:${mediaType};base64,${inlineData.data}` : fileData?.fileUri
    if (url) return [{ type: 'part', part: { type: 'file', mediaType, url } }]
    return Object.keys(part).some((field) => !field.startsWith('thought')) ? [unknown(part)] : []
  }

  function ofCall(
    { thoughtSignature }: Part,
    { id, name, args, partialArgs, willContinue }: NonNullable<Part['functionCall']>,
    choice: number | undefined,
  ): ChatOperation[] {
    // A name begins another call.
    if (name) open = undefined
    const { key } = (open ??= { key: `call-${calls++}`, input: args ?? {} })
    for (const { jsonPath, ...value } of partialArgs ?? [])
      open.input = put(
        open.input,
        stepsOf(jsonPath ?? ''),
        value.stringValue ?? value.numberValue ?? value.boolValue ?? null,
      )
    const { input } = open
    if (!willContinue) open = undefined
    signatures[calls - 1] = thoughtSignature ?? signatures[calls - 1] ?? null
    return said(
      {
        type: 'tool',
        key,
        id: id ?? undefined,
        name: name ?? undefined,
        choice,
        change: { state: willContinue ? 'input-streaming' : 'input-available', input },
      },
      signed(response, signatures),
    )
  }
}

/** `$.a[0].b` or `$['a'][0]['b']` as its steps. */
const stepsOf = (path: string): (string | number)[] =>
  [...path.matchAll(/\[(\d+)\]|\['([^']*)'\]|\["([^"]*)"\]|\.([^.[]+)/g)].map(([, nth, ...names]) =>
    nth === undefined ? (names.find((name) => name !== undefined) ?? '') : Number(nth),
  )

/** With a value in that place; more of a text goes behind what is there. What was handed out before stays as it is. */
function put(at: unknown, [step, ...rest]: readonly (string | number)[], value: unknown): unknown {
  if (step === undefined) return typeof at === 'string' && typeof value === 'string' ? at + value : value
  if (typeof step === 'string') {
    const items = (at ?? {}) as Readonly<Record<string, unknown>>
    return { ...items, [step]: put(Object.hasOwn(items, step) ? items[step] : undefined, rest, value) }
  }
  const items = Array.isArray(at) ? [...(at as unknown[])] : []
  items[Math.min(step, items.length)] = put(items[step], rest, value)
  return items
}

/** The provider's words in the words of the field. */
const REASONS: readonly (readonly [RegExp, string])[] = [
  [/^STOP$/, 'stop'],
  [/^MAX_TOKENS$/, 'length'],
  [/SAFETY|RECITATION|BLOCKLIST|PROHIBITED|SPII|LANGUAGE/, 'content-filter'],
  [/TOOL_CALL|FUNCTION_CALL/, 'error'],
]
