import { parseJson } from '../../frames/decode.js'
import type { Frame } from '../../frames/frame.js'
import type { SourceDocumentPart, SourceUrlPart } from '../message.js'
import type { ChatOperation } from '../protocol.js'

/** Which fields a server fills is its own affair: everything may be missing, and nothing may be `null`. */
export type Loose<T> = { readonly [K in keyof T]?: T[K] | null | undefined }

type Maybe = ChatOperation | false | '' | null | undefined

/** What there is to say, of what there might be. */
export const said = (...operations: readonly Maybe[]): ChatOperation[] => operations.filter((operation) => !!operation)

export const unknown = (value: unknown): ChatOperation => ({ type: 'unknown', value })

/**
 * Reads events whose data is JSON. Events without content keep a line alive; gateways put `[DONE]` behind formats that
 * have an end of their own. JSON that is none is a fault where it should be some: text may be missing then.
 */
export const ofJson =
  <Content>(known: RegExp, read: (content: Content, event: string) => ChatOperation[]) =>
  ({ event, data }: Frame): ChatOperation[] => {
    if (!data.trim() || data === '[DONE]') return []
    let content: unknown
    try {
      content = parseJson(data)
    } catch (error) {
      if (known.test(event)) throw error
      return [unknown({ event, data })]
    }
    return content instanceof Object ? read(content as Content, event) : []
  }

/** What servers tell of a failure. */
export type Failure =
  | { readonly message?: string | null; readonly code?: unknown; readonly type?: unknown; readonly status?: unknown }
  | string

export function failed(error: Failure): ChatOperation {
  const { message, code, type, status } = typeof error === 'string' ? { message: error } : error
  const word = [code, status, type].find((one) => one && typeof one === 'string') ?? code
  return {
    type: 'error',
    message: message || 'The model failed',
    code: word ? String(word as string | number) : undefined,
    cause: error,
  }
}

/** What the server counted. */
export const usage = (
  inputTokens: number | null | undefined,
  outputTokens: number | null | undefined,
  reasoningTokens?: number | null,
  totalTokens?: number | null,
): ChatOperation => ({
  type: 'usage',
  usage: Object.fromEntries(
    Object.entries({ inputTokens, outputTokens, totalTokens, reasoningTokens }).filter(
      (count): count is [string, number] => typeof count[1] === 'number',
    ),
  ),
})

/** The input of a call has come whole. Where it cannot be read, the draft says so once the answer is at its end. */
export function called(key: string, input: string): ChatOperation[] {
  try {
    return [{ type: 'tool', key, change: { state: 'input-available', input: JSON.parse(input || '{}') as unknown } }]
  } catch {
    return []
  }
}

/** Where an answer has something from: each place once, and not before what it belongs to is written to its end. */
export interface Sources {
  page(url: string | null | undefined, title?: string | null): void
  document(id: string | null | undefined, title?: string | null): void
  /** Those that have not been told yet. */
  tell(): ChatOperation[]
}

export function createSources(): Sources {
  const known = new Set<string>()
  const waiting: ChatOperation[] = []
  const add = (part: SourceUrlPart | SourceDocumentPart): void => {
    if (part.sourceId && !known.has(part.sourceId)) waiting.push({ type: 'part', part })
    known.add(part.sourceId)
  }
  return {
    page: (url, title) =>
      add({ type: 'source-url', sourceId: url ?? '', url: url ?? '', ...(title ? { title } : undefined) }),
    document: (id, title) =>
      add({ type: 'source-document', sourceId: id ?? '', mediaType: 'text/plain', title: title || (id ?? '') }),
    tell: () => waiting.splice(0),
  }
}
