import type { Conversations } from './conversations.js'
import { askedIn, type Turn } from './conversations.js'
import type { Counters } from './counters.js'
import { pieceOf } from './chunks.js'
import { Refusal } from './http.js'
import type { Run, Runs, Source } from './runs.js'

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
}

/** Where questions are taken in, whatever transport they came by. */
export interface Desk {
  find(chat: string, run: string): Run | Refusal
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

export function createDesk(answerer: Answerer, runs: Runs, conversations: Conversations, counters: Counters): Desk {
  /** Takes the question into the conversation, and the answer too while it is made. */
  function prepare({ chat, run, body, speed }: Begin): Source | Refusal {
    const asked = askedIn(body)
    if (asked instanceof Refusal) return asked
    const { history, forgotten } = conversations.ask(chat, asked)
    for (const turn of forgotten) if (turn.running && turn.run !== undefined) runs.stop(chat, turn.run)
    const own = typeof body.speed === 'number' || typeof body.speed === 'string' ? String(body.speed) : undefined
    const source = answerer.answer({ run, history, body, speed: speed ?? own })
    return async (write, signal) => {
      const answer = conversations.answer(chat, run)
      try {
        return await source((data) => {
          const taken = write(data)
          if (taken) answer.text += pieceOf(data).text
          return taken
        }, signal)
      } finally {
        conversations.settle(chat, answer)
      }
    }
  }

  return {
    find: runs.find,
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
