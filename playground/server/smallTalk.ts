import type { Library } from './library.js'
import { type Phrases, phrasesFor } from './phrases.js'
import { termsOf } from './terms.js'

const GREETING =
  /^\s*(hi|hello|hey|hiya|howdy|moin|hallo|servus|bonjour|hola|ciao|good (morning|afternoon|evening|day)|你好|您好)(?!\p{L})/iu
const THANKS = /^\s*(thanks?|thank you|thx|cheers|great|perfect|cool|danke|merci|谢谢|多谢)(?!\p{L})/iu
const HELP =
  /^\s*(help|\?+|what can (you|i) (do|ask|answer)|who are you|what are you|how do you work|你是谁|帮助|你(能|会|可以)(做|回答|干)什么)/iu
const MEMORY =
  /\b(what|which)\b.*\b(did i|have i|my|was my|were my)\b.*\b(ask|asked|question|questions)\b|我.*问(过|了).*什么/i
const OURSELVES =
  /^\s*(so,? )?(what('s| is| does)|tell me about|explain|introduce|why)\b.*\bholdline\b|holdline\s*是(什么|啥)|介绍.*holdline/i

const listOf = (items: readonly string[]): string => items.map((item) => `- ${item}`).join('\n')

/** An answer that needs no search; undefined where one does. `before` are the questions that came earlier. */
export function smallTalk(question: string, before: readonly string[], library: Library): string | undefined {
  const phrases = phrasesFor(question)
  const examples = `\n\n${listOf(phrases.examples)}`
  // A greeting may stand before a real question, and that is what wants an answer.
  const about = termsOf(question, library.language).size
  if (MEMORY.test(question)) return recall(before, phrases)
  if (HELP.test(question) && about <= 1) {
    const files = [...new Set(library.passages.map(({ file }) => `\`${file}\``))].join(', ')
    return `${phrases.help(files)}\n\n${phrases.tryThese}${examples}\n\n${phrases.realModel}`
  }
  if (GREETING.test(question) && about <= 2 && question.length < 40) return phrases.hello + examples
  if (THANKS.test(question) && about <= 1) return phrases.welcome
  if (OURSELVES.test(question) && about === 0) return introduce(library, phrases)
  return undefined
}

function recall(before: readonly string[], { nothingAsked, asked }: Phrases): string {
  if (before.length === 0) return nothingAsked
  const list = before.map((question, index) => `${index + 1}. ${question.replace(/\s+/g, ' ')}`).join('\n')
  return `${asked}\n\n${list}`
}

/** The first words of the first document: that is where a project says what it is. */
function introduce({ passages }: Library, { goesOn }: Phrases): string | undefined {
  const first = passages[0]
  if (!first) return undefined
  const words = first.blocks.filter(({ kind }) => kind === 'text').slice(0, 3)
  const sections = passages.filter(({ file, trail }) => file === first.file && trail.length === 2).slice(0, 8)
  const list = listOf(sections.map(({ trail }) => trail.at(-1) ?? ''))
  return [...words.map(({ text }) => text), ...(list ? [`${goesOn(first.file)}\n\n${list}`] : [])].join('\n\n')
}
