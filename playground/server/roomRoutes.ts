import type { IncomingMessage, ServerResponse } from 'node:http'
import { isRecord, parseObject, readBody, Refusal, refuse } from './http.js'
import type { Letter, Room } from './room.js'
import { type Ground, serveLog } from './serve.js'
import type { SocketGround } from './sockets.js'

export interface RoomGround extends Ground {
  readonly room: Room
  readonly maxBodyBytes: number
}

const unknown = new Refusal(401, 'unauthorized', 'The room wants to know who is there: send other credentials')
const EXPECTED = 'send {"id":"…","data":…} as application/json, or the bare text as text/plain'

/** The room over HTTP: GET hears what is said, POST says something (PROTOCOL.md, section 6). */
export async function serveRoom(
  req: IncomingMessage,
  res: ServerResponse,
  url: URL,
  ground: RoomGround,
): Promise<void> {
  const { room } = ground
  if (!room.accepts(req.headers.authorization)) {
    req.resume()
    return refuse(res, unknown, { 'www-authenticate': 'Bearer' })
  }
  if (req.method === 'GET') return serveLog(req, res, url, room.log, ground)
  const letter = await letterIn(req, ground.maxBodyBytes)
  const refusal = letter instanceof Refusal ? letter : room.take(letter)
  if (refusal) return refuse(res, refusal)
  res.writeHead(204, { 'cache-control': 'no-store' }).end()
}

/** The message of a POST. Its id stands in the envelope and in `Idempotency-Key`; a bare text has only the header. */
async function letterIn(req: IncomingMessage, maxBytes: number): Promise<Letter | Refusal> {
  const [type = ''] = (req.headers['content-type'] ?? '').split(';')
  const header = req.headers['idempotency-key']
  const key = typeof header === 'string' ? header : undefined
  const text = await readBody(req, maxBytes)
  if (text instanceof Refusal) return text
  switch (type.trim().toLowerCase()) {
    case 'text/plain':
      return { id: key, data: text }
    case 'application/json': {
      const body = parseObject(text, EXPECTED)
      if (body instanceof Refusal) return body
      const { id = key, data } = body
      // A header has lost the spaces around it.
      if (key !== undefined && String(id).trim() !== key.trim())
        return new Refusal(400, 'two_ids', 'Idempotency-Key and the id in the body name two messages')
      return { id, data }
    }
    default:
      return new Refusal(415, 'bad_type', `The room takes no "${type}"; ${EXPECTED}`)
  }
}

/** The room over WebSocket: `hello` opens the line and says who is there, every other item is a message. */
export function roomOpenings(room: Room): Pick<SocketGround, 'openings' | 'mail'> {
  return {
    openings: {
      hello({ cursor, headers }) {
        if (!room.accepts(authorizationIn(headers))) return unknown
        return { log: room.log, cursor: typeof cursor === 'string' ? cursor : undefined }
      },
    },
    mail: { take: ({ id, data }) => room.take({ id, data }), takeBytes: room.takeBytes, hearBytes: room.hearBytes },
  }
}

/** Headers have no case; no browser sends them with a WebSocket, so they stand in the first frame. */
function authorizationIn(headers: unknown): string | undefined {
  const entries = isRecord(headers) ? Object.entries(headers) : []
  const value = entries.find(([name]) => name.toLowerCase() === 'authorization')?.[1]
  return typeof value === 'string' ? value : undefined
}
