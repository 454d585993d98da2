import { setImmediate as turn, setTimeout as sleep } from 'node:timers/promises'
import { isTrue, type Said, think } from './answers.js'
import { type CallPiece, createChunks, type Delta, DONE } from './chunks.js'
import type { Answerer, Question } from './desk.js'
import { openLibraries } from './library.js'
import type { Source } from './runs.js'

/** Tokens per second. */
const SPEEDS: Readonly<Record<string, number>> = { slow: 10, normal: 33, fast: 200, flood: 5_000 }
const MAX_SPEED = 100_000
/** A slow model also falls silent now and then: after so many tokens, for so long. */
const STALL = { every: 60, ms: 6_000 } as const

/** The assistant that is always there: it answers questions about holdline from the project's own documents. */
export function createAssistant(root: string, model: string = 'holdline-docs'): Answerer {
  let libraries: ReturnType<typeof openLibraries> | undefined
  return {
    mode: 'embedded',
    model,
    answer(question): Source {
      return async (write, signal) => {
        libraries ??= openLibraries(root)
        try {
          const said = think(await libraries, question.history, isTrue(question.body, 'page_tools'))
          return await speak(said, question, model, write, signal)
        } catch (error) {
          // What could not be read may be readable the next time.
          libraries = undefined
          throw error
        }
      }
    },
  }
}

/** Pieces of words, about as long as a model's tokens; together they are the text again. */
export const tokensOf = (text: string): string[] => text.match(/\s*[^\s]{1,6}|\s+/gu) ?? []

async function speak(
  said: Said,
  { run, history, speed = 'normal' }: Question,
  model: string,
  write: (data: string) => boolean,
  signal: AbortSignal,
): ReturnType<Source> {
  const chunks = createChunks(run, model)
  const perSecond = Math.min(MAX_SPEED, SPEEDS[speed] ?? (Number(speed) > 0 ? Number(speed) : 33))
  const thought = tokensOf(said.reasoning)
  const spoken = tokensOf(said.text)
  const lines = [
    chunks.delta({ role: 'assistant', content: '' }),
    ...deltasOf(said, run, thought, spoken).map(chunks.delta),
    chunks.finish(said.call ? 'tool_calls' : 'stop'),
    chunks.usage(history.flatMap((turn) => tokensOf(turn.text)).length, thought.length + spoken.length, thought.length),
    DONE,
  ]
  const since = performance.now()
  for (const [index, line] of lines.entries()) {
    const stalled = speed === 'slow' ? Math.floor(index / STALL.every) * STALL.ms : 0
    // By the clock and not by a pause for each: timers are late, and the lateness would add up.
    const early = since + stalled + (index / perSecond) * 1000 - performance.now()
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

function deltasOf(
  { search, sources = [], call }: Said,
  run: string,
  thought: readonly string[],
  spoken: readonly string[],
): Delta[] {
  const id = (name: string): string => `${name}-${run.slice(0, 12)}`
  const asking = (name: string, input: object, index: number, own?: boolean): Delta[] => {
    const piece = (rest: CallPiece): Delta => ({ tool_calls: [{ ...rest, ...(own && { own }) }] })
    return [
      piece({ index, id: id(name), type: 'function', function: { name, arguments: '' } }),
      ...tokensOf(JSON.stringify(input)).map((token) => piece({ index, function: { arguments: token } })),
    ]
  }
  return [
    // Thinking goes by more quickly.
    ...pairs(thought).map((token) => ({ reasoning_content: token })),
    ...(search ? asking(search.name, search.input, 0, true) : []),
    ...(search ? [{ tool_results: [{ id: id(search.name), output: search.output }] }] : []),
    ...spoken.map((token) => ({ content: token })),
    ...(sources.length > 0
      ? [{ annotations: sources.map((place) => ({ type: 'url_citation', url_citation: place }) as const) }]
      : []),
    ...(call ? asking(call.name, call.input, 0) : []),
  ]
}

const pairs = (tokens: readonly string[]): string[] =>
  tokens.flatMap((token, index) => (index % 2 === 0 ? [token + (tokens[index + 1] ?? '')] : []))
