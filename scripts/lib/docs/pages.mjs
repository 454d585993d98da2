// From the documents as they stand in the repository to the pages of the site: other places, and links that fit them.
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, extname, join, posix } from 'node:path'
import { root } from '../run.mjs'

/** Everything that is made stands here; git and the tools pass it over. */
export const made = join(root, 'docs/dist')
export const pages = join(made, 'pages')
const reference = join(made, 'reference')

const OUTSIDE = {
  'README.md': 'index.md',
  'PROTOCOL.md': 'protocol.md',
  'CHANGELOG.md': 'changelog.md',
  'CONTRIBUTING.md': 'contributing.md',
  'SECURITY.md': 'security.md',
  'THIRD_PARTY.md': 'third-party.md',
}

/** The documents of the repository, by the page that each becomes. */
export function documents() {
  const inside = readdirSync(join(root, 'docs'), { recursive: true })
    .map((name) => name.replaceAll('\\', '/'))
    .filter((name) => name.endsWith('.md') && !/^(node_modules|dist)\//.test(name))
  const outside = Object.entries(OUTSIDE).filter(([name]) => existsSync(join(root, name)))
  return Object.fromEntries([...outside, ...inside.map((name) => [`docs/${name}`, name])])
}

const FENCE = /^ *```[^\n]*\n[\s\S]*?^ *```/gm
const IMAGE = /\.(svg|png|jpe?g|gif|webp)$/
const LINK = /\]\((?!https?:|mailto:|#)([^)#\s]+)(#[^)\s]*)?\)/g

/** A text with its links led to the pages; `told` hears of each file that is no document. */
function withLinks(text, file, targets, told) {
  const outsideOfCode = (piece) =>
    piece.replace(LINK, (_, path, anchor = '') => {
      const target = posix.normalize(posix.join(posix.dirname(file), path))
      if (targets[target] === undefined && !existsSync(join(root, target)))
        throw new Error(`${file}: a link leads to ${target}, which is not there`)
      if (IMAGE.test(target)) return `](./${posix.relative(posix.dirname(targets[file]), copied(target))})`
      if (targets[target] === undefined) told(target)
      return `](/${targets[target] ?? `source/${target}.md`}${targets[target] ? anchor : ''})`
    })
  const code = text.match(FENCE) ?? []
  return text
    .split(FENCE)
    .map((piece, at) => outsideOfCode(piece) + (code[at] ?? ''))
    .join('')
}

function write(page, text) {
  const path = join(pages, page)
  // What has not changed is not written, so that nothing is rendered for nothing.
  if (existsSync(path) && readFileSync(path, 'utf8') === text) return
  mkdirSync(dirname(path), { recursive: true })
  writeFileSync(path, text)
}

/** Takes an image along, to the same place beside the pages. */
function copied(image) {
  const place = image.replace(/^docs\//, '')
  mkdirSync(dirname(join(pages, place)), { recursive: true })
  cpSync(join(root, image), join(pages, place))
  return place
}

/** A page that shows a file of the repository, for the links that lead to one. */
function sourcePage(file) {
  const text = readFileSync(join(root, file), 'utf8').trimEnd()
  const language = extname(file).slice(1) || 'text'
  return `---\noutline: false\nsearch: false\n---\n\n# ${file}\n\n\`\`\`\`${language}:line-numbers\n${text}\n\`\`\`\`\n`
}

/** Writes the pages of all documents. A link that leads nowhere throws. */
export function writePages() {
  const targets = documents()
  const sources = new Set()
  for (const [file, page] of Object.entries(targets))
    write(
      page,
      withLinks(readFileSync(join(root, file), 'utf8'), file, targets, (source) => sources.add(source)),
    )
  for (const file of sources) write(`source/${file}.md`, sourcePage(file))
  if (existsSync(reference)) cpSync(reference, join(pages, 'reference'), { recursive: true })
}

/** Where the reference is written to, with nothing of an older one left. */
export function emptyPages() {
  for (const folder of [pages, reference]) rmSync(folder, { recursive: true, force: true })
  return reference
}
