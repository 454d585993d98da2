import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'
import { WebSocketServer } from 'ws'

/** Two pages, and one list of messages behind three doors. */
export interface Site {
  readonly origin: string
  /** The lines that listen now; for polls, the questions that are held. */
  readonly readers: number
  /** The codes with which sockets were closed. */
  readonly codes: readonly number[]
  say(...data: string[]): void
  /** Hangs up on everybody. */
  cut(): void
  /** What is said on the lines that are open now arrives nowhere any more, and nobody is told. */
  swallow(): void
  /** Whether a line that is asked for is cut at once. */
  refuse(is: boolean): void
  close(): Promise<void>
}

export interface SiteOptions {
  readonly pongAfterMs?: number
}

interface Entry {
  readonly id: string
  readonly data: string
}

/** The library and what tests need of a page, in one script. */
export async function bundle(): Promise<string> {
  const at = (path: string): string => fileURLToPath(new URL(path, import.meta.url))
  const { outputFiles } = await build({
    entryPoints: [at('page.ts')],
    alias: { holdline: at('../../src/index.ts') },
    bundle: true,
    write: false,
    format: 'iife',
    target: 'es2022',
  })
  return outputFiles[0]!.text
}

/** `pongAfterMs`: how long an answer to a ping takes. */
export async function openSite(script: string, { pongAfterMs = 0 }: SiteOptions = {}): Promise<Site> {
  const log: Entry[] = []
  const readers = new Map<() => void, Socket>()
  const wires = new Set<Socket>()
  const codes: number[] = []
  let refuses = false

  /** Calls `look` now and with all that is said, until the line is gone. */
  function read(line: { on(type: 'close', leave: () => void): unknown }, socket: Socket, look: () => void): void {
    readers.set(look, socket)
    line.on('close', () => readers.delete(look))
    look()
  }

  function stream(cursor: number, response: ServerResponse): void {
    response.writeHead(200, { 'content-type': 'text/event-stream' }).write(':\n\n')
    let next = cursor
    read(response, response.socket!, () => {
      for (const { id, data } of log.slice(next)) response.write(`id: ${id}\ndata: ${data}\n\n`)
      next = log.length
    })
  }

  /** Held until there is something to say: no test takes so long that the wait is over. */
  function answer(cursor: number, wait: boolean, response: ServerResponse): void {
    const look = (): void => {
      const news = log.slice(cursor)
      if (news.length === 0 && wait) return
      readers.delete(look)
      response.end(JSON.stringify(news))
    }
    read(response, response.socket!, look)
  }

  function show(response: ServerResponse): void {
    // A wire for each page and script: those that are kept are the lines' own.
    response.writeHead(200, { 'content-type': 'text/html', connection: 'close' })
    response.end('<!doctype html><title>A page</title><script src="/script.js"></script>')
  }

  const server = createServer((request, response) => {
    const { pathname, searchParams } = new URL(request.url ?? '/', 'http://here')
    const cursor = Number(request.headers['last-event-id'] ?? 0)
    // A wire that is cut under an answer is what these tests do on purpose.
    response.on('error', () => {})
    if (refuses && /stream|poll/.test(pathname)) request.socket.destroy()
    else if (pathname === '/stream') stream(cursor, response)
    else if (pathname === '/poll') answer(cursor, searchParams.get('wait') !== '0', response)
    else if (pathname === '/script.js') response.writeHead(200, { connection: 'close' }).end(script)
    else show(response)
  })
  server.on('connection', (socket) => {
    wires.add(socket)
    socket.on('error', () => {})
    socket.on('close', () => wires.delete(socket))
  })
  const sockets = new WebSocketServer({ noServer: true })
  server.on('upgrade', (request: IncomingMessage, wire: Socket, head: Buffer) => {
    if (refuses) return void wire.destroy()
    sockets.handleUpgrade(request, wire, head, (socket) => {
      socket.on('error', () => {})
      socket.on('close', (code) => codes.push(code))
      socket.once('message', (hello) => {
        let next = Number((JSON.parse(String(hello as Buffer)) as { cursor?: string }).cursor ?? 0)
        socket.send('{"t":"welcome"}')
        socket.on('message', () => setTimeout(() => socket.send('{"t":"pong"}'), pongAfterMs))
        read(socket, wire, () => {
          if (next < log.length) socket.send(JSON.stringify(log.slice(next)))
          next = log.length
        })
      })
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))

  return {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    codes,
    get readers() {
      return readers.size
    },
    say(...data) {
      for (const text of data) log.push({ id: `${log.length + 1}`, data: text })
      for (const look of [...readers.keys()]) look()
    },
    cut() {
      for (const wire of wires) wire.destroy()
    },
    swallow() {
      for (const wire of readers.values()) wire.write = () => true
    },
    refuse(is) {
      refuses = is
    },
    async close() {
      for (const wire of wires) wire.destroy()
      await new Promise<void>((resolve) => server.close(() => resolve()))
    },
  }
}
