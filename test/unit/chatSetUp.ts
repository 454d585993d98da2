import { createListeners, type Listeners } from '../../src/base/listeners.js'
import { type Chat, type ChatMessage, type ChatOptions, createChat, openAi } from '../../src/chat/index.js'
import type { Surrounding } from '../../src/index.js'
import {
  type ManualClock,
  manualClock,
  type ScriptedCall,
  type ScriptedTransport,
  scriptedTransport,
} from '../../src/testing/index.js'

export const chunk = (delta: object, finish: string | null = null): object => ({
  choices: [{ index: 0, delta, finish_reason: finish }],
})

export interface ChatSetUp {
  readonly clock: ManualClock
  readonly transport: ScriptedTransport
  readonly surroundings: Listeners<Surrounding>
  readonly chat: Chat
  readonly last: ScriptedTransport['last']
  /** The server says something on the line that is open now, with the next id of its run. */
  say(data: unknown): void
  /** A whole answer. */
  answer(text: string): Promise<void>
  texts(): string[]
  lastMessage(): ChatMessage
  posts(): ScriptedCall[]
}

/** A chat whose time, page and server are played by the test, and which shows everything at once. */
export function setUpChat(options: Partial<ChatOptions> = {}): ChatSetUp {
  const clock = manualClock(1_000_000)
  const transport = scriptedTransport()
  const surroundings = createListeners<Surrounding>()
  let next = 0
  const chat = createChat({
    transports: transport,
    protocol: openAi(),
    generateId: () => `id-${++next}`,
    publish: 'sync',
    ...options,
    env: { clock, random: () => 1, surroundings, ...options.env },
  })
  const ids = new Map<string, number>()
  const say = (data: unknown): void => {
    const call = transport.last()
    const { run = '' } = call.attempt.request?.query ?? {}
    const id = (ids.get(run) ?? 0) + 1
    ids.set(run, id)
    call.message(data, { id: String(id) })
  }
  return {
    clock,
    transport,
    surroundings,
    chat,
    say,
    last: transport.last,
    async answer(text) {
      say(chunk({ content: text }))
      say(chunk({}, 'stop'))
      say('[DONE]')
      await clock.pass(0)
    },
    texts: () =>
      chat.get().messages.map(({ parts }) => parts.map((part) => ('text' in part ? part.text : part.type)).join('|')),
    lastMessage: () => chat.get().messages.at(-1)!,
    posts: () => transport.calls.filter(({ attempt }) => attempt.request?.method === 'POST'),
  }
}
