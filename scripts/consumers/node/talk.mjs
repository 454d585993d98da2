// holdline as a client in plain Node: hears the news over two transports, and asks one question.
import assert from 'node:assert/strict'
import { createConnection, json, sse } from 'holdline'
import { createChat, openAi, textOf } from 'holdline/chat'

const [origin, answer] = process.argv.slice(2)

const news = createConnection({ transports: sse(`${origin}/api/news`), decode: json() })
for await (const { data } of news.messages()) {
  assert.deepEqual(data, { likes: 42 })
  break
}
news.close()
assert.equal(news.state.get().status, 'closed')

const chat = createChat({ transports: sse(`${origin}/api/chat`), protocol: openAi() })
await chat.sendMessage({ text: 'hello' })
assert.equal(textOf(chat.get().messages.at(-1)), answer)
chat.dispose()
