import { toJson } from '../frames/decode.js'
import type { Dialect } from './transport.js'

/** Binary data goes as it is, text too where the dialect does not say otherwise, anything else as JSON. */
export function pack(data: unknown, id: string, { encode }: Dialect): string | BufferSource | Blob {
  if (isBinary(data)) return data
  return encode?.(data, id) ?? (typeof data === 'string' ? data : toJson(data))
}

export const isBinary = (data: unknown): data is BufferSource | Blob =>
  data instanceof ArrayBuffer || ArrayBuffer.isView(data) || data instanceof Blob
