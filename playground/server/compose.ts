import { type Hit, type Library, sentencesOf } from './library.js'
import type { Block, Passage } from './passages.js'
import { isChinese, type Terms } from './terms.js'

/** How much of one passage is quoted, in characters, beyond its best block. */
const ROOM = 900
/** Tables with more rows are cut down to those that matter. */
const WHOLE_TABLE = 8
const MAX_SECTIONS = 3

/** Where a passage stands, in words. */
export const placeOf = ({ file, trail }: Passage): string => {
  const inner = trail.length > 1 ? trail.slice(1) : trail
  return [`\`${file}\``, ...inner].join(' › ')
}

const titleOf = ({ file, trail }: Passage): string => trail.at(-1) ?? file

/** The passages that an answer is made of. */
export const chosenOf = (hits: readonly Hit[]): readonly Hit[] => hits.slice(0, MAX_SECTIONS)

/** The answer, in Markdown: the sentence that says it best, and what stands around it. */
export function compose(hits: readonly Hit[], terms: Terms, library: Library): string {
  const chosen = chosenOf(hits)
  const lead = leadOf(chosen, terms, library)
  const sections = chosen.map(({ passage }, index) => {
    const blocks = pick(passage, terms, library, lead, index === 0 ? ROOM : ROOM / 2)
    return blocks.length === 0 ? '' : `**${titleOf(passage)}** (${placeOf(passage)})\n\n${quoted(blocks)}`
  })
  return [lead, ...sections].filter((part) => part !== '').join('\n\n')
}

/** The one sentence that holds the most of what was asked for; a better passage is worth something too. */
function leadOf(hits: readonly Hit[], terms: Terms, library: Library): string {
  const best = hits[0]?.score ?? 1
  const own: Terms = new Map([...terms].filter(([, weight]) => weight === 1))
  let lead = ''
  let top = 0
  for (const { passage, score } of hits) {
    for (const sentence of passage.blocks.flatMap(sentencesOf)) {
      // A sentence that announces something says nothing by itself, and a long one drowns its point.
      if (/[:：]$/.test(sentence) || sentence.length < (isChinese(sentence) ? 12 : 25)) continue
      // An earlier question only helps to choose; the sentence must speak of this one.
      const apt = library.rate(sentence, own) > 0 || own.size === 0 ? 1 : 0.2
      const rated = (apt * library.rate(sentence, terms) * (score / best)) / Math.max(1, sentence.length / 240)
      if (rated > top) {
        top = rated
        lead = sentence
      }
    }
  }
  return lead
}

/** The blocks of a passage that belong to the question, in their order. The lead is not said twice. */
function pick(passage: Passage, terms: Terms, library: Library, lead: string, room: number): Block[] {
  const { blocks } = passage
  const shows = library.language === 'zh' ? 0.4 : 0
  const rest = blocks.map((block) => condense(block, terms, library, lead))
  const ranked = rest
    .map((block, index) => ({ index, rated: block ? library.rate(block.text, terms) : -1 }))
    .filter(({ rated }) => rated >= 0)
    // The first words under a heading say what it is about; code shows it, in whatever language one asks.
    .map(({ index, rated }) => ({
      index,
      rated: rated + (index === 0 ? 0.5 : blocks[index]?.kind === 'code' ? shows : 0),
    }))
    .sort((one, other) => other.rated - one.rated || one.index - other.index)
  const taken = new Set<number>()
  let left = room
  for (const { index, rated } of ranked) {
    const length = lengthOf(rest[index])
    if (rated === 0 || (taken.size > 0 && length > left)) continue
    taken.add(index)
    left -= length
    // What announces something is shown with what it announces, and the other way round.
    if (announces(blocks[index])) for (const next of announcedBy(blocks, index)) if (rest[next]) taken.add(next)
    if (announces(blocks[index - 1]) && rest[index - 1]) taken.add(index - 1)
  }
  return [...taken].sort((one, other) => one - other).flatMap((index) => rest[index] ?? [])
}

/** Code is read more quickly than prose. */
const lengthOf = (block: Block | undefined): number =>
  block === undefined ? 0 : block.text.length / (block.kind === 'code' ? 2 : 1)

/** Whether a paragraph is unfinished without the table, the list or the code under it. */
const announces = (block: Block | undefined): boolean => block?.kind === 'text' && !/[.!?)*_。！？）]$/.test(block.text)

/** The block behind an announcement, or the whole list. */
function announcedBy(blocks: readonly Block[], index: number): number[] {
  const behind = blocks.slice(index + 1)
  const other = behind.findIndex(({ kind }) => kind !== 'item')
  return behind.slice(0, Math.max(1, other === -1 ? behind.length : other)).map((_, at) => index + 1 + at)
}

/** A block without the lead, and a long table without the rows that nobody asked for. */
function condense(block: Block, terms: Terms, library: Library, lead: string): Block | undefined {
  if (block.kind === 'table') {
    const [head = '', rule = '', ...rows] = block.text.split('\n')
    if (rows.length <= WHOLE_TABLE) return block
    const fitting = rows.filter((row) => library.rate(row, terms) > 0)
    return { ...block, text: [head, rule, ...(fitting.length > 0 ? fitting : rows.slice(0, WHOLE_TABLE))].join('\n') }
  }
  if (block.kind === 'code' || lead === '') return block
  const sentences = sentencesOf(block)
  if (!sentences.includes(lead)) return block
  const others = sentences.filter((sentence) => sentence !== lead)
  if (others.length === 0) return undefined
  const mark = block.kind === 'item' ? (/^([-*+]|\d+[.)])\s+/.exec(block.text)?.[0] ?? '') : ''
  return { ...block, text: mark + others.join(' ').replace(/(?<=[。！？]) /g, '') }
}

/** Prose in quotation; tables and code as they are, since a quotation would only narrow them. */
function quoted(blocks: readonly Block[]): string {
  let text = ''
  let before: Block['kind'] | undefined
  for (const { kind, text: own } of blocks) {
    const prose = kind === 'text' || kind === 'item'
    const shown = prose ? own.replace(/^/gm, '> ') : own
    const close = prose && before !== undefined && before !== 'code' && before !== 'table'
    if (text !== '') text += close ? (kind === 'item' && before === 'item' ? '\n' : '\n>\n') : '\n\n'
    text += shown
    before = kind
  }
  return text
}
