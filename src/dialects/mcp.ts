import { parseJson } from '../frames/decode.js'
import type { Dialect } from '../transports/transport.js'

/** What {@link mcp} takes. */
export interface McpOptions {
  /** The session, where the server has given one already; else it is taken from the answer to `initialize`. */
  readonly sessionId?: string | undefined
  /** What was agreed on in `initialize`; read from its answer where that comes over this dialect. */
  readonly protocolVersion?: string | undefined
}

/** The dialect of one session with an MCP server: share it between all that talk to the server in that session. */
export interface McpDialect extends Dialect {
  /** What a request of your own must carry, such as the notification `initialized`. */
  headers(): Readonly<Record<string, string>>
}

/** The parts of a JSON-RPC message that matter here. */
interface Rpc {
  readonly id?: unknown
  readonly result?: { readonly protocolVersion?: unknown }
  readonly error?: unknown
}

/**
 * The Model Context Protocol over streamable HTTP. With a `body` one request is made by POST, and its line ends with the
 * answer; without, it is the server's own stream. A cut line goes on by GET behind the last event, never by a second
 * POST. Each JSON-RPC message is the data of a message here.
 *
 * @example
 * const dialect = mcp({ sessionId, protocolVersion: '2025-11-25' })
 * const body = { jsonrpc: '2.0', id: 1, method: 'tools/call', params: { name: 'report' } }
 * createConnection({ transports: sse('/mcp', { dialect, body }), decode: json() })
 *
 * @see https://modelcontextprotocol.io/specification/2025-11-25/basic/transports
 */
export function mcp({ sessionId, protocolVersion }: McpOptions = {}): McpDialect {
  const headers = (): Record<string, string> => ({
    accept: 'application/json, text/event-stream',
    ...(sessionId && { 'mcp-session-id': sessionId }),
    ...(protocolVersion && { 'mcp-protocol-version': protocolVersion }),
  })
  return {
    headers,
    ask: (cursor) => ({ headers: { ...headers(), ...(cursor && { 'last-event-id': cursor }) } }),
    head(head) {
      sessionId = head.get('mcp-session-id') ?? sessionId
    },
    read(unit, sink) {
      const { data, id, ...rest } = typeof unit === 'string' ? { event: 'message', data: unit, id: undefined } : unit
      if (!data) {
        // The first event of a stream is often an id alone: from there it can be gone on with.
        if (id) sink.checkpoint(id)
        return undefined
      }
      sink.frame({ ...rest, data, id })
      const answer = answerIn(data)
      if (!answer) return undefined
      const agreed = answer.result?.protocolVersion
      if (typeof agreed === 'string') protocolVersion = agreed
      return { kind: 'finished', reason: answer.error === undefined ? 'complete' : 'error' }
    },
  }
}

/** The message, where it answers a request. What is no JSON at all is told by whoever decodes it. */
function answerIn(data: string): Rpc | undefined {
  try {
    const message = parseJson(data) as Rpc | null
    return message?.id !== undefined && (message.result ?? message.error) !== undefined ? message : undefined
  } catch {
    return undefined
  }
}
