import type { StreamFormat } from '../../frames/format.js'

/** Text as it comes: each piece is a frame, wherever the network cut it, and the end of the body is the end of all. */
export const plainText: StreamFormat = {
  accept: 'text/plain',
  types: /^text\/(plain|markdown)\b/i,
  endsWithBody: true,
  // A piece is handed on at once, so no bound is ever met.
  reader: (to) => (text) => {
    if (text) to.frame({ event: 'message', data: text, id: undefined })
    return true
  },
}
