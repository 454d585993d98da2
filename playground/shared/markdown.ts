import DOMPurify from 'dompurify'
import { Marked } from 'marked'
import { escapeHtml, toColours } from './code'

const marked = new Marked({
  gfm: true,
  async: false,
  renderer: {
    // A picture from elsewhere would tell its host who reads what. Its words stay, as a link.
    image: ({ href, text }) => `<a href="${escapeHtml(href)}">${escapeHtml(text || href)}</a>`,
    code: ({ text, lang }) => `<pre><code>${toColours(text, lang)}</code></pre>`,
    checkbox: ({ checked }) => (checked ? '☑ ' : '☐ '),
  },
})

// A list of what may be, not of what may not: what nobody thought of is left out.
const ALLOWED_TAGS = [
  ...['p', 'br', 'hr', 'h1', 'h2', 'h3', 'h4', 'h5', 'h6', 'blockquote', 'pre', 'code', 'ul', 'ol', 'li'],
  ...['strong', 'em', 'del', 's', 'a', 'table', 'thead', 'tbody', 'tr', 'th', 'td', 'sub', 'sup', 'kbd', 'span'],
]
const ALLOWED_ATTR = ['href', 'title', 'start', 'align', 'target', 'rel', 'class']

/** Its own instance: the hook below concerns nobody else. */
const purifier = DOMPurify(window)

purifier.addHook('afterSanitizeAttributes', (node) => {
  // Colours of code, and nothing else that the page has a look for.
  if (!/^hljs-[\w-]+(?: [\w-]+_)*$/.test(node.getAttribute('class') ?? '')) node.removeAttribute('class')
  // What may be too wide is scrolled, by keyboard too.
  if (node.tagName === 'PRE' || node.tagName === 'TABLE') node.setAttribute('tabindex', '0')
  if (node.tagName !== 'A') return
  const href = node.getAttribute('href') ?? ''
  if (!/^(https?:|mailto:)/i.test(href)) {
    for (const name of ['href', 'target', 'rel']) node.removeAttribute(name)
    return
  }
  node.setAttribute('target', '_blank')
  node.setAttribute('rel', 'noopener noreferrer nofollow')
})

/** Markdown to HTML that may be shown. Whoever wrote the text is not trusted. */
export const toHtml = (source: string): string =>
  purifier.sanitize(marked.parse(source) as string, { ALLOWED_TAGS, ALLOWED_ATTR, ALLOW_DATA_ATTR: false })

const FENCE = /^ {0,3}(`{3,}|~{3,})/
const LIST_ITEM = /^ {0,3}([-*+]|\d{1,9}[.)])\s/

/**
 * Cuts Markdown at blank lines into blocks that can be rendered apart. While an answer streams, only the last block
 * changes; the others need not be parsed again. Fences and lists stay whole.
 */
export function splitBlocks(source: string): string[] {
  const blocks: string[] = []
  let block: string[] = []
  let fence: string | undefined
  let blank = false

  for (const line of source.split('\n')) {
    if (fence === undefined && line.trim() === '') {
      blank = block.length > 0
      continue
    }
    if (blank) {
      const goesOn = /^( {2,}|\t)/.test(line) || (LIST_ITEM.test(line) && LIST_ITEM.test(block[0] ?? ''))
      if (goesOn) block.push('')
      else {
        blocks.push(block.join('\n'))
        block = []
      }
      blank = false
    }
    block.push(line)
    const mark = FENCE.exec(line.trimStart())?.[1]
    if (fence === undefined) fence = mark
    else if (mark?.startsWith(fence) && line.trim() === mark) fence = undefined
  }
  if (block.length > 0) blocks.push(block.join('\n'))
  return blocks
}
