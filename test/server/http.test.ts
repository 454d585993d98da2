import { type IncomingMessage, request } from 'node:http'
import { connect } from 'node:net'
import { expect, test } from 'vitest'
import { createPlaygroundServer } from '../../playground/server/app.js'
import { readBody, type Refusal } from '../../playground/server/http.js'
import { address, asking, dial, folder, parrot, post, puppet, readStream, start } from './rig.js'

/** The status line and the rest of what a server says to these bytes, without anybody tidying the path up. */
const raw = (url: string, head: string): Promise<string> =>
  new Promise((settle, fail) => {
    const { hostname, port } = new URL(url)
    const socket = connect(Number(port), hostname, () => socket.write(`${head}\r\nhost: ${hostname}\r\n\r\n`))
    let text = ''
    socket.on('data', (data: Buffer) => {
      text += data.toString()
      if (text.includes('\r\n\r\n') && !head.includes('pgrade')) socket.end()
    })
    socket.on('close', () => settle(text))
    socket.on('error', fail)
  })

test('health tells who answers', async () => {
  const { url } = await start({ answerer: parrot([]) })
  const response = await fetch(`${url}/api/health`)
  expect(await response.json()).toEqual({ ok: true, mode: 'embedded', model: 'parrot' })
  expect(response.headers.get('cache-control')).toBe('no-store')
})

test('a body that is too large is refused with 413, whether its size is announced or not', async () => {
  const { url } = await start({ answerer: puppet(), maxBodyBytes: 1_000_000 })
  const body = asking('x'.repeat(1_100_000))
  const announced = await post(address(url, 'c', '1'), body)
  expect(announced.status).toBe(413)
  expect(((await announced.json()) as { error: { code: string } }).error.code).toBe('too_large')
  const status = await new Promise<number | undefined>((settle, fail) => {
    const asked = request(address(url, 'c', '2'), { method: 'POST' }, (res) => settle(res.resume().statusCode))
    asked.on('error', fail)
    for (let at = 0; at < body.length; at += 50_000) asked.write(body.slice(at, at + 50_000))
    asked.end()
  })
  expect(status).toBe(413)
})

test('a POST that breaks off begins nothing, and nobody waits for the rest of it', async () => {
  const answerer = puppet()
  const { url, server } = await start({ answerer })
  const asked = request(address(url, 'c', 'r'), { method: 'POST', headers: { 'content-length': '500' } })
  asked.on('error', () => {})
  const heard = new Promise<string | Refusal>((settle) => {
    server.once('request', (req: IncomingMessage) => void readBody(req, 1_000).then(settle))
  })
  asked.write('{"messages":')
  await new Promise((settle) => server.once('request', settle))
  asked.destroy()
  expect(await heard).toMatchObject({ status: 400, code: 'aborted' })
  expect((await fetch(address(url, 'c', 'r'))).status).toBe(404)
  expect(answerer.told).toHaveLength(0)
})

test.each([
  ['GET', '/api/nothing', 404],
  ['GET', '/api/chat', 400],
  ['GET', '/api/chat?chat=c', 400],
  ['GET', `/api/chat?chat=c&run=${'x'.repeat(300)}`, 400],
  ['PUT', '/api/chat?chat=c&run=r', 405],
  ['POST', '/api/live', 405],
  ['GET', '/api/faults/cut', 405],
  ['GET', '/api/conversations/%E0%A4%A', 400],
  ['DELETE', '/', 405],
])('%s %s is answered with %i', async (method, path, status) => {
  const { url } = await start()
  const response = await fetch(url + path, { method })
  expect(response.status).toBe(status)
  if (path.startsWith('/api/')) expect(await response.json()).toMatchObject({ error: { message: expect.any(String) } })
})

test('a client that knows nothing of runs is answered, and told where its run is', async () => {
  const { url } = await start({ answerer: parrot(['hi']) })
  const response = await post(`${url}/api/chat`, asking('go'), 'text/event-stream')
  const place = response.headers.get('content-location')!
  expect(await readStream(response)).toContainEqual({ id: '1', data: 'hi' })
  expect(await (await fetch(url + place)).json()).toContainEqual({ id: '1', data: 'hi' })
})

test('pages of other origins may use the API, without cookies', async () => {
  const { url } = await start()
  const origin = 'http://elsewhere.example'
  const headers = {
    origin,
    'access-control-request-method': 'DELETE',
    'access-control-request-headers': 'authorization, last-event-id',
  }
  const asked = await fetch(address(url, 'c', 'r'), { method: 'OPTIONS', headers })
  expect(asked.status).toBe(204)
  expect(asked.headers.get('access-control-allow-origin')).toBe('*')
  expect(asked.headers.get('access-control-allow-methods')).toContain('DELETE')
  expect(asked.headers.get('access-control-allow-headers')).toContain('authorization')
  expect(asked.headers.get('access-control-allow-credentials')).toBeNull()
  const refused = await fetch(address(url, 'c', 'r'), { headers: { origin } })
  expect(refused.status).toBe(404)
  expect(refused.headers.get('access-control-allow-origin')).toBe('*')
  expect(refused.headers.get('access-control-expose-headers')).toContain('retry-after')
})

test('where a real model answers, pages of other origins may not ask', async () => {
  const answerer = { ...puppet(), mode: 'relay' as const }
  const { url } = await start({ answerer })
  const origin = 'http://elsewhere.example'
  const refused = await fetch(address(url, 'c', 'r'), { method: 'POST', body: asking('Hi'), headers: { origin } })
  expect(refused.status).toBe(403)
  expect(refused.headers.get('access-control-allow-origin')).toBeNull()
  const own = await fetch(address(url, 'c', 'r'), { method: 'POST', body: asking('Hi'), headers: { origin: url } })
  expect(own.status).toBe(200)
  expect(answerer.told).toHaveLength(1)
  expect(await dial(url, '/api/chat/ws', undefined, origin).closed).toMatchObject({ code: 1006 })
})

const PAGES = {
  'pages/index.html': '<h1>top</h1>',
  'pages/vue/index.html': '<h1>vue</h1>',
  'pages/assets/app.js': 'export {}',
  'pages/empty/note.txt': 'note',
  'secret.txt': 'secret',
}

test('the built pages are served with their types, and a folder by its index.html', async () => {
  const { url } = await start({ pages: `${folder(PAGES)}/pages` })
  const get = async (path: string): Promise<unknown[]> => {
    const response = await fetch(url + path, { redirect: 'manual' })
    const { headers, status } = response
    return [status, headers.get('content-type')?.split(';')[0], headers.get('location'), await response.text()]
  }
  expect(await get('/')).toEqual([200, 'text/html', null, '<h1>top</h1>'])
  expect(await get('/vue/?x=1')).toEqual([200, 'text/html', null, '<h1>vue</h1>'])
  expect((await get('/vue?x=1')).slice(0, 3)).toEqual([308, 'text/plain', '/vue/?x=1'])
  expect(await get('/assets/app.js')).toEqual([200, 'text/javascript', null, 'export {}'])
  expect((await get('/empty/'))[0]).toBe(404)
  expect((await get('/missing.js'))[0]).toBe(404)
  const head = await fetch(`${url}/assets/app.js`, { method: 'HEAD' })
  expect([head.status, head.headers.get('content-length'), await head.text()]).toEqual([200, '9', ''])
})

test.each([
  '/../secret.txt',
  '/%2e%2e/secret.txt',
  '/..%2fsecret.txt',
  '/vue/..%5c..%5csecret.txt',
  '/%00',
  '/%zz',
  '//secret.txt',
])('nothing outside of the pages can be reached by %s', async (path) => {
  const { url } = await start({ pages: `${folder(PAGES)}/pages` })
  const answer = await raw(url, `GET ${path} HTTP/1.1`)
  expect(answer).toMatch(/^HTTP\/1\.1 404 /)
  expect(answer).not.toContain('secret\n')
})

test('an upgrade to anywhere else is refused with 404 and hung up on', async () => {
  const { url } = await start()
  const upgrade =
    'connection: Upgrade\r\nupgrade: websocket\r\nsec-websocket-version: 13\r\nsec-websocket-key: dGhlIHNhbXBsZSBub25jZQ=='
  expect(await raw(url, `GET /api/other HTTP/1.1\r\n${upgrade}`)).toMatch(/^HTTP\/1\.1 404 Not Found\r\n/)
})

test('closing ends every line and run, and leaves nothing behind', async () => {
  const answerer = puppet()
  const playground = createPlaygroundServer({ answerer, heartbeatMs: 50 })
  const url = await playground.listen()
  const stream = await post(address(url, 'c', 'r'), asking('go'), 'text/event-stream')
  const line = dial(url, '/api/live/ws', { t: 'hello', v: 1 })
  const held = fetch(`${url}/api/live?wait=50`).catch((error: Error) => error.message)
  await expect.poll(() => line.items.length).toBeGreaterThan(0)
  await playground.close()
  expect((await readStream(stream)).at(-1)).toEqual({ t: 'end', reason: 'truncated' })
  expect(await line.closed).toMatchObject({ code: 1012 })
  expect(await held).toBe('fetch failed')
  expect(answerer.told[0]!.signal.aborted).toBe(true)
  await expect(fetch(`${url}/api/health`)).rejects.toThrow('fetch failed')
})
