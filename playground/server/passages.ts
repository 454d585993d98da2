import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'

/** A piece of Markdown that stands or falls as a whole. */
export interface Block {
  readonly kind: 'text' | 'item' | 'code' | 'table'
  readonly text: string
}

/** What stands under one heading of one document. */
export interface Passage {
  readonly id: number
  /** Relative to the project's folder. */
  readonly file: string
  /** The headings above it, the outermost first. */
  readonly trail: readonly string[]
  readonly blocks: readonly Block[]
}

/** What somebody else has written, or a program has made, in the folder of the documents. */
const OTHERS = /^(node_modules|dist|\..*)$/

const FILES = ['README.md', 'PROTOCOL.md', 'CHANGELOG.md', 'CONTRIBUTING.md']

/** Reads the project's documents. What is not there is no error: a document may be yet to be written. */
export async function readPassages(root: string): Promise<readonly Passage[]> {
  const documents = await Promise.all(
    [...FILES, ...(await markdownUnder(root, 'docs'))].map((file) => read(root, file)),
  )
  return documents.flat().map((passage, id) => ({ ...passage, id }))
}

async function markdownUnder(root: string, folder: string): Promise<string[]> {
  try {
    const found = await readdir(join(root, folder), { withFileTypes: true })
    const within = await Promise.all(
      found.map(async (entry): Promise<string[]> => {
        const path = `${folder}/${entry.name}`
        if (OTHERS.test(entry.name)) return []
        if (entry.isDirectory()) return markdownUnder(root, path)
        return path.endsWith('.md') ? [path] : []
      }),
    )
    return within.flat().sort()
  } catch (error) {
    return absent(error)
  }
}

async function read(root: string, file: string): Promise<Omit<Passage, 'id'>[]> {
  try {
    return split(file, await readFile(join(root, file), 'utf8'))
  } catch (error) {
    return absent(error)
  }
}

function absent(error: unknown): [] {
  if ((error as NodeJS.ErrnoException).code === 'ENOENT') return []
  throw error
}

/** Cuts a document at its headings. A `#` inside a code block is no heading. */
export function split(file: string, markdown: string): Omit<Passage, 'id'>[] {
  const passages: Omit<Passage, 'id'>[] = []
  let trail: string[] = []
  let body: string[] = []
  let fence = ''
  const close = (): void => {
    const blocks = blocksOf(body)
    if (blocks.length > 0) passages.push({ file, trail, blocks })
    body = []
  }
  for (const line of markdown.split(/\r?\n/)) {
    fence = fenceAfter(line, fence)
    const heading = fence ? null : /^(#{1,5})\s+(.+?)\s*#*$/.exec(line)
    if (!heading) {
      body.push(line)
      continue
    }
    close()
    const level = (heading[1] ?? '').length
    trail = [...trail.slice(0, level - 1), plainText(heading[2] ?? '')]
  }
  close()
  return passages
}

/** The mark of the code block that is open behind this line; empty if none is. */
function fenceAfter(line: string, fence: string): string {
  const mark = /^\s*(`{3,}|~{3,})/.exec(line)?.[1]
  if (!mark) return fence
  if (!fence) return mark
  return mark.startsWith(fence) && line.trim() === mark ? '' : fence
}

/** Paragraphs, list items with what is indented under them, tables and code blocks, in their order. */
function blocksOf(lines: readonly string[]): Block[] {
  const blocks: Block[] = []
  let held: string[] = []
  let kind: Block['kind'] = 'text'
  let fence = ''
  const close = (): void => {
    const text = held.join('\n').replace(/^\n+|\s+$/g, '')
    // Comments and bare pictures (badges, mostly) say nothing.
    if (text !== '' && !/^(<!--[\s\S]*-->|(\[?!\[[^\]]*\]\([^)]*\)(\]\([^)]*\))?\s*)+)$/.test(text)) {
      blocks.push({ kind, text: kind === 'code' ? text : unlinked(text) })
    }
    held = []
    kind = 'text'
  }
  for (const line of lines) {
    const before = fence
    fence = fenceAfter(line, fence)
    const within = kind === 'item' && /^\s{2,}\S/.test(line)
    if (before || (fence && within)) {
      held.push(line)
      if (before && !fence && kind === 'code') close()
    } else if (fence) {
      close()
      kind = 'code'
      held.push(line)
    } else if (/^([-*+]|\d+[.)])\s/.test(line)) {
      close()
      kind = 'item'
      held.push(line)
    } else if (line.trim() === '') {
      if (kind === 'item') held.push(line)
      else close()
    } else {
      const row = line.startsWith('|')
      const apart = kind === 'item' && !within && held.at(-1)?.trim() === ''
      if (apart || row !== (kind === 'table')) close()
      if (row) kind = 'table'
      held.push(line)
    }
  }
  close()
  return blocks
}

/** A link from one document to another leads nowhere once it is quoted on a page. */
const unlinked = (markdown: string): string => markdown.replace(/(?<!!)\[([^\]]*)\]\((?!https?:)[^)]*\)/g, '$1')

/** Markdown without its marks, for headings and for searching. */
export const plainText = (markdown: string): string =>
  markdown
    .replace(/!?\[([^\]]*)\]\([^)]*\)/g, '$1')
    .replace(/[`*]|<[^>]+>/g, '')
    .trim()
