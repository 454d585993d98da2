import { json, longPolling, sse } from 'holdline'
import { openAi, textOf } from 'holdline/chat'
import { useChat, useConnection, useFold } from 'holdline/react'

export function App() {
  const { connection, state } = useConnection({ transports: sse('/api/news'), decode: json<{ likes: number }>() })
  const likes = useFold(connection, (_, { data }) => data.likes, 0)
  const { messages, status, sendMessage } = useChat({
    transports: [sse('/api/chat'), longPolling('/api/chat')],
    protocol: openAi(),
  })
  return (
    <main>
      <output id="likes">
        {state.status} {likes}
      </output>
      <button type="button" onClick={() => void sendMessage({ text: 'hello' })}>
        ask
      </button>
      <output id="status">{status}</output>
      {messages.map((message) => (
        <p key={message.id} data-role={message.role}>
          {textOf(message)}
        </p>
      ))}
    </main>
  )
}
