import { useState } from 'react'
import { envelope, json, sse, webSocket } from 'holdline'
import { plain, textOf } from 'holdline/chat'
import { useChat, useConnection, useFold } from 'holdline/react'

const dialect = envelope()
const counter = [webSocket('/api/count', { dialect }), sse('/api/count', { dialect })]
const answers = [webSocket('/api/chat'), sse('/api/chat')]

export function App({ count, cursor }) {
  return (
    <main>
      <Counter count={count} cursor={cursor} />
      <Talk />
    </main>
  )
}

/** Goes on from what the server has rendered: `cursor` is where its line begins, so no count is missed. */
function Counter({ count: first, cursor }) {
  const { connection, state } = useConnection({ transports: counter, decode: json(), resumeFrom: cursor })
  const count = useFold(connection, (_, { data }) => data, first)
  return (
    <p>
      Seconds: <output id="count">{count}</output>{' '}
      <small id="line">
        {state.status} {state.transport}
      </small>
    </p>
  )
}

function Talk() {
  const [text, setText] = useState('')
  const { messages, status, error, sendMessage, stop } = useChat({ transports: answers, protocol: plain() })
  const busy = status !== 'ready' && status !== 'error'

  function ask(event) {
    event.preventDefault()
    if (busy || !text) return
    void sendMessage({ text })
    setText('')
  }

  return (
    <>
      {messages.map((message) => (
        <p key={message.id} data-role={message.role}>
          {textOf(message)}
        </p>
      ))}
      {error && <p role="alert">{error.message}</p>}
      <form onSubmit={ask}>
        <input aria-label="Your question" value={text} onChange={(event) => setText(event.target.value)} />
        <button disabled={busy}>Ask</button>
        {busy && (
          <button type="button" onClick={stop}>
            Stop
          </button>
        )}
      </form>
      <output id="status">{status}</output>
    </>
  )
}
