import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import { extname, join } from 'node:path'

const TYPES = { '.html': 'text/html', '.js': 'text/javascript', '.css': 'text/css' }
export const ANSWER = 'It works, 真的。'

/** Serves a built page, news as server-sent events, and one streamed answer in OpenAI's format. */
export async function serve(folder) {
  const posts = []
  const stream = (response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store' })
    return (id, data) =>
      response.write(`id: ${id}\ndata: ${typeof data === 'string' ? data : JSON.stringify(data)}\n\n`)
  }
  const answer = async (request, response) => {
    const { pathname } = new URL(request.url, 'http://localhost')
    if (pathname === '/api/news') {
      stream(response)(1, { likes: 42 })
      return
    }
    if (pathname === '/api/chat' && request.method === 'POST') {
      let body = ''
      for await (const chunk of request) body += chunk
      posts.push(JSON.parse(body))
      const write = stream(response)
      let id = 0
      for (const letter of ANSWER) write(++id, { choices: [{ delta: { content: letter } }] })
      write(++id, { choices: [{ delta: {}, finish_reason: 'stop' }] })
      write(++id, '[DONE]')
      response.end('event: holdline\ndata: {"t":"end","reason":"complete"}\n\n')
      return
    }
    try {
      const file = join(folder, pathname === '/' ? 'index.html' : pathname)
      const content = await readFile(file)
      response.writeHead(200, { 'content-type': TYPES[extname(file)] ?? 'application/octet-stream' }).end(content)
    } catch {
      response.writeHead(404).end()
    }
  }
  const server = createServer((request, response) => {
    answer(request, response).catch((error) => response.destroy(error))
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    origin: `http://127.0.0.1:${server.address().port}`,
    posts,
    close() {
      server.closeAllConnections()
      server.close()
    },
  }
}
