import type { FilePart, ReasoningPart, TextPart } from '../message.js'
import type { ChatProtocol } from '../protocol.js'
import { createReader } from './geminiReader.js'
import { ofJson } from './reading.js'
import { dataOf, isFile, isText, type ModelOptions, newest, signaturesOf, type Turn, turnsOf } from './turns.js'

/** What {@link gemini} takes. The model stands in the URL. */
export interface GeminiOptions extends Omit<ModelOptions, 'model'> {}

/**
 * Google's Gemini, over `…:streamGenerateContent?alt=sse`. Thoughts become reasoning parts, what an answer is grounded on
 * becomes sources. The signatures that go back with calls are kept in the message's metadata, under the response's
 * id.
 *
 * @example
 * const url = '/v1beta/models/gemini-2.5-flash:streamGenerateContent?alt=sse'
 * const chat = createChat({ transports: sse(url), protocol: gemini(), resume: 'off' })
 *
 * @see https://ai.google.dev/api/generate-content
 */
export const gemini = ({ send, body }: GeminiOptions = {}): ChatProtocol => ({
  name: 'gemini',
  request({ messages }) {
    const turns = turnsOf(newest(messages, send))
    const system = turns.filter(({ role }) => role === 'system').flatMap(({ said }) => said.flatMap(toPart))
    return {
      contents: turns.filter(({ role }) => role !== 'system').flatMap(toContents),
      ...(system.length > 0 ? { systemInstruction: { parts: system } } : {}),
      ...body,
    }
  },
  reader: () => ofJson(/^(message|error)$/, createReader()),
})

function toContents({ message, role, said, calls }: Turn): object[] {
  const signatures = signaturesOf<string | null>(message)
  const ids = message.parts.flatMap((part) => ('toolCallId' in part ? [part.toolCallId] : []))
  // An id that the server has not given is of no use to it.
  const named = calls.map((call) => ({ ...call, id: call.id.startsWith(`${message.id}-`) ? undefined : call.id }))
  const parts = [
    ...said.flatMap(toPart),
    ...named.map(({ id, name, input: args }, nth) => ({
      functionCall: { id, name, args },
      thoughtSignature: signatures[ids.indexOf(calls[nth]?.id ?? '')] ?? undefined,
    })),
  ]
  const results = named.map(({ id, name, outcome, failed }) => ({
    functionResponse: { id, name, response: failed ? { error: outcome } : { output: outcome } },
  }))
  return [
    ...(parts.length > 0 ? [{ role: role === 'assistant' ? 'model' : role, parts }] : []),
    ...(results.length > 0 ? [{ role: 'user', parts: results }] : []),
  ]
}

function toPart(part: TextPart | FilePart | ReasoningPart): object[] {
  if (isText(part)) return [{ text: part.text }]
  if (!isFile(part)) return []
  const { mediaType: mimeType, url } = part
  const data = dataOf(part)
  return [data === undefined ? { fileData: { mimeType, fileUri: url } } : { inlineData: { mimeType, data } }]
}
