import { readFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import { extname, join } from 'node:path'
import { createApi } from './api.mjs'

const TYPES = { '.js': 'text/javascript', '.css': 'text/css' }

/**
 * Serves a built page that `render` makes the HTML of, and the API. `WebSocketServer` is that of the package `ws`, which
 * is installed beside the page.
 */
export async function serve(client, render, WebSocketServer) {
  const template = await readFile(join(client, 'index.html'), 'utf8')
  const api = createApi()

  async function page(response) {
    const state = api.now()
    const html = await render(state)
    // What stands in a script must not end it.
    const json = JSON.stringify(state).replaceAll('<', '\\u003c')
    response.writeHead(200, { 'content-type': 'text/html; charset=utf-8', 'cache-control': 'no-store' })
    response.end(template.replace('<!--html-->', () => html).replace('<!--state-->', () => json))
  }

  async function asset(response, name) {
    const content = await readFile(join(client, 'assets', name))
    response.writeHead(200, { 'content-type': TYPES[extname(name)] ?? 'application/octet-stream' }).end(content)
  }

  async function answer(request, response) {
    const { pathname } = new URL(request.url, 'http://localhost')
    const [, name] = /^\/assets\/([\w-]+\.\w+)$/.exec(pathname) ?? []
    if (pathname.startsWith('/api/')) return api.handle(request, response)
    if (name) return asset(response, name)
    return pathname === '/' ? page(response) : response.writeHead(404).end()
  }

  const server = createServer((request, response) => {
    answer(request, response).catch((error) => {
      console.error(error)
      response.destroy()
    })
  })
  const isOurs = ({ origin, req }) => !origin || (URL.canParse(origin) && new URL(origin).host === req.headers.host)
  new WebSocketServer({ server, verifyClient: isOurs, maxPayload: 65_536 }).on('connection', api.talk)
  server.listen(Number(process.env.PORT ?? 3000), '127.0.0.1', () => {
    console.log(`http://127.0.0.1:${server.address().port}/`)
  })
}
