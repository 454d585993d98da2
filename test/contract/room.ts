import type { ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import type { WebSocket } from 'ws'
import type { Rig } from './rigs.ts'
import { type Asked, serve, type TestServer } from './server.ts'

/** A log of messages, served the way each transport's server would. */
export interface Room {
  readonly url: string
  readonly server: TestServer
  /** The cursor of each request or hello; undefined where there was none. */
  readonly cursors: readonly (string | undefined)[]
  /** What came over the sockets, but for the hello. */
  readonly received: readonly string[]
  /** The lines that listen now; for polls, the questions that are held. */
  readonly readers: number
  say(...data: string[]): void
  /** Nothing more will come. */
  end(): void
  /** Hangs up on everybody. */
  cut(): void
}

export interface RoomOptions {
  readonly wire?: (socket: Socket) => void
  /** How many messages before the cursor are sent again. */
  readonly overlap?: number
}

interface Entry {
  readonly id: string
  readonly data: string
}

export async function openRoom(rig: Rig, { wire, overlap = 0 }: RoomOptions = {}): Promise<Room> {
  const log: Entry[] = []
  const cursors: (string | undefined)[] = []
  const received: string[] = []
  const readers = new Set<() => void>()
  let ended = false
  /** Where a server without ids believes its one client to be. */
  let told = 0

  const changed = (): void => [...readers].forEach((look) => look())
  const after = (cursor: string | undefined): number =>
    Math.max(0, log.findIndex(({ id }) => id === cursor) + 1 - (cursor === undefined ? 0 : overlap))

  function stream({ cursor }: Asked, response: ServerResponse): void {
    if (ended && !rig.enveloped && after(cursor) === log.length) return void response.writeHead(204).end()
    response.writeHead(200, { 'content-type': 'text/event-stream' }).write(':\n\n')
    let next = after(cursor)
    const look = (): void => {
      for (const { id, data } of log.slice(next)) response.write(`id: ${id}\n${data.replace(/^/gm, 'data: ')}\n\n`)
      next = log.length
      if (ended) response.end(rig.enveloped ? 'event: holdline\ndata: {"t":"end"}\n\n' : '')
    }
    readers.add(look)
    response.on('close', () => readers.delete(look))
    look()
  }

  function answer({ cursor, query }: Asked, response: ServerResponse): void {
    const start = after(cursor)
    const look = (): void => {
      const news = rig.enveloped ? log.slice(start) : log.slice(told, told + 1)
      if (news.length === 0 && !ended && rig.holds && query.get('wait') !== '0') return
      readers.delete(look)
      if (!rig.enveloped) {
        told += news.length
        return void (news[0] ? response.end(news[0].data) : response.writeHead(204).end())
      }
      response.end(JSON.stringify([...news, ...(ended ? [{ t: 'end' }] : [])]))
    }
    readers.add(look)
    response.on('close', () => readers.delete(look))
    look()
  }

  function frames(socket: WebSocket, cursor: string | undefined): void {
    let next = rig.enveloped ? after(cursor) : told
    const look = (): void => {
      const news = log.slice(next)
      next = told = log.length
      if (!rig.enveloped) for (const { data } of news) socket.send(data)
      else if (news.length > 0) socket.send(JSON.stringify(news))
      if (ended && rig.enveloped) socket.send('{"t":"end"}')
      if (ended) socket.close(1000)
    }
    readers.add(look)
    socket.on('close', () => readers.delete(look))
    if (rig.enveloped) socket.send('{"t":"welcome"}')
    look()
  }

  const server = await serve({
    ...(wire ? { wire } : {}),
    http(asked, response, request) {
      request.resume()
      cursors.push(asked.cursor)
      if (rig.wire === 'stream') stream(asked, response)
      else answer(asked, response)
    },
    socket(socket) {
      if (!rig.enveloped) frames(socket, undefined)
      let greeted = !rig.enveloped
      socket.on('message', (bytes) => {
        const text = String(bytes as Buffer)
        if (greeted) {
          received.push(text)
          if (rig.enveloped) socket.send(JSON.stringify({ t: 'ack', id: (JSON.parse(text) as { id?: string }).id }))
          return
        }
        greeted = true
        const { cursor } = JSON.parse(text) as { cursor?: string }
        cursors.push(cursor)
        frames(socket, cursor)
      })
    },
  })

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
      changed()
    },
    end() {
      ended = true
      changed()
    },
    cut() {
      for (const open of server.wires) open.destroy()
    },
  }
}
