// One page in React, and the hooks that may stand behind it. Each hook returns the rows and how to ask.
import { useChat as useAiChat } from '@ai-sdk/react'
import { AbstractChatProvider, useXChat, XRequest } from '@ant-design/x-sdk'
import { stream, useChat as useTanstackChat } from '@tanstack/ai-react'
import { DefaultChatTransport } from 'ai'
import { sse } from 'holdline'
import { createChat, textOf } from 'holdline/chat'
import { uiMessage } from 'holdline/chat/ui-message'
import { useChat, useMessage, useReadable } from 'holdline/react'
import { memo, useState } from 'react'
import { createRoot } from 'react-dom/client'
import { countRow, history, idsOf, paragraphsOf, readDeltas, renders } from './stage.js'

/** A row that does not render again while its message stays the same. */
const rowOf = (show) =>
  memo(({ id, message }) => {
    countRow(id)
    return <article data-old={String(id).startsWith('old-') ? 'old' : undefined}>{show(message)}</article>
  })

const asParagraph = (textOfIt) => (message) => <p>{textOfIt(message)}</p>

/** The paragraphs that will not change any more, which are rendered again only when another one is done. */
const Settled = memo(({ text }) => paragraphsOf(text).map((paragraph, index) => <p key={index}>{paragraph}</p>))

function asBlocks(message) {
  const { text = '', settled = text.length } = message.parts.find(({ type }) => type === 'text') ?? {}
  return (
    <>
      <Settled text={text.slice(0, settled)} />
      <p>{text.slice(settled)}</p>
    </>
  )
}

const page = (use, show) => (root, url) => {
  const Row = rowOf(show)
  let askNow
  function List() {
    renders.list++
    const { rows, ask } = use(url)
    askNow = ask
    return rows.map(({ id, message }) => <Row key={id} id={id} message={message} />)
  }
  createRoot(root).render(<List />)
  return () => askNow()
}

/** Each row listens for its own message, and the list only for which there are. */
function inRows(root, url) {
  const chat = createChat({ transports: sse(url), protocol: uiMessage(), messages: withParts })
  const ids = idsOf(chat)
  const Row = memo(({ id }) => {
    const message = useMessage(chat, id)
    countRow(id)
    return <article data-old={id.startsWith('old-') ? 'old' : undefined}>{asBlocks(message)}</article>
  })
  function List() {
    renders.list++
    return useReadable(ids).map((id) => <Row key={id} id={id} />)
  }
  createRoot(root).render(<List />)
  return () => void chat.sendMessage({ text: 'How?' })
}

const named = (messages) => messages.map((message) => ({ id: message.id, message }))
const withParts = history.map(({ id, role, text }) => ({ id, role, parts: [{ type: 'text', text }] }))
const textOfParts = ({ parts }) => parts.map((part) => (part.type === 'text' ? part.text : '')).join('')

const useHoldline = (publish) => (url) => {
  const [transports] = useState(() => sse(url))
  const [protocol] = useState(uiMessage)
  const { messages, sendMessage } = useChat({ transports, protocol, publish, messages: withParts })
  return { rows: named(messages), ask: () => void sendMessage({ text: 'How?' }) }
}

function useNaive(url) {
  const [messages, setMessages] = useState(history)
  const ask = () => {
    setMessages((all) => [...all, { id: 'question', text: 'How?' }, { id: 'answer', text: '' }])
    void readDeltas(url, (delta) => {
      setMessages((all) => {
        const last = all.at(-1)
        return [...all.slice(0, -1), { ...last, text: last.text + delta }]
      })
    })
  }
  return { rows: named(messages), ask }
}

const useAi = (throttle) => (url) => {
  const [transport] = useState(() => new DefaultChatTransport({ api: url }))
  const { messages, sendMessage } = useAiChat({ transport, messages: withParts, throttle })
  return { rows: named(messages), ask: () => void sendMessage({ text: 'How?' }) }
}

const tanstackHistory = history.map(({ id, role, text }) => ({ id, role, parts: [{ type: 'text', content: text }] }))

/** TanStack reads AG-UI: each delta is handed to it as one of that kind. */
async function* asAgUi(url, signal) {
  const waiting = []
  let wake = () => {}
  let over = false
  const take = (delta) => {
    waiting.push({ type: 'TEXT_MESSAGE_CONTENT', messageId: 'answer', delta, timestamp: 0 })
    wake()
  }
  void readDeltas(url, take, { method: 'POST', signal }).then(() => {
    over = true
    wake()
  })
  yield { type: 'RUN_STARTED', runId: 'run', threadId: 'thread', timestamp: 0 }
  yield { type: 'TEXT_MESSAGE_START', messageId: 'answer', role: 'assistant', timestamp: 0 }
  while (!over || waiting.length > 0) {
    yield* waiting.splice(0)
    if (!over && waiting.length === 0) await new Promise((done) => (wake = done))
  }
  yield { type: 'TEXT_MESSAGE_END', messageId: 'answer', timestamp: 0 }
  yield { type: 'RUN_FINISHED', runId: 'run', threadId: 'thread', finishReason: 'stop', timestamp: 0 }
}

function useTanstack(url) {
  const [connection] = useState(() => stream((_messages, _data, signal) => asAgUi(url, signal)))
  const { messages, sendMessage } = useTanstackChat({ connection, initialMessages: tanstackHistory })
  return { rows: named(messages), ask: () => void sendMessage('How?') }
}

const textOfTanstack = ({ parts }) => parts.map((part) => (part.type === 'text' ? part.content : '')).join('')

/** Ant Design X leaves it to its provider what a chunk means. */
class Provider extends AbstractChatProvider {
  transformParams(params) {
    return params
  }
  transformLocalMessage({ text }) {
    return text
  }
  transformMessage({ originMessage = '', chunk }) {
    const data = chunk?.data?.trim()
    if (!data || data === '[DONE]') return originMessage
    const { type, delta } = JSON.parse(data)
    return type === 'text-delta' ? originMessage + delta : originMessage
  }
}

const antHistory = history.map(({ id, text }) => ({ id, message: text, status: 'success' }))

function useAnt(url) {
  const [provider] = useState(() => new Provider({ request: XRequest(url, { manual: true }) }))
  const { messages, onRequest } = useXChat({ provider, defaultMessages: antHistory })
  return {
    rows: messages.map(({ id, message }) => ({ id, message })),
    ask: () => onRequest({ text: 'How?' }),
  }
}

export const inReact = {
  'holdline React': page(useHoldline('frame'), asParagraph(textOf)),
  'holdline React, every 50 ms': page(useHoldline({ everyMs: 50 }), asParagraph(textOf)),
  'holdline React, rows and blocks': inRows,
  'useState per token': page(
    useNaive,
    asParagraph(({ text }) => text),
  ),
  'AI SDK React': page(useAi(undefined), asParagraph(textOfParts)),
  'AI SDK React, throttle 50': page(useAi(50), asParagraph(textOfParts)),
  'TanStack AI React': page(useTanstack, asParagraph(textOfTanstack)),
  'Ant Design X': page(
    useAnt,
    asParagraph((text) => text),
  ),
}
