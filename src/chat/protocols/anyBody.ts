import { eventStream, type StreamFormat } from '../../frames/format.js'
import { ndjson } from '../../frames/ndjson.js'
import { plainText } from './plainText.js'

/** The names of events that come of a body of plain text, or of one that says in its headers whose it is. */
export const PLAIN = 'text/plain'
export const UI_MESSAGE = 'ui-message'

const FORMATS = [eventStream, ndjson, plainText]
/** Who speaks with events of these names says no more of the end than that the body ends. */
const ENDS_WITH_BODY = /^(metadata|values|updates|messages)\b/

/** A body of any kind; it is known by its headers. For one attempt. */
export function anyBody(): StreamFormat {
  let endsWithBody = false
  /** Whether that is the only end there is. */
  let isEnd = false
  return {
    accept: FORMATS.map(({ accept }) => accept).join(', '),
    types: new RegExp(FORMATS.map(({ types }) => types.source).join('|'), 'i'),
    get endsWithBody() {
      return endsWithBody
    },
    reader(to, maxChars, head) {
      const type = String(head.get('content-type'))
      const format = FORMATS.find(({ types }) => types.test(type)) ?? eventStream
      const name = format === plainText ? PLAIN : head.has('x-vercel-ai-ui-message-stream') ? UI_MESSAGE : undefined
      isEnd = format === plainText
      endsWithBody = isEnd || !!format.endsWithBody
      const feed = format.reader(
        {
          ...to,
          frame(frame) {
            if (ENDS_WITH_BODY.test(frame.event)) endsWithBody = isEnd = true
            to.frame(name ? { ...frame, event: name } : frame)
          },
        },
        maxChars,
        head,
      )
      return (text, ended) => {
        const within = feed(text, ended)
        if (ended && isEnd) to.frame({ event: 'end', data: '', id: undefined })
        return within
      }
    },
  }
}
