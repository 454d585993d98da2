import { randomUUID } from 'node:crypto'
import { isRecord, Refusal } from './http.js'

/** One message of a conversation as the server remembers it. */
export interface Turn {
  readonly id: string
  readonly role: string
  text: string
  /** The message as the client sent it; handed on to a model as it is. */
  readonly raw?: Readonly<Record<string, unknown>>
  /** The run that made this answer. */
  readonly run?: string
  /** Whether the answer is still being made. */
  running?: boolean
}

/** What was asked, as it stands in the body of a Chat Completions request. */
export interface Asked {
  readonly messages: readonly Readonly<Record<string, unknown>>[]
  /** Id of the question. One that is known means: answer it again. */
  readonly messageId?: string | undefined
  /** Whether the messages are all there is; otherwise a single one goes on with what is remembered. */
  readonly whole?: boolean | undefined
}

export interface ConversationLimits {
  readonly maxChats?: number | undefined
  readonly maxTurns?: number | undefined
  /** How many characters of one conversation are remembered. */
  readonly maxChars?: number | undefined
}

export interface Conversations {
  /** Adds the question. Returns the conversation up to it, and what it has made obsolete. */
  ask(chat: string, asked: Asked): { readonly history: readonly Turn[]; readonly forgotten: readonly Turn[] }
  /** Opens the answer to what was asked last: whoever makes it writes its text. */
  answer(chat: string, run: string): Turn
  /** Closes the answer. One without a word is forgotten. */
  settle(chat: string, answer: Turn): void
  /** What a page shows again after a reload. */
  get(chat: string): readonly Turn[]
}

/** The question in a request; a refusal that says what is missing. */
export function askedIn(body: Readonly<Record<string, unknown>>): Asked | Refusal {
  const { messages, message_id: messageId, whole } = body
  if (!Array.isArray(messages) || messages.length === 0 || !messages.every((message) => isRecord(message))) {
    return new Refusal(400, 'no_messages', 'messages must be a list such as [{"role":"user","content":"Hello"}]')
  }
  const last = messages.at(-1)
  if (!messages.every(({ role }) => typeof role === 'string') || (last?.role !== 'user' && last?.role !== 'tool')) {
    return new Refusal(400, 'no_question', "Each message needs a role, and the last one must be the user's")
  }
  if (last.role === 'user' && textIn(last.content).trim() === '' && !Array.isArray(last.content)) {
    return new Refusal(400, 'no_question', 'The last message has no content; put the question there as a string')
  }
  const named = typeof messageId === 'string' && messageId !== '' ? messageId : undefined
  return { messages, messageId: named, whole: whole === true }
}

/** The text of a message's content, which may be a string or a list of parts. */
export function textIn(content: unknown): string {
  if (typeof content === 'string') return content
  if (!Array.isArray(content)) return ''
  return content.map((part) => (isRecord(part) && typeof part.text === 'string' ? part.text : '')).join('')
}

const isSystem = (role: unknown): boolean => role === 'system' || role === 'developer'

/** The memory of every chat, so that a follow-up question knows the first. The chat that was quiet longest goes first. */
export function createConversations(limits: ConversationLimits = {}): Conversations {
  const { maxChats = 500, maxTurns = 200, maxChars = 500_000 } = limits
  const chats = new Map<string, Turn[]>()

  function keep(chat: string, turns: Turn[]): void {
    const sizes = turns.map(({ raw, text }) => (raw ? JSON.stringify(raw).length : text.length))
    let chars = sizes.reduce((sum, size) => sum + size, 0)
    let drop = 0
    // What was said long ago goes first, but never the question itself.
    while (drop < turns.length - 1 && (turns.length - drop > maxTurns || chars > maxChars)) chars -= sizes[drop++] ?? 0
    turns.splice(0, drop)
    chats.delete(chat)
    chats.set(chat, turns)
    for (const oldest of chats.keys()) {
      if (chats.size <= maxChats) return
      chats.delete(oldest)
    }
  }

  return {
    ask(chat, { messages, messageId, whole }) {
      const known = chats.get(chat) ?? []
      const spoken = messages.filter(({ role }) => !isSystem(role))
      const turnOf = (raw: Readonly<Record<string, unknown>>, id: string = randomUUID()): Turn => ({
        id,
        role: String(raw.role),
        text: textIn(raw.content),
        raw,
      })
      const question = turnOf(spoken.at(-1) ?? {}, messageId)
      const system = messages.filter(({ role }) => isSystem(role)).map((raw) => turnOf(raw))
      const said = known.filter(({ role }) => !isSystem(role))

      let before: Turn[]
      if (whole || spoken.length > 1) {
        // The client tells the whole conversation: its word counts, but turns that are the same keep their ids.
        before = spoken.slice(0, -1).map((raw, index) => {
          const turn = turnOf(raw)
          const old = said[index]
          return old?.role === turn.role && old.text === turn.text ? old : turn
        })
      } else {
        const again = messageId === undefined ? -1 : said.findIndex(({ id }) => id === messageId)
        before = again < 0 ? said : said.slice(0, again)
      }
      const instructions = system.length > 0 ? system : known.filter(({ role }) => isSystem(role))
      const turns = [...instructions, ...before, question]
      keep(chat, turns)
      return { history: [...turns], forgotten: said.filter((turn) => !turns.includes(turn)) }
    },
    answer(chat, run) {
      const turn: Turn = { id: run, role: 'assistant', text: '', run, running: true }
      keep(chat, [...(chats.get(chat) ?? []), turn])
      return turn
    },
    settle(chat, answer) {
      answer.running = false
      const turns = chats.get(chat)
      if (turns?.includes(answer)) keep(chat, answer.text === '' ? turns.filter((turn) => turn !== answer) : turns)
    },
    get: (chat) => (chats.get(chat) ?? []).filter(({ role }) => role === 'user' || role === 'assistant'),
  }
}
