import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Passage } from './passages.js'
import { Refusal } from './http.js'

const PREFIX = '/api/docs/'
const NAMES = /^(?:[A-Z]+|docs(?:\/[\w-]+){1,3})\.md$/

/** Where a passage can be read, with its heading in view where the browser can do that. */
export function addressOf({ file, trail }: Passage): string {
  const heading = trail.at(-1)
  // In a fragment of text, a hyphen and a comma are marks.
  const words = heading === undefined ? '' : encodeURIComponent(heading).replaceAll('-', '%2D')
  return `${PREFIX}${file}${words && `#:~:text=${words}`}`
}

/** A document as it was written; nothing else in the folder can be read. */
export async function readDocument(root: string, pathname: string): Promise<string | Refusal> {
  const name = pathname.slice(PREFIX.length)
  const unknown = new Refusal(404, 'no_document', `There is no document ${name}`)
  if (!NAMES.test(name)) return unknown
  try {
    return await readFile(join(root, name), 'utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return unknown
    throw error
  }
}
