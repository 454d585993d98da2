import { mkdtempSync, mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { createParser } from 'eventsource-parser'
import { onTestFinished } from 'vitest'
import WebSocket from 'ws'
import { createPlaygroundServer, type PlaygroundOptions, type PlaygroundServer } from '../../playground/server/app.js'
import type { Answerer, Question } from '../../playground/server/desk.js'
import type { EndReason, Write } from '../../playground/server/runs.js'

/** A message or a control, as any transport hands it over. */
export interface Item {
  readonly t?: string
  readonly id?: string
  readonly event?: string
  readonly data?: string
  readonly reason?: string
  readonly resumed?: boolean
  readonly heartbeatMs?: number
}

export interface Rig extends PlaygroundServer {
  readonly url: string
}

/** A server on a port of its own that is closed with the test. */
export async function start(options: PlaygroundOptions = {}): Promise<Rig> {
  const playground = createPlaygroundServer({ root: folder({}), ...options })
  const url = await playground.listen()
  onTestFinished(() => playground.close())
  return { ...playground, url }
}

/** A folder with these files that is gone after the test. */
export function folder(files: Readonly<Record<string, string>>): string {
  const root = mkdtempSync(join(tmpdir(), 'holdline-'))
  onTestFinished(() => rmSync(root, { recursive: true }))
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, name)), { recursive: true })
    writeFileSync(join(root, name), text)
  }
  return root
}

/** An answer that a test makes word by word. */
export interface Telling {
  readonly question: Question
  readonly signal: AbortSignal
  readonly say: Write
  end(reason: EndReason): void
}

/** An answerer that says nothing by itself. */
export function puppet(): Answerer & { readonly told: Telling[] } {
  const told: Telling[] = []
  return {
    mode: 'embedded',
    model: 'puppet',
    told,
    answer: (question) => (say, signal) =>
      new Promise((end) => {
        signal.addEventListener('abort', () => end('stopped'))
        told.push({ question, say, signal, end })
      }),
  }
}

/** An answerer that says these pieces at once. */
export const parrot = (pieces: readonly string[], reason: EndReason = 'complete'): Answerer => ({
  mode: 'embedded',
  model: 'parrot',
  answer: () => async (write) => {
    for (const piece of pieces) write(piece)
    return reason
  },
})

export const asking = (text: string, rest: object = {}): string =>
  JSON.stringify({ stream: true, messages: [{ role: 'user', content: text }], ...rest })

export const address = (url: string, chat: string, run: string, rest: Readonly<Record<string, string>> = {}): string =>
  `${url}/api/chat?${new URLSearchParams({ chat, run, ...rest })}`

export const post = (url: string, body: string, accept: string = 'application/json'): Promise<Response> =>
  fetch(url, { method: 'POST', body, headers: { accept, 'content-type': 'application/json' } })

/** Reads an event stream to its end, or until `enough`. Comments count as items without anything. */
export async function readStream(
  response: Response,
  enough: (items: readonly Item[]) => boolean = () => false,
  beats: { count: number } = { count: 0 },
): Promise<Item[]> {
  const items: Item[] = []
  const parser = createParser({
    onEvent({ event, id, data }) {
      if (event === 'holdline') items.push(...([JSON.parse(data)] as Item[]))
      else items.push({ ...(id ? { id } : {}), ...(event ? { event } : {}), data })
    },
    onComment: () => void (beats.count += 1),
  })
  const decoder = new TextDecoder()
  for await (const bytes of response.body ?? []) {
    parser.feed(decoder.decode(bytes, { stream: true }))
    if (enough(items)) break
  }
  return items
}

export const envelopeIn = async (response: Response): Promise<Item[]> => (await response.json()) as Item[]

/** A WebSocket and everything that comes over it. */
export interface Line {
  readonly socket: WebSocket
  readonly items: Item[]
  readonly frames: string[]
  readonly closed: Promise<{ code: number; reason: string }>
  readonly opened: Promise<void>
}

export function dial(url: string, path: string, first?: object, origin?: string): Line {
  const socket = new WebSocket(url.replace('http', 'ws') + path, origin === undefined ? {} : { origin })
  onTestFinished(() => socket.terminate())
  const items: Item[] = []
  const frames: string[] = []
  const closed = new Promise<{ code: number; reason: string }>((settle) => {
    socket.on('close', (code, reason) => settle({ code, reason: reason.toString() }))
  })
  const opened = new Promise<void>((settle) => {
    socket.on('open', () => {
      if (first) socket.send(JSON.stringify(first))
      settle()
    })
  })
  socket.on('error', () => {})
  socket.on('message', (data: Buffer) => {
    frames.push(data.toString())
    items.push(...(JSON.parse(data.toString()) as Item[]))
  })
  return { socket, items, frames, closed, opened }
}

/** One way of reading a run: behind this cursor, to its end. */
export type Reader = (url: string, chat: string, run: string, cursor?: string) => Promise<Item[]>

const cursorHeader = (cursor?: string): Record<string, string> =>
  cursor === undefined ? {} : { 'last-event-id': cursor }

const polled =
  (wait: string): Reader =>
  async (url, chat, run, cursor) => {
    const items: Item[] = []
    let at = cursor
    while (!items.some(({ t }) => t === 'end')) {
      const response = await fetch(
        address(url, chat, run, { wait, ...(at === undefined ? {} : { last_event_id: at }) }),
        {
          headers: { accept: 'application/json' },
        },
      )
      items.push(...(await envelopeIn(response)))
      for (const { id } of items) at = id ?? at
    }
    return items
  }

export const readers: Readonly<Record<string, Reader>> = {
  'Server-Sent Events': async (url, chat, run, cursor) =>
    readStream(
      await fetch(address(url, chat, run), { headers: { accept: 'text/event-stream', ...cursorHeader(cursor) } }),
    ),
  'long polling': polled('5'),
  polling: polled('0'),
  WebSocket: async (url, chat, run, cursor) => {
    const line = dial(url, '/api/chat/ws', { t: 'resume', chat, run, cursor })
    await line.closed
    return line.items
  },
}

/** Without what only says how the line is kept. */
export const spoken = (items: readonly Item[]): Item[] => items.filter(({ t }) => t !== 'welcome' && t !== 'ping')
