import type { Format } from './format.js'
import { readMessages } from './read.js'
import { translate } from './translate.js'

/** The text of the answer and nothing else: the end of the body is its end. */
export const text: Format = {
  framing: { accept: /\btext\/plain\b/i, type: 'text/plain; charset=utf-8', write: (data) => data },
  read: readMessages,
  write: () => translate({ more: ({ kind }, data) => (kind === 'text' ? [{ data }] : []) }),
}

/** Each message a piece of the answer (PROTOCOL.md, section 5), and the control `end` says that it is whole. */
export const plain: Format = {
  read: readMessages,
  write: () =>
    translate({
      more({ kind }, data) {
        if (kind === 'call') return []
        return [kind === 'text' ? { data } : { data, event: 'reasoning' }]
      },
      error: (message) => [{ data: message, event: 'error' }],
    }),
}

/** What the servers of the `chatgpt-steam-output` family say; the event is what they put in the place of an id. */
export const chatGptStreamOutput: Format = {
  read: ({ msg }) => ({ messages: [{ role: 'user', content: msg }] }),
  write: () =>
    translate({
      begin: () => [{ data: JSON.stringify({ role: 'assistant', content: null }) }],
      more: ({ kind }, content) => (kind === 'text' ? [{ data: JSON.stringify({ content }) }] : []),
      error: (message) => [{ data: JSON.stringify({ content: message }), event: '[ERROR]' }],
      finish: (_reason, { output }) => [
        { data: `<br/><br/>tokens：${output}`, event: '[TOKENS]' },
        { data: '[DONE]', event: '[DONE]' },
      ],
    }),
}
