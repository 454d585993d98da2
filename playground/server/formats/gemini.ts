import { isRecord } from '../http.js'
import { type Format, inputOf, json, type Piece, type Place } from './format.js'
import { callOf, fileOf, listOf, saidWith, textOf } from './read.js'
import { translate } from './translate.js'

const REASONS = { stop: 'STOP', length: 'MAX_TOKENS', tool_calls: 'STOP', content_filter: 'SAFETY' } as const

/**
 * Google's Gemini, as `…:streamGenerateContent?alt=sse` answers.
 *
 * @see https://ai.google.dev/api/generate-content
 */
export const gemini: Format = {
  read({ contents, systemInstruction }) {
    const system = isRecord(systemInstruction) ? [{ role: 'system', content: saidIn(systemInstruction.parts) }] : []
    return { messages: [...system, ...listOf(contents).flatMap(({ role, parts }) => messagesOf(role, parts))] }
  },
  write({ run, model }) {
    const places: Place[] = []
    const chunk = (candidate: object, rest: object = {}): Piece =>
      json({ candidates: [{ index: 0, ...candidate }], modelVersion: model, responseId: run, ...rest })
    const part = (one: object): Piece => chunk({ content: { role: 'model', parts: [one] } })
    return translate({
      more({ kind }, text) {
        if (kind === 'call') return []
        return [part(kind === 'reasoning' ? { text, thought: true } : { text })]
      },
      close(block) {
        const { kind, own, id, name } = block
        // Its own tools are not told of.
        return kind === 'call' && !own ? [part({ functionCall: { id, name, args: inputOf(block) } })] : []
      },
      source(place) {
        places.push(place)
        return []
      },
      error: (message, code) => [json({ error: { code: 500, message, status: code } })],
      finish: (reason, { input, output, reasoning }) => [
        chunk(
          {
            content: { role: 'model', parts: [{ text: '' }] },
            finishReason: REASONS[reason] ?? 'STOP',
            ...(places.length > 0 && {
              groundingMetadata: { groundingChunks: places.map(({ url: uri, title }) => ({ web: { uri, title } })) },
            }),
          },
          {
            usageMetadata: {
              promptTokenCount: input,
              candidatesTokenCount: output - reasoning,
              thoughtsTokenCount: reasoning,
              totalTokenCount: input + output,
            },
          },
        ),
      ],
    })
  },
}

const saidIn = (parts: unknown): object[] =>
  listOf(parts).flatMap(({ text, inlineData, fileData }): object[] => {
    if (isRecord(inlineData)) return [fileOf(`data:${textOf(inlineData.mimeType)};base64,${textOf(inlineData.data)}`)]
    if (isRecord(fileData)) return [fileOf(fileData.fileUri)]
    return typeof text === 'string' ? [{ type: 'text', text }] : []
  })

function messagesOf(role: unknown, parts: unknown): object[] {
  const all = listOf(parts)
  const calls = all.flatMap(({ functionCall: call }) => (isRecord(call) ? [call] : []))
  const results = all.flatMap(({ functionResponse: outcome }) => (isRecord(outcome) ? [outcome] : []))
  if (results.length > 0) {
    return results.map(({ id, name, response }) => {
      const { output, error } = isRecord(response) ? response : {}
      return { role: 'tool', tool_call_id: id, name, content: textOf(output ?? error), failed: error !== undefined }
    })
  }
  const tool_calls = calls.map(({ id, name, args }) => callOf(id, name, args))
  return [{ role: role === 'model' ? 'assistant' : role, ...saidWith(saidIn(parts), tool_calls) }]
}
