import type { Turn } from './conversations.js'
import { chosenOf, compose, placeOf } from './compose.js'
import { addressOf } from './documents.js'
import { isRecord } from './http.js'
import type { Library } from './library.js'
import { plainText } from './passages.js'
import { smallTalk } from './smallTalk.js'
import { keywordsOf, type Terms, termsInContext, termsOf } from './terms.js'
import { attachmentsTold, filesIn } from './attachments.js'
import { askForTool, tellOutcomes } from './toolTalk.js'
import type { Citation } from './chunks.js'

/** A call of a tool: of the page's, or, with an output, of one that ran here. */
export interface Calling {
  readonly name: string
  readonly input: object
  readonly output?: unknown
}

/** What the assistant says: what it thought, what it looked up, its words, where they are from, and whom it calls. */
export interface Said {
  readonly reasoning: string
  readonly search?: Calling
  readonly text: string
  readonly sources?: readonly Citation[]
  readonly call?: Calling
}

const SEARCH =
  /^\s*(?:please\s+)?(?:search|look)\s+(?:in\s+|up\s+|through\s+)?(?:the\s+)?(?:docs?|documents?|documentation)\s+(?:for|about)?\s*[:“"]?\s*(.+?)[”"?.]?\s*$/i
const SEARCH_ZH = /^\s*(?:请)?(?:在文档里|在文档中)?(?:搜索|查找)(?:文档)?[:：]?\s*(.+)$/u
const RECITE =
  /^\s*(?:please\s+)?(?:recite|read out|show me all of)\s+(?:the\s+whole\s+|the\s+|all\s+of\s+)?`?([\w./-]+?)`?\s*[.!?]?\s*$/i
const RECITE_ZH = /^\s*(?:请)?(?:背诵|朗读)(?:全文)?[:：]?\s*`?([\w./-]+?)`?\s*[。！]?\s*$/u

/** Thinks of an answer to the newest question, or to what its tools have found. */
export function think(library: Library, history: readonly Turn[], pageTools: boolean): Said {
  const asked = history.findLastIndex(({ role }) => role === 'user')
  const outcomes = history.slice(asked + 1).filter(({ role }) => role === 'tool')
  if (outcomes.length > 0) return { reasoning: '', text: tellOutcomes(history.slice(asked + 1)) }

  const questions = history.filter(({ role }) => role === 'user').map(({ text }) => text)
  const question = questions.at(-1) ?? ''
  const files = filesIn(history[asked]?.raw)
  if (files.length > 0) return withFiles(attachmentsTold(files), question, library)
  const whole = RECITE.exec(question)?.[1] ?? RECITE_ZH.exec(question)?.[1]
  const recited = whole === undefined ? undefined : recite(whole, library)
  if (recited !== undefined) return { reasoning: `All of ${whole}, then.`, text: recited }
  const call = pageTools ? askForTool(question) : undefined
  if (call) return { reasoning: `This needs the tool ${call.name}.`, text: '', call }
  const sought = SEARCH.exec(question)?.[1] ?? SEARCH_ZH.exec(question)?.[1]
  if (sought !== undefined) return searchFor(sought, library)

  const talk = smallTalk(question, questions.slice(0, -1), library)
  if (talk !== undefined) return { reasoning: 'No need to search for this.', text: talk }
  return fromDocuments(questions, library)
}

function fromDocuments(questions: readonly string[], library: Library): Said {
  const own = termsOf(questions.at(-1) ?? '')
  const terms = termsInContext(questions)
  const hits = isForeign(own, library) ? [] : library.search(terms)
  const sought = keywordsOf(questions.at(-1) ?? '').join(', ') || 'what was asked before'
  const size = new Set(library.passages.map(({ file }) => file)).size
  const files = size === 1 ? 'one document' : `${size} documents`
  const best = hits[0]
  if (!best) return { reasoning: `Searching ${files} for ${sought} … found nothing.`, text: noAnswer(library) }
  const context = own.size < terms.size && questions.length > 1 ? ', with the earlier questions in mind' : ''
  const count = hits.length === 1 ? 'one passage' : `${hits.length} passages`
  return {
    reasoning: `Searching ${files} for ${sought}${context} … found ${count}; the best is ${placeOf(best.passage)}.`,
    text: compose(hits, terms, library),
    sources: chosenOf(hits).map(({ passage }) => ({
      url: addressOf(passage),
      title: plainText(placeOf(passage)),
    })),
  }
}

/** The same, with the search shown as the tool that it is. */
function searchFor(query: string, library: Library): Said {
  const said = fromDocuments([query], library)
  const found = library.search(termsOf(query)).slice(0, 5)
  const output = found.map(({ passage, score }) => ({
    place: plainText(placeOf(passage)),
    score: Math.round(score * 10) / 10,
  }))
  return { ...said, search: { name: 'search_docs', input: { query }, output } }
}

function withFiles(told: string, question: string, library: Library): Said {
  const reasoning = 'Looking at what came with the question.'
  const own = termsOf(question)
  if (own.size === 0 || isForeign(own, library)) return { reasoning, text: told }
  const { text, sources } = fromDocuments([question], library)
  return { reasoning, text: sources ? `${told}\n\n${text}` : told, ...(sources && { sources }) }
}

/** Whether most of what is asked for never comes up in the documents. Then an answer would be a guess. */
function isForeign(own: Terms, library: Library): boolean {
  const asked = [...own].filter(([, weight]) => weight === 1)
  const known = asked.filter(([term]) => library.knows(term))
  return asked.length > 0 && known.length < asked.length / 2
}

/** A whole document: long enough to see how fast a page can read. */
function recite(name: string, { passages }: Library): string | undefined {
  const wanted = name.toLowerCase().replace(/\.md$/, '')
  const own = passages.filter(({ file }) => {
    const path = file.toLowerCase().replace(/\.md$/, '')
    return path === wanted || path.endsWith(`/${wanted}`)
  })
  if (own.length === 0) return undefined
  return own
    .map(({ trail, blocks }) => [`## ${trail.at(-1) ?? name}`, ...blocks.map(({ text }) => text)].join('\n\n'))
    .join('\n\n')
}

function noAnswer(library: Library): string {
  const topics = library.passages.filter(({ trail }) => trail.length === 2).slice(0, 12)
  const list = topics.map((passage) => `- ${passage.trail.at(-1)} (\`${passage.file}\`)`).join('\n')
  return (
    'The documents of this project say nothing about that, and I know nothing but them. ' +
    (list ? `Here is what I can answer questions about:\n\n${list}` : 'In fact there are no documents here yet.')
  )
}

export const isTrue = (body: unknown, name: string): boolean => isRecord(body) && body[name] === true
