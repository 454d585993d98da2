import { isRecord } from './http.js'
import type { Phrases } from './phrases.js'

/** Something that came with a question. */
export interface Attachment {
  /** undefined where nobody told it. */
  readonly name: string | undefined
  readonly type: string
  /** In bytes; undefined where it was only linked to. */
  readonly size: number | undefined
}

/** The files of a message, as Chat Completions have them. */
export function filesIn(raw: Readonly<Record<string, unknown>> | undefined): readonly Attachment[] {
  const parts: unknown[] = Array.isArray(raw?.content) ? raw.content : []
  return parts.flatMap((part) => {
    if (!isRecord(part)) return []
    const { type, image_url: image, file, input_audio: audio } = part
    if (type === 'image_url' && isRecord(image)) return [attachmentOf(image.url)]
    if (type === 'file' && isRecord(file)) return [attachmentOf(file.file_data, file.filename)]
    if (type === 'input_audio' && isRecord(audio))
      return [attachmentOf(`data:audio/${String(audio.format)};base64,${String(audio.data)}`)]
    return []
  })
}

function attachmentOf(url: unknown, name?: unknown): Attachment {
  const [, type = '', data] = /^data:([^;,]*)[^,]*,(.*)$/s.exec(typeof url === 'string' ? url : '') ?? []
  const bytes = data === undefined ? undefined : Buffer.from(data, 'base64')
  return {
    name: typeof name === 'string' && name !== '' && name !== 'file' ? name : undefined,
    type: type || (bytes && kindOf(bytes)) || 'unknown',
    size: bytes?.length,
  }
}

const SIGNATURES: readonly (readonly [hex: string, type: string])[] = [
  ['89504e47', 'image/png'],
  ['ffd8ff', 'image/jpeg'],
  ['47494638', 'image/gif'],
  ['52494646', 'image/webp'],
  ['25504446', 'application/pdf'],
]

/** What its first bytes say, where nobody else does. */
const kindOf = (bytes: Buffer): string | undefined =>
  SIGNATURES.find(([hex]) => bytes.subarray(0, hex.length / 2).toString('hex') === hex)?.[1]

/** What the assistant got, to the byte. */
export function attachmentsTold(files: readonly Attachment[], phrases: Phrases): string {
  const rows = files.map(({ name = phrases.notTold, type, size }) => {
    const told = size === undefined ? phrases.onlyALink : phrases.bytes(new Intl.NumberFormat('en').format(size))
    return `| ${name.replaceAll('|', '\\|')} | ${type} | ${told} |`
  })
  const head = `| ${phrases.fileColumns.join(' | ')} |\n|---|---|---|`
  return `${phrases.got(files.length)}\n\n${head}\n${rows.join('\n')}`
}
