import { setImmediate as turn, setTimeout as sleep } from 'node:timers/promises'
import { createChunks, DONE } from './chunks.js'
import { compose, placeOf } from './compose.js'
import type { Answerer, Question } from './desk.js'
import { type Library, openLibrary } from './library.js'
import type { Source } from './runs.js'
import { smallTalk } from './smallTalk.js'
import { keywordsOf, type Terms, termsInContext, termsOf } from './terms.js'

/** Tokens per second. */
const SPEEDS: Readonly<Record<string, number>> = { slow: 10, normal: 33, fast: 200 }
const MAX_SPEED = 100_000

/** What the assistant says, and what it thought before. */
interface Said {
  readonly reasoning: string
  readonly text: string
}

/** The assistant that is always there: it answers questions about holdline from the project's own documents. */
export function createAssistant(root: string, model: string = 'holdline-docs'): Answerer {
  let library: Promise<Library> | undefined
  return {
    mode: 'embedded',
    model,
    answer(question): Source {
      return async (write, signal) => {
        library ??= openLibrary(root)
        try {
          return await speak(think(await library, question), question, model, write, signal)
        } catch (error) {
          // What could not be read may be readable the next time.
          library = undefined
          throw error
        }
      }
    },
  }
}

function think(library: Library, { history }: Question): Said {
  const questions = history.filter(({ role }) => role === 'user').map(({ text }) => text)
  const question = questions.at(-1) ?? ''
  const talk = smallTalk(question, questions.slice(0, -1), library)
  if (talk !== undefined) return { reasoning: 'No need to search for this.', text: talk }

  const own = termsOf(question)
  const terms = termsInContext(questions)
  const hits = isForeign(own, library) ? [] : library.search(terms)
  const sought = keywordsOf(question).join(', ') || 'what was asked before'
  const size = new Set(library.passages.map(({ file }) => file)).size
  const files = size === 1 ? 'one document' : `${size} documents`
  const best = hits[0]
  if (!best) return { reasoning: `Searching ${files} for ${sought} … found nothing.`, text: noAnswer(library) }
  const context = own.size < terms.size && questions.length > 1 ? ', with the earlier questions in mind' : ''
  const count = hits.length === 1 ? 'one passage' : `${hits.length} passages`
  return {
    reasoning: `Searching ${files} for ${sought}${context} … found ${count}; the best is ${placeOf(best.passage)}.`,
    text: compose(hits, terms, library),
  }
}

/** Whether most of what is asked for never comes up in the documents. Then an answer would be a guess. */
function isForeign(own: Terms, library: Library): boolean {
  const asked = [...own].filter(([, weight]) => weight === 1)
  const known = asked.filter(([term]) => library.knows(term))
  return asked.length > 0 && known.length < asked.length / 2
}

function noAnswer(library: Library): string {
  const topics = library.passages.filter(({ trail }) => trail.length === 2).slice(0, 12)
  const list = topics.map((passage) => `- ${passage.trail.at(-1)} (\`${passage.file}\`)`).join('\n')
  return (
    'The documents of this project say nothing about that, and I know nothing but them. ' +
    (list ? `Here is what I can answer questions about:\n\n${list}` : 'In fact there are no documents here yet.')
  )
}

/** Pieces of words, about as long as a model's tokens; together they are the text again. */
export const tokensOf = (text: string): string[] => text.match(/\s*[^\s]{1,6}|\s+/gu) ?? []

async function speak(
  { reasoning, text }: Said,
  { run, history, speed }: Question,
  model: string,
  write: (data: string) => boolean,
  signal: AbortSignal,
): ReturnType<Source> {
  const chunks = createChunks(run, model)
  const perSecond = Math.min(MAX_SPEED, SPEEDS[speed ?? 'normal'] ?? (Number(speed) > 0 ? Number(speed) : 33))
  const thought = tokensOf(reasoning)
  const spoken = tokensOf(text)
  const lines = [
    chunks.delta({ role: 'assistant', content: '' }),
    // Thinking goes by more quickly.
    ...pairs(thought).map((token) => chunks.delta({ reasoning_content: token })),
    ...spoken.map((token) => chunks.delta({ content: token })),
    chunks.finish('stop'),
    chunks.usage(history.flatMap((turn) => tokensOf(turn.text)).length, thought.length + spoken.length, thought.length),
    DONE,
  ]
  const since = performance.now()
  for (const [index, line] of lines.entries()) {
    // By the clock and not by a pause for each: timers are late, and the lateness would add up.
    const early = since + (index / perSecond) * 1000 - performance.now()
    try {
      if (early > 1) await sleep(early, undefined, { signal })
      else if (index % 50 === 0) await turn(undefined, { signal })
    } catch {
      // The sleep throws for one reason only: it was told to.
      return 'stopped'
    }
    if (!write(line)) return 'truncated'
  }
  return 'complete'
}

const pairs = (tokens: readonly string[]): string[] =>
  tokens.flatMap((token, index) => (index % 2 === 0 ? [token + (tokens[index + 1] ?? '')] : []))
