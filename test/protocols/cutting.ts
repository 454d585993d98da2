// A server whose answers can be cut at each of their events, whatever transport they come over.
import type { ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import type { WebSocket } from 'ws'
import type { Log } from '../../playground/server/log.ts'
import { longPolling, polling, sse, type Transport, webSocket } from '../../src/index.ts'
import { serve } from '../contract/server.ts'

/** Every way to such a server. */
export const ways: readonly [string, (origin: string) => Transport][] = [
  ['sse', (origin) => sse(`${origin}/api/chat`)],
  ['longPolling', (origin) => longPolling(`${origin}/api/chat`)],
  ['polling', (origin) => polling(`${origin}/api/chat`, { everyMs: 5 })],
  ['webSocket', (origin) => webSocket(`${origin}/api/chat`)],
]

/** Where the first line of a run is cut: behind so many events, and whether something of the next one still comes. */
export interface Cut {
  readonly behind: number
  readonly within: boolean
}

/** Before a word is said, not even a head. */
const SPEECHLESS: Cut = { behind: -1, within: false }
export const NEVER: Cut = { behind: Infinity, within: false }
export const cutsOf = (length: number): Cut[] => [
  SPEECHLESS,
  ...Array.from({ length: length + 1 }, (_, behind) => [
    { behind, within: false },
    { behind, within: true },
  ]).flat(),
]
export const nameOf = ({ behind, within }: Cut): string => `${behind}${within ? ' and a half' : ''}`
const half = (text: string): string => text.slice(0, Math.ceil(text.length / 2))

/** A server that makes each answer once, by PROTOCOL.md, and cuts its first line where its chat's name says. */
export async function serveCut(log: Log) {
  const plans = new Map<string, Cut>()
  const left = new Map<string, Cut>()
  const posts = new Map<string, number>()
  const begin = (chat: string): void => void posts.set(chat, (posts.get(chat) ?? 0) + 1)

  /** The cut that this line shall suffer, if it is the first one of its chat. */
  function takeCut(chat: string): Cut | undefined {
    const cut = left.get(chat)
    left.delete(chat)
    return cut === NEVER ? undefined : cut
  }

  function stream(response: ServerResponse, cursor: string | undefined, cut: Cut | undefined): void {
    const events = log.after(cursor)!.map(({ id, data }) => `id: ${id}\ndata: ${data}\n\n`)
    const end = 'event: holdline\ndata: {"t":"end","reason":"complete"}\n\n'
    response.writeHead(200, { 'content-type': 'text/event-stream' })
    response.write('event: holdline\ndata: {"t":"welcome","resumed":true}\n\n')
    if (!cut) return void response.end(events.join('') + end)
    const next = cut.within ? half(events[cut.behind] ?? end) : ''
    response.write(events.slice(0, cut.behind).join('') + next, () => setImmediate(() => response.destroy()))
  }

  /** Polls have no line that could be cut between two events: the answer behind that many is lost, or half of it. */
  function answer(response: ServerResponse, chat: string, cursor: string | undefined): void {
    const items = log.after(cursor)!
    const cut = left.get(chat)
    const body = JSON.stringify([...items, { t: 'end', reason: 'complete' }])
    if (!cut || cut === NEVER) return void response.end(body)
    if (cursor === undefined && cut.behind > 0) return void response.end(JSON.stringify(items.slice(0, cut.behind)))
    left.delete(chat)
    if (!cut.within) return void response.destroy()
    response.writeHead(200, { 'content-length': Buffer.byteLength(body) })
    response.write(half(body), () => setImmediate(() => response.destroy()))
  }

  function talk(socket: WebSocket, chat: string, cursor: string | undefined): void {
    const cut = takeCut(chat)
    const wire = (socket as unknown as { readonly _socket: Socket })._socket
    if (cut === SPEECHLESS) return void wire.destroy()
    const frames = [...log.after(cursor)!, { t: 'end', reason: 'complete' }].map((item) => JSON.stringify([item]))
    socket.send('[{"t":"welcome","resumed":true}]')
    for (const frame of frames.slice(0, cut?.behind)) socket.send(frame)
    if (!cut) return socket.close(1000)
    const next = Buffer.from(cut.within ? (frames[cut.behind] ?? '') : '')
    const head = Buffer.from([0x81, 126, next.length >> 8, next.length & 255])
    const torn = cut.within ? Buffer.concat([head, next.subarray(0, next.length / 2)]) : Buffer.alloc(0)
    wire.write(torn, () => setImmediate(() => wire.destroy()))
  }

  const server = await serve({
    http({ method, query, cursor, headers }, response, request) {
      request.resume()
      const chat = query.get('chat')!
      if (method === 'POST') begin(chat)
      if (headers.accept !== 'text/event-stream') return answer(response, chat, cursor)
      const cut = takeCut(chat)
      if (cut === SPEECHLESS) response.destroy()
      else stream(response, cursor, cut)
    },
    socket(socket) {
      socket.on('message', (bytes: Buffer) => {
        const { t, chat, cursor } = JSON.parse(String(bytes)) as { t: string; chat: string; cursor?: string }
        if (t === 'run') begin(chat)
        talk(socket, chat, cursor)
      })
    },
  })

  return {
    origin: server.origin,
    posts: (chat: string) => posts.get(chat),
    /** Whether the cut has come to pass. */
    isCut: (chat: string) => plans.get(chat) !== NEVER && !left.has(chat),
    plan(cut: Cut): string {
      const chat = `chat-${nameOf(cut)}`
      plans.set(chat, cut)
      left.set(chat, cut)
      return chat
    },
  }
}

export type CutServer = Awaited<ReturnType<typeof serveCut>>
