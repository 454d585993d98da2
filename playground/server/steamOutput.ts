import { randomUUID } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Duplex } from 'node:stream'
import type { WebSocket } from 'ws'
import type { ChatGround } from './chatRoutes.js'
import { follow } from './follow.js'
import { chatGptStreamOutput as format } from './formats/bare.js'
import { leaving, parseObject, readBody, Refusal, refuse, reply } from './http.js'
import type { Entry } from './log.js'
import type { Run } from './runs.js'

/** A stream that is open for a user, and waits for a question. */
interface Waiting {
  readonly res: ServerResponse
  readonly reader: AbortController
}

/**
 * Passes for a server of the `chatgpt-steam-output` family: `…/{speed}/createSse` opens a stream for the user that the
 * header `uid` names, `…/{speed}/chat` takes the question, and `…/{speed}/websocket/{uid}` does both on one line. Nothing
 * is numbered, and who hangs up has stopped the answer.
 */
export function createSteamOutput(): {
  serve(req: IncomingMessage, res: ServerResponse, url: URL, ground: ChatGround): Promise<void> | void
  socket(socket: WebSocket, raw: Duplex, url: URL, ground: ChatGround): void
} {
  const open = new Map<string, Waiting>()

  /** The server remembers the conversation; a user is a chat of ours. */
  function begin(uid: string, msg: unknown, url: URL, { desk, counters }: ChatGround): Run | Refusal {
    const [, speed] = /\/chatgpt-stream-output\/([^/]+)\//.exec(url.pathname) ?? []
    counters.count(uid, 'posts')
    return desk.begin({ chat: uid, run: randomUUID(), body: { msg }, format, speed })
  }

  function createSse(res: ServerResponse, uid: string, { faults }: ChatGround): void {
    const reader = leaving(res)
    res.writeHead(200, { 'content-type': 'text/event-stream; charset=utf-8', 'cache-control': 'no-store' })
    res.write('retry:5000\n\n')
    open.set(uid, { res, reader })
    const forget = faults.watch({ chat: uid, tear: () => tear(res, reader) })
    res.once('close', () => {
      forget()
      if (open.get(uid)?.res === res) open.delete(uid)
    })
  }

  async function ask(
    req: IncomingMessage,
    res: ServerResponse,
    uid: string,
    url: URL,
    ground: ChatGround,
  ): Promise<void> {
    const text = await readBody(req, ground.maxBodyBytes)
    const body = text instanceof Refusal ? text : parseObject(text)
    if (body instanceof Refusal) return refuse(res, body)
    const waiting = open.get(uid)
    if (!waiting) return refuse(res, new Refusal(409, 'no_stream', 'Open the stream at createSse first'))
    const run = begin(uid, body.msg, url, ground)
    if (run instanceof Refusal) return refuse(res, run)
    reply(res, 200, JSON.stringify({ question_tokens: String(body.msg).length }))
    await tell(run, waiting.reader.signal, ground, (entry) => waiting.res.write(eventOf(entry)))
    waiting.res.end()
  }

  return {
    serve(req, res, url, ground) {
      const { uid } = req.headers
      if (typeof uid !== 'string' || uid === '')
        return refuse(res, new Refusal(400, 'no_uid', 'The header uid is missing'))
      if (req.method === 'GET' && url.pathname.endsWith('/createSse')) return createSse(res, uid, ground)
      if (req.method === 'POST' && url.pathname.endsWith('/chat')) return ask(req, res, uid, url, ground)
      return refuse(res, new Refusal(404, 'no_route', 'There is createSse to GET, and chat to POST to'))
    },
    socket(socket, raw, url, ground) {
      const left = new AbortController()
      const uid = decodeURIComponent(url.pathname.split('/').at(-1) ?? '')
      const forget = ground.faults.watch({ chat: uid, tear: () => raw.destroy() })
      // Always followed by `close`.
      socket.on('error', () => {})
      socket.once('close', () => {
        forget()
        left.abort()
      })
      socket.once('message', (data: Buffer) => {
        const run = begin(uid, data.toString('utf8'), url, ground)
        if (run instanceof Refusal) return socket.close(1011, run.code)
        void tell(run, left.signal, ground, ({ event, data: said }) => {
          // What was counted is told on the event stream only.
          if (event !== '[TOKENS]') socket.send(said)
        }).then(() => socket.close(1000))
      })
    },
  }
}

async function tell(
  { log, chat, id }: Run,
  signal: AbortSignal,
  { desk }: ChatGround,
  write: (entry: Entry) => void,
): Promise<void> {
  const how = await follow(log, undefined, signal, async (entries) => {
    entries.forEach(write)
    return Promise.resolve()
  })
  if (how === 'left') desk.stop(chat, id)
}

/** Its ids are names, and no numbers. */
const eventOf = ({ event, data }: Entry): string =>
  event === '[ERROR]'
    ? `id:chatcmpl\nevent:发生异常！\ndata:${data}\nretry:3000\n\n`
    : `id:${event ?? 'chatcmpl'}\ndata:${data}\nretry:3000\n\n`

function tear(res: ServerResponse, reader: AbortController): void {
  reader.abort()
  res.socket?.destroy()
}
