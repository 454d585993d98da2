import type { StreamFormat } from './format.js'

/** JSON texts, one a line. Each line is a frame; empty ones, which some servers keep a line alive with, are none. */
export const ndjson: StreamFormat = {
  accept: 'application/x-ndjson',
  types: /^application\/(x-ndjson|ndjson|jsonl|x-jsonlines|jsonlines)\b/i,
  // The last line need not be closed.
  endsWithBody: true,
  reader(to, maxChars) {
    /** Pieces of the line that has not ended yet, put together once: a long line may come in many. */
    let pieces: string[] = []
    let size = 0
    return (text, ended) => {
      const lines = text.split('\n')
      for (const [nth, piece] of lines.entries()) {
        if (nth > 0) finishLine()
        pieces.push(piece)
        size += piece.length
        if (size > maxChars) return false
      }
      if (ended) finishLine()
      return true
    }

    function finishLine(): void {
      const line = pieces.join('').trim()
      pieces = []
      size = 0
      if (line) to.frame({ event: 'message', data: line, id: undefined })
    }
  },
}
