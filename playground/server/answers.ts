import type { Turn } from './conversations.js'
import { chosenOf, compose, placeOf } from './compose.js'
import { addressOf } from './documents.js'
import { isRecord } from './http.js'
import type { Library } from './library.js'
import { plainText } from './passages.js'
import { smallTalk } from './smallTalk.js'
import { isChinese, type Language, subjectOf, type Terms, termsInContext, termsOf } from './terms.js'
import { type Phrases, phrasesFor } from './phrases.js'
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

type Libraries = Readonly<Record<Language, Library>>

/** Thinks of an answer to the newest question, or to what its tools have found. */
export function think(libraries: Libraries, history: readonly Turn[], pageTools: boolean): Said {
  const asked = history.findLastIndex(({ role }) => role === 'user')
  const questions = history.filter(({ role }) => role === 'user').map(({ text }) => text)
  const question = questions.at(-1) ?? ''
  const phrases = phrasesFor(question)
  const outcomes = history.slice(asked + 1).filter(({ role }) => role === 'tool')
  if (outcomes.length > 0) return { reasoning: '', text: tellOutcomes(history.slice(asked + 1), phrases) }

  const files = filesIn(history[asked]?.raw)
  if (files.length > 0) return withFiles(attachmentsTold(files, phrases), question, libraries)
  const whole = RECITE.exec(question)?.[1] ?? RECITE_ZH.exec(question)?.[1]
  const recited = whole === undefined ? undefined : recite(whole, libraries)
  if (recited !== undefined) return { reasoning: phrases.all(whole ?? ''), text: recited }
  const call = pageTools ? askForTool(question) : undefined
  if (call) return { reasoning: phrases.needs(call.name), text: '', call }
  const sought = SEARCH.exec(question)?.[1] ?? SEARCH_ZH.exec(question)?.[1]
  if (sought !== undefined) return searchFor(sought, libraries, phrases)

  const talk = smallTalk(question, questions.slice(0, -1), homeOf(question, libraries))
  if (talk !== undefined) return { reasoning: phrases.noSearch, text: talk }
  return fromDocuments(questions, libraries, phrases)
}

/** The documents in the language of a question, if there are any. */
const homeOf = (question: string, { en, zh }: Libraries): Library =>
  isChinese(question) && zh.passages.length > 0 ? zh : en

/** What is found in the language of the question, or else in the other one. */
function fromDocuments(questions: readonly string[], libraries: Libraries, phrases: Phrases): Said {
  const home = homeOf(questions.at(-1) ?? '', libraries)
  const said = fromLibrary(questions, home, phrases)
  if (said.sources || home === libraries.en) return said
  const other = fromLibrary(questions, libraries.en, phrases)
  return other.sources ? { ...other, text: `${phrases.otherLanguage}\n\n${other.text}` } : said
}

function fromLibrary(questions: readonly string[], library: Library, phrases: Phrases): Said {
  const { language, passages } = library
  const question = questions.at(-1) ?? ''
  const own = termsOf(question, language)
  const terms = termsInContext(questions, language)
  const found = isForeign(own, library) ? [] : library.search(terms)
  // An earlier question only helps to choose among what speaks of this one.
  const apt = found.filter(({ passage }) => library.speaksOf(passage, own))
  const hits = apt.length > 0 ? apt : found
  const sought = subjectOf(question, language) || phrases.whatWasAsked
  const size = new Set(passages.map(({ file }) => file)).size
  const begun = phrases.searching(size, sought, own.size < terms.size && questions.length > 1 && hits.length > 0)
  const best = hits[0]
  if (!best) return { reasoning: begun + phrases.foundNothing, text: noAnswer(library, phrases) }
  return {
    reasoning: begun + phrases.found(hits.length, placeOf(best.passage)),
    text: compose(hits, terms, library),
    sources: chosenOf(hits).map(({ passage }) => ({
      url: addressOf(passage),
      title: plainText(placeOf(passage)),
    })),
  }
}

/** The same, with the search shown as the tool that it is. */
function searchFor(query: string, libraries: Libraries, phrases: Phrases): Said {
  const said = fromDocuments([query], libraries, phrases)
  const library = homeOf(query, libraries)
  const found = library.search(termsOf(query, library.language)).slice(0, 5)
  const output = found.map(({ passage, score }) => ({
    place: plainText(placeOf(passage)),
    score: Math.round(score * 10) / 10,
  }))
  return { ...said, search: { name: 'search_docs', input: { query }, output } }
}

function withFiles(told: string, question: string, libraries: Libraries): Said {
  const phrases = phrasesFor(question)
  const reasoning = phrases.looking
  const { language } = homeOf(question, libraries)
  if (termsOf(question, language).size === 0) return { reasoning, text: told }
  const { text, sources } = fromDocuments([question], libraries, phrases)
  return { reasoning, text: sources ? `${told}\n\n${text}` : told, ...(sources && { sources }) }
}

/** Whether most of what is asked for never comes up in the documents. Then an answer would be a guess. */
function isForeign(own: Terms, library: Library): boolean {
  const asked = [...own].filter(([, weight]) => weight === 1)
  const known = asked.filter(([term]) => library.knows(term))
  return asked.length > 0 && known.length < asked.length / 2
}

/** A whole document: long enough to see how fast a page can read. */
function recite(name: string, { en, zh }: Libraries): string | undefined {
  const wanted = name.toLowerCase().replace(/\.md$/, '')
  const own = [...en.passages, ...zh.passages].filter(({ file }) => {
    const path = file.toLowerCase().replace(/\.md$/, '')
    return path === wanted || path.endsWith(`/${wanted}`)
  })
  if (own.length === 0) return undefined
  return own
    .map(({ trail, blocks }) => [`## ${trail.at(-1) ?? name}`, ...blocks.map(({ text }) => text)].join('\n\n'))
    .join('\n\n')
}

function noAnswer({ passages }: Library, { unknown, topics, noDocuments }: Phrases): string {
  const list = passages
    .filter(({ trail }) => trail.length === 2)
    .slice(0, 12)
    .map(({ trail, file }) => `- ${trail.at(-1)} (\`${file}\`)`)
    .join('\n')
  return `${unknown}\n\n${list ? `${topics}\n\n${list}` : noDocuments}`
}

export const isTrue = (body: unknown, name: string): boolean => isRecord(body) && body[name] === true
