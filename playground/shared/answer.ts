import {
  type ChatMessage,
  type ChatPart,
  isTool,
  type SourceUrlPart,
  type TextPart,
  type ToolPart,
} from 'holdline/chat'

/** A piece of an answer as it is shown, in the order in which it came. */
export type Piece =
  | { readonly kind: 'thought'; readonly key: string; readonly text: string }
  | { readonly kind: 'text'; readonly key: string; readonly part: TextPart }
  | { readonly kind: 'tool'; readonly key: string; readonly call: ToolPart }

export interface Place {
  readonly url: string
  readonly title: string
}

/** What is shown of an answer. The key of a piece is its place: an answer only grows at its end. */
export const piecesOf = ({ parts }: ChatMessage): readonly Piece[] =>
  parts.flatMap((part, index): Piece[] => {
    const key = String(index)
    if (part.type === 'reasoning') return part.text === '' ? [] : [{ kind: 'thought', key, text: part.text }]
    if (part.type === 'text') return part.text === '' ? [] : [{ kind: 'text', key, part: part as TextPart }]
    return isTool(part) ? [{ kind: 'tool', key: part.toolCallId, call: part }] : []
  })

/** Where an answer is from. Formats without a word for it tell it as data. */
export function placesOf({ parts }: ChatMessage): readonly Place[] {
  const places = parts.flatMap(placesIn)
  return places.filter(({ url }, at) => isSafe(url) && places.findIndex((other) => other.url === url) === at)
}

function placesIn(part: ChatPart): readonly Place[] {
  if (part.type === 'source-url') {
    const { url, title } = part as SourceUrlPart
    return [{ url, title: title ?? url }]
  }
  if (part.type === 'data-sources') return part.data as readonly Place[]
  if (part.type === 'data-custom') return (part.data as { readonly sources?: readonly Place[] }).sources ?? []
  return []
}

/** Whoever wrote the answer is not trusted. */
const isSafe = (url: string): boolean => /^(https?:\/\/|\/(?!\/))/i.test(url)
