import type { Conversations } from './conversations.js'
import { askedIn, type Turn } from './conversations.js'
import type { Counters } from './counters.js'
import { pieceOf } from './chunks.js'
import { openAi } from './formats/openAi.js'
import type { Format, Word } from './formats/format.js'
import { Refusal } from './http.js'
import type { Run, Runs, Source } from './runs.js'
import type { RunTool } from './tools.js'

/** What is to be answered. */
export interface Question {
  readonly run: string
  /** The conversation up to and including the question. */
  readonly history: readonly Turn[]
  /** The request's body, for whatever else it asks. */
  readonly body: Readonly<Record<string, unknown>>
  /** How fast the answer shall come, where that is ours to say. */
  readonly speed: string | undefined
}

/** Whoever answers: the embedded assistant, or a service behind the relay. */
export interface Answerer {
  readonly mode: 'embedded' | 'relay'
  readonly model: string
  answer(question: Question): Source
}

export interface Begin {
  readonly chat: string
  readonly run: string
  readonly body: Readonly<Record<string, unknown>>
  readonly speed?: string | undefined
  /** How the question was asked, and how the answer is written. @defaultValue as Chat Completions */
  readonly format?: Format | undefined
}

/** Where questions are taken in, whatever transport they came by. */
export interface Desk {
  find(chat: string, run: string): Run | Refusal
  findAnywhere(run: string): Run | Refusal
  newest(chat: string): Run | Refusal
  /** Begins the run, or finds it begun already. */
  begin(begin: Begin): Run | Refusal
  stop(chat: string, run: string): Run | Refusal
  /** Knows nothing of the chat's runs any more. */
  drop(chat: string): void
}

const MAX_ID = 200

/** An id out of a query or a frame. */
export function idOf(name: 'chat' | 'run', value: unknown): string | Refusal {
  if (typeof value === 'string' && value !== '' && value.length <= MAX_ID) return value
  return new Refusal(400, `bad_${name}`, `${name} must be a word of 1 to ${MAX_ID} characters, made by the client`)
}

export function createDesk(
  answerer: Answerer,
  runs: Runs,
  conversations: Conversations,
  counters: Counters,
  runTool: RunTool,
): Desk {
  /** Takes the question into the conversation, and the answer too while it is made. */
  function prepare({ chat, run, body: sent, speed, format = openAi }: Begin): Source | Refusal {
    const { messages, words = [], rest = oursIn(sent) } = format.read(sent)
    const outcomes = words.map((word) => [word, word.approved ? runTool(word.name, word.input) : undefined] as const)
    const told = outcomes.flatMap(([word, output]) => outcomeOf(word, output))
    const body: Begin['body'] = {
      ...rest,
      messages: told.length > 0 && Array.isArray(messages) ? [...messages, ...told] : messages,
    }
    const asked = askedIn(body)
    if (asked instanceof Refusal) return asked
    const writer = format.write({ chat, run, model: answerer.model, body: sent, asks: true })
    const { history, forgotten } = conversations.ask(chat, asked)
    for (const turn of forgotten) if (turn.running && turn.run !== undefined) runs.stop(chat, turn.run)
    const own = typeof body.speed === 'number' || typeof body.speed === 'string' ? String(body.speed) : undefined
    const source = answerer.answer({ run, history, body, speed: speed ?? own })
    return async (write, signal) => {
      const answer = conversations.answer(chat, run)
      try {
        for (const { data, event } of writer.words(outcomes)) write(data, event)
        const reason = await source((line) => {
          const taken = writer.take(line).every(({ data, event }) => write(data, event))
          if (taken) answer.text += pieceOf(line).text
          return taken
        }, signal)
        for (const { data, event } of writer.end(reason)) write(data, event)
        return reason
      } finally {
        conversations.settle(chat, answer)
      }
    }
  }

  return {
    find: runs.find,
    findAnywhere: runs.findAnywhere,
    newest: runs.newest,
    begin(begin) {
      const begun = runs.begin(begin.chat, begin.run, () => prepare(begin))
      if (begun instanceof Refusal) return begun
      if (begun.fresh) counters.count(begin.chat, 'runs')
      return begun.run
    },
    stop: runs.stop,
    drop: runs.drop,
  }
}

/** What the page says to us; what it says in the words of another format would only confuse a model's service. */
const oursIn = ({ message_id, whole, speed, page_tools }: Begin['body']): Begin['body'] => ({
  message_id,
  whole,
  speed,
  page_tools,
})

/** A call that the user was asked about, and what has become of it, as a model is told. */
const outcomeOf = ({ toolCallId, name, input, approved, reason }: Word, output: unknown): object[] => [
  {
    role: 'assistant',
    content: null,
    tool_calls: [{ id: toolCallId, type: 'function', function: { name, arguments: JSON.stringify(input) } }],
  },
  {
    role: 'tool',
    tool_call_id: toolCallId,
    content: approved ? JSON.stringify(output) : (reason ?? 'The user refused the call'),
    failed: !approved,
  },
]
