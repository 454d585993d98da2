import type { ServerResponse } from 'node:http'
import type { WebSocket } from 'ws'
import type { Rig } from '../contract/rigs.ts'
import { listen, type Listening, type ListenOptions } from './listening.ts'
import type { HeardOver, PlacedRoom, Wish } from './place.ts'

/** What a room must know about the rig that comes. */
export type Manners = Pick<Rig, 'wire' | 'enveloped' | 'holds'>

/** A room in this process. */
export interface Room extends PlacedRoom<HeardOver> {
  readonly server: Listening
}

interface Entry {
  readonly id: string
  readonly data: string
}

/** Opens a room; whoever opened it closes its server. Its paths `/away` and `/cookie` are for tests of those. */
export async function furnish(
  rig: Manners,
  wish: Wish,
  { secure = false, changed = () => {} }: ListenOptions = {},
): Promise<Room> {
  const { overlap = 0, refuse, latest = false, wire } = wish
  const log: Entry[] = []
  const cursors: (string | undefined)[] = []
  const received: string[] = []
  const readers = new Set<() => void>()
  let ended = false
  /** Where a server without ids believes its one client to be. */
  let told = 0

  const tell = (): void => [...readers].forEach((look) => look())
  const after = (cursor: string | undefined): number =>
    Math.max(0, log.findIndex(({ id }) => id === cursor) + 1 - (cursor === undefined ? 0 : overlap))

  /** Calls `look` now and with all that happens, until the line is gone. */
  function read(line: ServerResponse | WebSocket, look: () => void): void {
    readers.add(look)
    line.on('close', () => leave(look))
    changed()
    look()
  }

  function leave(look: () => void): void {
    readers.delete(look)
    changed()
  }

  function stream({ cursor }: HeardOver, response: ServerResponse): void {
    if (ended && !rig.enveloped && after(cursor) === log.length) return void response.writeHead(204).end()
    response.writeHead(200, { 'content-type': 'text/event-stream' })
    response.write(':\n\n')
    let next = after(cursor)
    read(response, () => {
      for (const { id, data } of log.slice(next)) response.write(`id: ${id}\n${data.replace(/^/gm, 'data: ')}\n\n`)
      next = log.length
      if (ended) response.end(rig.enveloped ? 'event: holdline\ndata: {"t":"end"}\n\n' : '')
    })
  }

  function answer({ cursor, query }: HeardOver, response: ServerResponse): void {
    const start = after(cursor)
    const look = (): void => {
      const news = rig.enveloped ? log.slice(start) : log.slice(told, told + 1)
      if (news.length === 0 && !ended && rig.holds && query.get('wait') !== '0') return
      leave(look)
      if (!rig.enveloped) {
        told += news.length
        return void (news[0] ? response.end(news[0].data) : response.writeHead(204).end())
      }
      response.end(JSON.stringify([...news, ...(ended ? [{ t: 'end' }] : [])]))
    }
    read(response, look)
  }

  function show({ headers }: HeardOver, response: ServerResponse): void {
    const look = (): void => {
      const etag = `"${log.length}"`
      const same = headers['if-none-match'] === etag
      if (same && rig.holds) return
      leave(look)
      response.setHeader('etag', etag)
      if (same) response.writeHead(304).end()
      else response.end(log.at(-1)?.data)
    }
    read(response, look)
  }

  function frames(socket: WebSocket, cursor: string | undefined): void {
    let next = rig.enveloped ? after(cursor) : told
    if (rig.enveloped) socket.send('{"t":"welcome"}')
    read(socket, () => {
      const news = log.slice(next)
      next = told = log.length
      if (!rig.enveloped) for (const { data } of news) socket.send(data)
      else if (news.length > 0) socket.send(JSON.stringify(news))
      if (ended && rig.enveloped) socket.send('{"t":"end"}')
      if (ended) socket.close(1000)
    })
  }

  function greet(socket: WebSocket): void {
    if (!rig.enveloped) frames(socket, undefined)
    let greeted = !rig.enveloped
    socket.on('message', (bytes) => {
      const text = String(bytes as Buffer)
      if (!greeted) {
        greeted = true
        const { cursor } = JSON.parse(text) as { cursor?: string }
        cursors.push(cursor)
        return frames(socket, cursor)
      }
      received.push(text)
      changed()
      if (rig.enveloped) socket.send(JSON.stringify({ t: 'ack', id: (JSON.parse(text) as { id?: string }).id }))
    })
  }

  const server = await listen(
    {
      http(asked, response, request) {
        request.resume()
        const { path, query, cursor } = asked
        if (path === '/away')
          return void response.writeHead(Number(query.get('status')), { location: query.get('to') ?? '' }).end()
        if (path === '/cookie') return void response.writeHead(204, { 'set-cookie': `${query}; Path=/` }).end()
        cursors.push(cursor)
        changed()
        if (refuse && (!refuse.resuming || cursor !== undefined)) {
          response.writeHead(refuse.status, { 'content-type': 'text/html', ...refuse.headers })
          response.write('<p>an answer that does not end')
          // WebKitGTK reads a 401 to its end, in case it can answer by itself.
          return void (refuse.status === 401 && response.end())
        }
        if (rig.wire === 'stream') stream(asked, response)
        else if (latest) show(asked, response)
        else answer(asked, response)
      },
      socket: (socket) => (refuse ? socket.terminate() : greet(socket)),
    },
    { secure, wire, changed },
  )

  return {
    url: `${server.origin}/room`,
    server,
    cursors,
    received,
    get readers() {
      return readers.size
    },
    say(...data) {
      for (const text of data) log.push({ id: `消息-${log.length + 1}`, data: text })
      tell()
    },
    end() {
      ended = true
      tell()
    },
    cut() {
      for (const open of server.wires) open.destroy()
    },
  }
}
