import { randomUUID } from 'node:crypto'
import { createServer, type IncomingHttpHeaders } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import { InMemoryEventStore } from '@modelcontextprotocol/sdk/examples/shared/inMemoryEventStore.js'
import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js'
import { StreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/streamableHttp.js'
import { expect, onTestFinished, test } from 'vitest'
import { json, sse } from 'holdline'
import { mcp, type McpDialect } from 'holdline/dialects'
import { eventually, hold } from '../contract/listen.ts'

interface Rpc {
  readonly id?: number
  readonly method?: string
  readonly params?: { readonly data?: unknown }
  readonly result?: { readonly protocolVersion?: string; readonly content?: readonly { readonly text: string }[] }
}

/** The SDK's own server, with one tool that says what the test says, until it is told to answer. */
async function openServer() {
  const sayings: string[] = []
  let called = 0
  let answer = false
  const server = new McpServer({ name: 'test', version: '1.0.0' }, { capabilities: { logging: {} } })
  server.registerTool('talk', { description: 'Says what it is told to say' }, async ({ sendNotification }) => {
    called++
    for (let told = 0; !answer || told < sayings.length;) {
      const data = sayings[told]
      if (data === undefined) await new Promise((resolve) => setTimeout(resolve, 5))
      else {
        told++
        await sendNotification({ method: 'notifications/message', params: { level: 'info', data } })
        // The store of the SDK orders events by the millisecond they were made in.
        await new Promise((resolve) => setTimeout(resolve, 3))
      }
    }
    return { content: [{ type: 'text', text: 'done' }] }
  })
  const transport = new StreamableHTTPServerTransport({
    sessionIdGenerator: randomUUID,
    eventStore: new InMemoryEventStore(),
    retryInterval: 50,
  })
  await server.connect(transport)

  const asked: { readonly method: string; readonly headers: IncomingHttpHeaders }[] = []
  const wires = new Set<Socket>()
  const http = createServer((request, response) => {
    asked.push({ method: request.method ?? '', headers: request.headers })
    void transport.handleRequest(request, response)
  })
  http.on('connection', (socket) => wires.add(socket))
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve))
  const cut = (): void => {
    for (const wire of wires) wire.destroy()
    wires.clear()
  }
  onTestFinished(async () => {
    await server.close()
    cut()
    await new Promise((resolve) => http.close(resolve))
  })
  return {
    url: `http://127.0.0.1:${(http.address() as AddressInfo).port}/mcp`,
    asked,
    cut,
    say: (...more: readonly string[]) => void sayings.push(...more),
    finish: () => void (answer = true),
    get called() {
      return called
    },
  }
}

/** The handshake over holdline itself; the dialect has the session afterwards. */
async function greet(url: string): Promise<McpDialect> {
  const dialect = mcp()
  const body = {
    jsonrpc: '2.0',
    id: 0,
    method: 'initialize',
    params: { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: { name: 'test', version: '1.0.0' } },
  }
  const { heard, reach } = hold({ transports: sse(url, { dialect, body }), decode: json<Rpc>() })
  expect(await reach('closed')).toMatchObject({ reason: 'ended', ending: 'complete' })
  expect(heard.map(({ data }) => data.result?.protocolVersion)).toEqual(['2025-11-25'])
  const response = await fetch(url, {
    method: 'POST',
    headers: { ...dialect.headers(), 'content-type': 'application/json' },
    body: JSON.stringify({ jsonrpc: '2.0', method: 'notifications/initialized' }),
  })
  expect(response.status).toBe(202)
  return dialect
}

const call = { jsonrpc: '2.0', id: 1, method: 'tools/call', params: { name: 'talk', arguments: {} } }
const words = Array.from({ length: 12 }, (_, at) => `第${at + 1}句`)

test('a request whose line is cut goes on by GET behind the last event, and loses and doubles nothing', async () => {
  const server = await openServer()
  const dialect = await greet(server.url)
  const { data, faults, reach } = hold({ transports: sse(server.url, { dialect, body: call }), decode: json<Rpc>() })
  const said = (): unknown[] => data.filter(({ method }) => method).map(({ params }) => params?.data)

  for (const [at, word] of words.entries()) {
    server.say(word)
    if (at % 4 === 2) server.cut()
    else await eventually(() => expect(said()).toEqual(words.slice(0, at + 1)))
  }
  server.finish()
  expect(await reach('closed')).toMatchObject({ reason: 'ended', ending: 'complete' })

  expect(said()).toEqual(words)
  expect(data.at(-1)).toMatchObject({ id: 1, result: { content: [{ text: 'done' }] } })
  expect([server.called, faults]).toEqual([1, []])
  // The handshake, its notification, the call; from then on it is gone on with.
  const [, , , ...resumed] = server.asked
  expect(resumed.length).toBeGreaterThanOrEqual(3)
  for (const { method, headers } of resumed) {
    expect(method).toBe('GET')
    expect(headers).toMatchObject({
      'last-event-id': expect.any(String) as string,
      'mcp-session-id': dialect.headers()['mcp-session-id'],
      'mcp-protocol-version': '2025-11-25',
    })
  }
})

test('a request that is cut before its first word goes on all the same, from the id that came first', async () => {
  const server = await openServer()
  const dialect = await greet(server.url)
  const { data, reach } = hold({ transports: sse(server.url, { dialect, body: call }), decode: json<Rpc>() })
  await eventually(() => expect(server.called).toBe(1))
  await reach('open')
  server.cut()
  server.say('hello')
  server.finish()
  await reach('closed')
  expect(data).toMatchObject([{ params: { data: 'hello' } }, { id: 1, result: {} }])
  expect(server.called).toBe(1)
})

test('an error is an answer too', async () => {
  const server = await openServer()
  const dialect = await greet(server.url)
  const body = { jsonrpc: '2.0', id: 2, method: 'no/such' }
  const { data, reach } = hold({ transports: sse(server.url, { dialect, body }), decode: json<Rpc>() })
  expect(await reach('closed')).toMatchObject({ reason: 'ended', ending: 'error' })
  expect(data).toMatchObject([{ id: 2, error: { code: -32601 } }])
})
