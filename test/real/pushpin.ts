import { mkdirSync, writeFileSync } from 'node:fs'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { blockIn, replaced } from './nginx.ts'
import { freePorts, newFolder, start } from './process.ts'

interface Entry {
  readonly id: string
  readonly prev: string | undefined
  readonly data: string
}

/** Pushpin before an application that keeps no line open. */
export interface Pushpin {
  readonly port: number
  /** Says something on a channel. */
  say(channel: string, ...data: readonly string[]): Promise<void>
  stop(): Promise<void>
}

/** Starts Pushpin with the configuration of docs/scaling.md, but for ports and folders, and an application behind it. */
export async function startPushpin(): Promise<Pushpin> {
  const [port = 0, publishPort = 0, ...others] = await freePorts(5)
  const logs = new Map<string, Entry[]>()
  const server = createServer((request, response) => void answer(request, response, logs))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))

  const folder = newFolder()
  mkdirSync(join(folder, 'run'))
  const routes = blockIn('docs/scaling.md', 'Pushpin before an application of your own', 'text')
  const ours = { '127.0.0.1:8000': `127.0.0.1:${(server.address() as AddressInfo).port}` }
  writeFileSync(join(folder, 'routes'), replaced(routes, ours))
  writeFileSync(join(folder, 'pushpin.conf'), config(folder, port, publishPort, others))
  const args = ['--config', join(folder, 'pushpin.conf'), '--merge-output']
  const running = await start('pushpin', args, folder, [port, publishPort])

  return {
    port,
    async say(channel, ...data) {
      const log = logs.get(channel) ?? []
      logs.set(channel, log)
      for (const text of data) {
        const entry = { id: `${log.length + 1}`, prev: log.at(-1)?.id, data: text }
        log.push(entry)
        await publish(publishPort, channel, entry)
      }
    },
    async stop() {
      await running.stop()
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

/** The package keeps its folders and ports in one place for the whole system; ours are our own. */
const config = (
  folder: string,
  port: number,
  publishPort: number,
  [pull = 0, sub = 0, command = 0]: number[],
): string => `
[global]
include={libdir}/internal.conf
rundir=${folder}/run
ipc_prefix=pushpin-
[runner]
services=condure,zurl,pushpin-proxy,pushpin-handler
http_port=127.0.0.1:${port}
logdir=${folder}/run
log_level=1
client_buffer_size=8192
client_maxconn=200
condure_bin=condure
zurl_bin=zurl
[proxy]
routesfile=routes
zurl_out_specs=ipc://{rundir}/{ipc_prefix}zurl-in
zurl_out_stream_specs=ipc://{rundir}/{ipc_prefix}zurl-in-stream
zurl_in_specs=ipc://{rundir}/{ipc_prefix}zurl-out
[handler]
push_in_spec=tcp://127.0.0.1:${pull}
push_in_sub_specs=tcp://127.0.0.1:${sub}
command_spec=tcp://127.0.0.1:${command}
push_in_http_addr=127.0.0.1
push_in_http_port=${publishPort}
push_in_http_max_headers_size=10000
push_in_http_max_body_size=1000000
message_rate=2500
message_hwm=25000
`

const eventOf = ({ id, data }: Entry): string => `id: ${id}\n${data.replace(/^/gm, 'data: ')}\n\n`

/** One message, in the form that each kind of line needs. */
async function publish(port: number, channel: string, entry: Entry): Promise<void> {
  const envelope = JSON.stringify(entry)
  const formats = {
    'http-stream': { content: eventOf(entry) },
    'http-response': { headers: { 'content-type': 'application/json' }, body: `[${envelope}]` },
    'ws-message': { content: envelope },
  }
  const item = { channel, id: entry.id, 'prev-id': entry.prev ?? '', formats }
  const response = await fetch(`http://127.0.0.1:${port}/publish/`, {
    method: 'POST',
    body: JSON.stringify({ items: [item] }),
  })
  if (!response.ok) throw new Error(`${response.status} ${await response.text()}`)
}

/** The application: each answer is short, and asks Pushpin to hold the line. */
async function answer(request: IncomingMessage, response: ServerResponse, logs: Map<string, Entry[]>): Promise<void> {
  const { pathname, searchParams } = new URL(request.url ?? '/', 'http://localhost')
  const channel = searchParams.get('channel') ?? ''
  const log = logs.get(channel) ?? []
  const after = (cursor: string | null | undefined): Entry[] => log.slice(Number(cursor ?? 0))
  const header = request.headers['last-event-id']
  const cursor = typeof header === 'string' ? header : searchParams.get('last_event_id')
  // Pushpin compares it with what it has published meanwhile: nothing falls between the two.
  const held = `${channel}; prev-id=${log.at(-1)?.id ?? ''}`

  if (pathname === '/live') {
    const next = `/live?channel=${channel}&last_event_id=${log.length}`
    response.writeHead(200, {
      'content-type': 'text/event-stream',
      'grip-hold': 'stream',
      'grip-channel': held,
      'grip-link': `<${next}>; rel=next; timeout=5`,
      'grip-keep-alive': ':\\n\\n; format=cstring; timeout=15',
    })
    response.end(`:\n\n${after(cursor).map(eventOf).join('')}`)
  } else if (pathname === '/live/poll') {
    const news = after(cursor)
    const hold = news.length === 0 && searchParams.get('wait') !== '0'
    response.writeHead(200, {
      'content-type': 'application/json',
      ...(hold && { 'grip-hold': 'response', 'grip-channel': held, 'grip-timeout': searchParams.get('wait') ?? '25' }),
    })
    response.end(JSON.stringify(news))
  } else {
    response.writeHead(200, { 'content-type': 'application/websocket-events', 'sec-websocket-extensions': 'grip' })
    response.end(await overHttp(request, channel, after))
  }
}

/** WebSocket over HTTP: what came over the socket is in the body, and what is to be sent is in the answer. */
async function overHttp(
  request: IncomingMessage,
  channel: string,
  after: (cursor: string | undefined) => Entry[],
): Promise<string> {
  let body = ''
  for await (const chunk of request) body += String(chunk)
  const told = (text: string): string => `TEXT ${Buffer.byteLength(text).toString(16)}\r\n${text}\r\n`
  let out = ''
  for (let rest = body; rest;) {
    const [line = ''] = rest.split('\r\n', 1)
    const [type, size] = line.split(' ')
    const content = size ? rest.slice(line.length + 2, line.length + 2 + Number.parseInt(size, 16)) : ''
    rest = rest.slice(line.length + 2 + (size ? content.length + 2 : 0))
    // Before the log is looked at, so that nothing falls between the two.
    if (type === 'OPEN') out += `OPEN\r\n${told(`c:${JSON.stringify({ type: 'subscribe', channel })}`)}`
    if (type === 'TEXT') {
      const said = JSON.parse(content) as { readonly t?: string; readonly cursor?: string }
      if (said.t === 'ping') out += told('m:{"t":"pong"}')
      if (said.t === 'hello') out += told(`m:${JSON.stringify([{ t: 'welcome' }, ...after(said.cursor)])}`)
    }
    if (type === 'CLOSE' || type === 'DISCONNECT') out += `${line}\r\n${size ? `${content}\r\n` : ''}`
  }
  return out
}
