import { isRecord } from '../http.js'
import type { Format } from './format.js'

/** What our own chunks say beside the standard, for formats that have words for it. */
const EXTRAS = /"(own|tool_results)":/

/** Chat Completions: what is spoken here anyway. */
export const openAi: Format = {
  read: ({ messages, ...rest }) => ({ messages, rest }),
  write: () => ({
    words: () => [],
    take(line) {
      if (!EXTRAS.test(line)) return [{ data: line }]
      const chunk: unknown = JSON.parse(line)
      const delta = isRecord(chunk) && Array.isArray(chunk.choices) ? (chunk.choices as unknown[])[0] : undefined
      // Tools of the server's have no place in it: they run between two requests, and nobody hears of them.
      const isOurs = isRecord(delta) && isRecord(delta.delta) && ('tool_results' in delta.delta || isOwn(delta.delta))
      return isOurs ? [] : [{ data: line }]
    },
    end: () => [],
  }),
}

const isOwn = ({ tool_calls: calls }: Record<string, unknown>): boolean =>
  Array.isArray(calls) && calls.some((call) => isRecord(call) && call.own === true)
