// A page without a bundler: the browser finds the names in the page's import map.
import { createConnection, fold, json, sse } from 'holdline'
import { createChat, openAi, textOf } from 'holdline/chat'

const at = (id) => document.getElementById(id)

const news = createConnection({ transports: sse('/api/news'), decode: json() })
const likes = fold(news, (_, { data }) => data.likes, 0)
const show = () => (at('likes').textContent = `${news.state.get().status} ${likes.get()}`)
news.state.subscribe(show)
likes.subscribe(show)

const chat = createChat({ transports: sse('/api/chat'), protocol: openAi() })
chat.subscribe(() => {
  const { status, messages } = chat.get()
  at('status').textContent = status
  at('messages').replaceChildren(
    ...messages.map((message) => {
      const line = document.createElement('p')
      line.dataset.role = message.role
      line.textContent = textOf(message)
      return line
    }),
  )
})
at('ask').addEventListener('click', () => void chat.sendMessage({ text: 'hello' }))
