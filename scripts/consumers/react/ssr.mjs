// A server renders what is there, asks for nothing, and ends.
import { sse } from 'holdline'
import { openAi } from 'holdline/chat'
import { useChat, useConnection } from 'holdline/react'
import { createElement } from 'react'
import { renderToString } from 'react-dom/server'

function App() {
  const { state } = useConnection({ transports: sse('/api/news') })
  const { status, messages } = useChat({ transports: sse('/api/chat'), protocol: openAi() })
  return createElement('p', null, `${state.status} ${status} ${messages.length}`)
}

console.log(renderToString(createElement(App)))
