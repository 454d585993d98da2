// One page in Vue, and what may stand behind it.
import { useChat as useAiChat } from '@ai-sdk/vue'
import { DefaultChatTransport } from 'ai'
import { sse } from 'holdline'
import { createChat, textOf } from 'holdline/chat'
import { uiMessage } from 'holdline/chat/ui-message'
import { useChat, useMessage, useReadable } from 'holdline/vue'
import { createApp, h } from 'vue'
import { countRow, history, idsOf, paragraphsOf, renders } from './stage.js'

const rowOf = (show) => ({
  props: ['message'],
  setup: (props) => () => {
    const { message } = props
    countRow(message.id)
    return h('article', { 'data-old': message.id.startsWith('old-') ? 'old' : undefined }, show(message))
  },
})

const asParagraph = (textOfIt) => (message) => [h('p', textOfIt(message))]

/** The paragraphs that will not change any more, which are rendered again only when another one is done. */
const Settled = {
  props: ['text'],
  setup: (props) => () => paragraphsOf(props.text).map((text, index) => h('p', { key: index }, text)),
}

function asBlocks(message) {
  const { text = '', settled = text.length } = message.parts.find(({ type }) => type === 'text') ?? {}
  return [h(Settled, { text: text.slice(0, settled) }), h('p', text.slice(settled))]
}

const page = (use, show) => (root, url) => {
  const Row = rowOf(show)
  let askNow
  createApp({
    setup() {
      const { messages, ask } = use(url)
      askNow = ask
      return () => {
        renders.list++
        return messages().map((message) => h(Row, { key: message.id, message }))
      }
    },
  }).mount(root)
  return () => askNow()
}

/** Each row listens for its own message, and the list only for which there are. */
function inRows(root, url) {
  const chat = createChat({ transports: sse(url), protocol: uiMessage(), messages: withParts() })
  const ids = idsOf(chat)
  const Row = {
    props: ['id'],
    setup({ id }) {
      const message = useMessage(chat, id)
      return () => {
        countRow(id)
        return h('article', { 'data-old': id.startsWith('old-') ? 'old' : undefined }, asBlocks(message.value))
      }
    },
  }
  createApp({
    setup() {
      const shown = useReadable(ids)
      return () => {
        renders.list++
        return shown.value.map((id) => h(Row, { key: id, id }))
      }
    },
  }).mount(root)
  return () => void chat.sendMessage({ text: 'How?' })
}

const withParts = () => history.map(({ id, role, text }) => ({ id, role, parts: [{ type: 'text', text }] }))
const textOfParts = ({ parts }) => parts.map((part) => (part.type === 'text' ? part.text : '')).join('')

const useHoldline = (publish) => (url) => {
  const { messages, sendMessage } = useChat({
    transports: sse(url),
    protocol: uiMessage(),
    publish,
    messages: withParts(),
  })
  return { messages: () => messages.value, ask: () => void sendMessage({ text: 'How?' }) }
}

const useAi = (throttle) => (url) => {
  const transport = new DefaultChatTransport({ api: url })
  const { messages, sendMessage } = useAiChat({ transport, messages: withParts(), throttle })
  return { messages: () => messages.value, ask: () => void sendMessage({ text: 'How?' }) }
}

export const inVue = {
  'holdline Vue': page(useHoldline('frame'), asParagraph(textOf)),
  'holdline Vue, every 50 ms': page(useHoldline({ everyMs: 50 }), asParagraph(textOf)),
  'holdline Vue, rows and blocks': inRows,
  'AI SDK Vue': page(useAi(undefined), asParagraph(textOfParts)),
  'AI SDK Vue, throttle 50': page(useAi(50), asParagraph(textOfParts)),
}
