import type { Library } from './library.js'
import { termsOf } from './terms.js'

const GREETING =
  /^\s*(hi|hello|hey|hiya|howdy|moin|hallo|servus|bonjour|hola|ciao|good (morning|afternoon|evening|day)|你好|您好)(?!\p{L})/iu
const THANKS = /^\s*(thanks?|thank you|thx|cheers|great|perfect|cool|danke|merci|谢谢)(?!\p{L})/iu
const HELP = /^\s*(help|\?+|what can (you|i) (do|ask|answer)|who are you|what are you|how do you work|你是谁)/iu
const MEMORY = /\b(what|which)\b.*\b(did i|have i|my|was my|were my)\b.*\b(ask|asked|question|questions)\b/i
const OURSELVES = /^\s*(so,? )?(what('s| is| does)|tell me about|explain|introduce|why)\b.*\bholdline\b/i

/** The examples are questions that the documents do answer. */
const EXAMPLES = [
  'How does a client resume after the line was cut?',
  'What does a chat run look like over WebSocket?',
  'How often must a server send a heartbeat?',
  'What happens when the server no longer knows the cursor?',
]

const examples = EXAMPLES.map((question) => `- ${question}`).join('\n')

/** An answer that needs no search; undefined where one does. `before` are the questions that came earlier. */
export function smallTalk(question: string, before: readonly string[], library: Library): string | undefined {
  // A greeting may stand before a real question, and that is what wants an answer.
  const about = termsOf(question).size
  if (MEMORY.test(question)) return recall(before)
  if (HELP.test(question) && about <= 1) return help(library)
  if (GREETING.test(question) && about <= 2 && question.length < 40) {
    return `Hello! I answer questions about holdline from the project's own documents. Try one of these:\n\n${examples}`
  }
  if (THANKS.test(question) && about <= 1) return 'You are welcome. Ask on whenever you like.'
  if (OURSELVES.test(question) && about === 0) return introduce(library)
  return undefined
}

function recall(before: readonly string[]): string {
  if (before.length === 0) return 'This is the first thing that you have asked me.'
  const list = before.map((question, index) => `${index + 1}. ${question.replace(/\s+/g, ' ')}`).join('\n')
  return `In this conversation you have asked:\n\n${list}`
}

function help({ passages }: Library): string {
  const files = [...new Set(passages.map(({ file }) => `\`${file}\``))].join(', ')
  return (
    `I am a small assistant without a model behind me: I search ${files || 'the documents'} for what you ask, and show ` +
    `you the passages that answer it. A follow-up question such as “and over WebSocket?” knows what you asked ` +
    `before.\n\nTry one of these:\n\n${examples}\n\nWith \`OPENAI_BASE_URL\` set, a real model answers instead.`
  )
}

/** The first words of the first document: that is where a project says what it is. */
function introduce({ passages }: Library): string | undefined {
  const first = passages[0]
  if (!first) return undefined
  const words = first.blocks.filter(({ kind }) => kind === 'text').slice(0, 3)
  const sections = passages.filter(({ file, trail }) => file === first.file && trail.length === 2).slice(0, 8)
  const list = sections.map(({ trail }) => `- ${trail.at(-1)}`).join('\n')
  return [...words.map(({ text }) => text), ...(list ? [`\`${first.file}\` goes on with:\n\n${list}`] : [])].join(
    '\n\n',
  )
}
