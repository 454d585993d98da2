import { wrong } from '../base/error.js'
import type { Frame } from './frame.js'
import type { Schema } from './schema.js'

/** The text of a frame; a binary one has none. */
export function text({ data, bytes }: Frame): string {
  if (bytes) throw wrong('protocol', 'binary', 'A binary frame came; read it with decode: binary()')
  return data
}

/**
 * Reads binary WebSocket frames.
 *
 * @example
 * createConnection({ transports: webSocket('/radar'), decode: binary() }).subscribe(({ data }) => draw(new Float32Array(data)))
 */
export function binary(): (frame: Frame) => ArrayBuffer {
  return ({ bytes }) => {
    if (!bytes) throw wrong('protocol', 'text', 'A text frame came where binary ones are expected')
    return bytes
  }
}

/**
 * Reads a frame's data as JSON; with a Standard Schema, as JSON of that shape.
 * What does not fit goes to {@link Connection.faults}, and the connection goes on.
 *
 * @example
 * createConnection({ transports: sse('/api/likes'), decode: json(z.object({ count: z.number() })) })
 */
export function json<Output>(schema: Schema<Output>): (frame: Frame) => Output
export function json<Output = unknown>(): (frame: Frame) => Output
export function json(schema?: Schema): (frame: Frame) => unknown {
  return (frame) => {
    const value = parseJson(frame.data)
    if (!schema) return value
    const result = schema['~standard'].validate(value)
    if (result instanceof Promise) {
      // Waiting for one message would let the next one overtake it; what becomes of this promise is of no interest.
      result.catch(() => {})
      throw wrong('protocol', 'schema', 'The schema is asynchronous; use a synchronous one')
    }
    if (result.issues) throw wrong('protocol', 'schema', result.issues.map((issue) => issue.message).join('; '))
    return result.value
  }
}

/** JSON to value, or a HoldlineError that shows how the text begins. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (cause) {
    throw wrong('protocol', 'not-json', `Not JSON: ${text.slice(0, 80)}`, cause)
  }
}

/** Value to JSON, or a HoldlineError: what cannot be written now cannot be written later. */
export function toJson(value: unknown): string {
  try {
    return JSON.stringify(value)
  } catch (cause) {
    throw wrong('request', 'not-json', `Cannot be sent as JSON: ${String(cause)}`, cause)
  }
}
