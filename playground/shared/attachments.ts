import type { FilePart } from 'holdline/chat'
import { fileWords } from './words/chat'

const MOST_FILES = 4
/** They travel in every request of the conversation, and are kept with it. */
const MOST_BYTES = 300_000
/** Pictures that are larger are made smaller, to this many pixels a side at most. */
const SIDE = 1_280

/** What was chosen, as far as it can be sent, and why the rest cannot. */
export interface Taken {
  readonly files: readonly FilePart[]
  readonly trouble: string | undefined
}

/** Adds files to those that wait to be sent. */
export async function take(chosen: Iterable<File>, before: readonly FilePart[]): Promise<Taken> {
  const files = [...before]
  let trouble: string | undefined
  for (const file of chosen) {
    if (files.length >= MOST_FILES) {
      trouble = fileWords.tooMany(MOST_FILES)
      break
    }
    try {
      const fitting = file.size > MOST_BYTES && file.type.startsWith('image/') ? await smaller(file) : file
      if (fitting.size > MOST_BYTES) trouble = fileWords.tooLarge(file.name, sizeOf(fitting.size), sizeOf(MOST_BYTES))
      else files.push(await partOf(fitting, file.name))
    } catch {
      // A folder, or a file that is gone by now: the browser does not tell them apart.
      trouble = fileWords.unreadable(file.name)
    }
  }
  return { files, trouble }
}

export const isImage = ({ mediaType }: FilePart): boolean => /^image\/(png|jpeg|gif|webp|avif)$/.test(mediaType)

/** How much a data URL holds. */
export function weightOf({ url }: FilePart): string {
  const data = /^data:[^,]*;base64,(.*)$/s.exec(url)?.[1]
  return data === undefined ? '' : sizeOf(Math.floor((data.replace(/=+$/, '').length * 3) / 4))
}

const sizeOf = (bytes: number): string => (bytes < 1_000 ? `${bytes} B` : `${Math.round(bytes / 1_000)} kB`)

const partOf = (blob: Blob, filename: string): Promise<FilePart> =>
  new Promise((settle, fail) => {
    const mediaType = blob.type || 'application/octet-stream'
    const reader = new FileReader()
    reader.onload = () => settle({ type: 'file', mediaType, filename, url: String(reader.result as string) })
    reader.onerror = () => fail(reader.error ?? new Error('Unreadable'))
    reader.readAsDataURL(blob)
  })

async function smaller(file: File): Promise<Blob> {
  const picture = await createImageBitmap(file)
  const scale = Math.min(1, SIDE / Math.max(picture.width, picture.height))
  const canvas = new OffscreenCanvas(Math.round(picture.width * scale), Math.round(picture.height * scale))
  canvas.getContext('2d')?.drawImage(picture, 0, 0, canvas.width, canvas.height)
  picture.close()
  return canvas.convertToBlob({ type: 'image/jpeg', quality: 0.82 })
}
