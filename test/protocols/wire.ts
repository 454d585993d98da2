import fc from 'fast-check'
import { expect } from 'vitest'
import { createDraft } from '../../src/chat/draft.ts'
import type { ChatMessage, ChatOperation, ChatProtocol } from '../../src/chat/index.ts'
import { eventStream } from '../../src/frames/format.ts'

const encoder = new TextEncoder()
export const bytesOf = (text: string): Uint8Array => encoder.encode(text)

/** How servers and what stands between them and the page frame one and the same events. */
export interface Framing {
  readonly newline?: '\n' | '\r\n' | '\r'
  /** What is said between two events. */
  readonly between?: string
  /** Whether the event's `type` is its name too. */
  readonly named?: boolean
}

/** Events as an event stream. A text is data as it is. */
export function eventsOf(
  events: readonly (object | string)[],
  { newline = '\n', between = '', named }: Framing = {},
): string {
  const blocks = events.map((event) => {
    const name = named && typeof event === 'object' && 'type' in event ? `event: ${String(event.type)}\n` : ''
    return `${name}data: ${typeof event === 'string' ? event : JSON.stringify(event)}\n\n${between}`
  })
  return blocks.join('').replaceAll('\n', newline)
}

/** The same events in the manners that are met with. */
export const mannersOf = (events: readonly (object | string)[], named = false): [string, string, number][] => [
  ['as it is', eventsOf(events, { named }), 1],
  ['with CRLF', eventsOf(events, { named, newline: '\r\n' }), 1],
  ['with CR', eventsOf(events, { named, newline: '\r' }), 13],
  ['with comments', eventsOf(events, { named, between: ': keep-alive\n\n' }), 13],
  ['with events of nothing', eventsOf(events, { named, between: 'data:\n\n: \n\n' }), 13],
]

export interface Read {
  readonly message: ChatMessage
  readonly operations: readonly ChatOperation[]
}

/** What becomes of a body that arrives in these pieces, read as the transports read it. */
export function readAll(protocol: ChatProtocol, pieces: Iterable<Uint8Array>): Read {
  const operations: ChatOperation[] = []
  const draft = createDraft({ id: 'answer' })
  const read = protocol.reader()
  const decoder = new TextDecoder()
  let over = false
  const feed = (protocol.format ?? eventStream).reader(
    {
      frame(frame) {
        if (over) return
        for (const operation of read(frame)) {
          operations.push(operation)
          draft.apply(operation)
          over ||= operation.type === 'done' || operation.type === 'error'
        }
      },
      checkpoint() {},
      retryAfter() {},
      alive() {},
    },
    2 ** 20,
    new Headers(),
  )
  for (const piece of pieces) expect(feed(decoder.decode(piece, { stream: true }))).toBe(true)
  feed('', true)
  return { message: draft.show(), operations }
}

export const readText = (protocol: ChatProtocol, body: string): Read => readAll(protocol, [bytesOf(body)])

/**
 * Cut in two at every byte, into single bytes, and at random: the message is always the one that comes whole. The first is
 * a long way round; `step` takes one byte in so many.
 */
export function expectSameHoweverCut(protocol: ChatProtocol, body: string, step = 1): ChatMessage {
  const bytes = bytesOf(body)
  const whole = readAll(protocol, [bytes]).message
  for (let at = 0; at <= bytes.length; at += step) {
    const { message } = readAll(protocol, [bytes.subarray(0, at), bytes.subarray(at)])
    expect(message, `cut at byte ${at}`).toEqual(whole)
  }
  expect(
    readAll(
      protocol,
      Array.from(bytes, (_, at) => bytes.subarray(at, at + 1)),
    ).message,
  ).toEqual(whole)
  fc.assert(
    fc.property(fc.array(fc.nat(bytes.length)), (places) => {
      const cuts = [0, ...places.toSorted((a, b) => a - b), bytes.length]
      const pieces = cuts.slice(1).map((end, nth) => bytes.subarray(cuts[nth], end))
      expect(readAll(protocol, pieces).message).toEqual(whole)
    }),
    { numRuns: 50 },
  )
  return whole
}

/** What a request is made of. */
export const asked = (...messages: readonly ChatMessage[]) =>
  ({ chatId: 'chat', runId: 'run', trigger: 'send', messages }) as const

export const user = (text: string, ...more: ChatMessage['parts']): ChatMessage => ({
  id: text,
  role: 'user',
  parts: [{ type: 'text', text }, ...more],
})

export const answer = (...parts: ChatMessage['parts']): ChatMessage => ({ id: 'answer', role: 'assistant', parts })

/** A picture, a document, and a page of the web. */
export const image = { type: 'file', mediaType: 'image/png', url: 'data:image/png;base64,iVBORw==' } as const
export const pdf = {
  type: 'file',
  mediaType: 'application/pdf',
  filename: 'a.pdf',
  url: 'data:application/pdf;base64,JVBERi0=',
} as const

/** A conversation with all that can be sent back: a call that went well, one that did not, and one without an answer. */
export const withTools: readonly ChatMessage[] = [
  { id: 's', role: 'system', parts: [{ type: 'text', text: 'Be brief.' }] },
  user('Weather?'),
  answer(
    { type: 'reasoning', text: 'Two calls.' },
    { type: 'text', text: 'I look.' },
    { type: 'tool-weather', toolCallId: 'c0', state: 'output-available', input: { city: 'Zürich' }, output: { c: 7 } },
    { type: 'tool-clock', toolCallId: 'c1', state: 'output-error', input: {}, errorText: 'No clock' },
    { type: 'tool-radar', toolCallId: 'c2', state: 'input-available', input: {} },
    { type: 'text', text: 'It is 7 °C.' },
  ),
  answer(),
  user('Thanks'),
]
