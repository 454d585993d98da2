import { wrong } from '../base/error.js'
import type { Ending } from '../base/ending.js'
import type { Frame } from '../frames/frame.js'
import type { Dialect, Sink } from '../transports/transport.js'

/**
 * Nchan, the publish and subscribe module of nginx. A message's id is its second and its number within that second,
 * such as `1795278565:2`, on every transport: WebSocket, event stream, long poll and interval poll can take over from
 * one another. Over WebSocket it speaks the subprotocol `ws+meta.nchan`.
 *
 * @example
 * const dialect = nchan()
 * createConnection({ transports: [webSocket('/live', { dialect }), longPolling('/live/poll', { dialect })] })
 *
 * @see https://nchan.io/#subscriber-endpoints
 */
export function nchan(): Dialect {
  return {
    protocols: ['ws+meta.nchan'],
    // An event stream begins with a comment, whether there are messages or not.
    greets: true,
    ask(cursor) {
      const [, seconds, tag] = /^(\d+):(.+)$/.exec(cursor ?? '') ?? []
      if (!cursor || !seconds || !tag) return {}
      const time = new Date(Number(seconds) * 1000).toUTCString()
      return { headers: { 'if-modified-since': time, 'if-none-match': tag }, query: { last_event_id: cursor } }
    },
    read(unit, sink, head) {
      if (head) sink.frame({ event: 'message', data: unit as string, id: idOf(head) })
      else if (typeof unit === 'string') readFrame(unit, sink)
      else if (unit.bytes) readBytes(unit, unit.bytes, sink)
      else sink.frame(unit)
      return undefined
    },
    ended,
  }
}

/** The id of a message that fills the body of an answer. */
function idOf(head: Headers): string | undefined {
  const seconds = Date.parse(head.get('last-modified') ?? '') / 1000
  // A proxy that compresses the answer marks the tag as weak.
  const tag = head.get('etag')?.replace(/^W\/|"/g, '')
  return seconds && tag ? `${seconds}:${tag}` : undefined
}

const META = /^id: (.+)\n(?:content-type: .*\n)?\n/

/** Lines about the message, an empty line, the message. What has no such lines is the answer to a ping. */
function readFrame(text: string, sink: Sink): void {
  const [meta, id] = META.exec(text) ?? []
  if (meta) sink.frame({ event: 'message', data: text.slice(meta.length), id })
  else sink.alive(true)
}

function readBytes(frame: Frame, bytes: ArrayBuffer, sink: Sink): void {
  // Nothing above the message is longer, and every byte is a character there.
  const [meta, id] = META.exec(new TextDecoder('latin1').decode(bytes.slice(0, 512))) ?? []
  if (meta) sink.frame({ ...frame, bytes: bytes.slice(meta.length), id })
  else sink.fault(wrong('protocol', 'nchan', 'A binary frame without an id'))
}

/**
 * Nchan has no word for the end. A subscriber that was let go after its time is closed with 1000, and 410 is said when
 * a worker of nginx leaves for a new one, too: the messages and the cursor are still good then.
 */
function ended(ending: Ending): Ending {
  const left = ending.kind === 'finished' || (ending.kind === 'refused' && ending.status === 410)
  return left ? { kind: 'dropped' } : ending
}
