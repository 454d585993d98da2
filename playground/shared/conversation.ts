import { type ChatMessage, type ChatOptions, openAi } from 'holdline/chat'
import { type Choice, chatTransports } from './transports'

const KEY = 'holdline.chat'

/** Whoever knows a conversation's id can read it, so it must not be guessed. */
const newId = (): string =>
  Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, '0')).join('')

/** What is known of a conversation before its chat is there. */
export interface Talk {
  readonly id: string
  /** Undefined until the server has been asked. */
  readonly messages: readonly ChatMessage[] | undefined
  /** The run whose answer was still being made. */
  readonly running?: string | undefined
}

/** This tab's conversation: the same after a reload, and in the other framework. */
export function thisTalk(): Talk {
  const id = sessionStorage.getItem(KEY)
  return id ? { id, messages: undefined } : newTalk()
}

export function newTalk(): Talk {
  const id = newId()
  sessionStorage.setItem(KEY, id)
  return { id, messages: [] }
}

interface Turn {
  readonly id: string
  readonly role: 'user' | 'assistant'
  readonly text: string
  readonly run?: string
  readonly running?: boolean
}

/** Reads the conversation as the server remembers it. */
export async function restore(id: string, signal: AbortSignal): Promise<Talk> {
  const response = await fetch(`/api/conversations/${id}`, { signal })
  if (response.status === 404) return { id, messages: [] }
  if (!response.ok) throw new Error(`The server answered with HTTP status ${response.status}`)
  const { messages } = (await response.json()) as { readonly messages: readonly Turn[] }
  return {
    id,
    messages: messages.map(({ id: messageId, role, text }) => ({
      id: messageId,
      role,
      parts: [{ type: 'text', text }],
    })),
    running: messages.find(({ running }) => running)?.run,
  }
}

/** Follows an answer that was being made when the page was opened, until it is there. */
export async function catchUp(id: string, signal: AbortSignal, show: (talk: Talk) => void): Promise<void> {
  for (;;) {
    await new Promise((settle) => setTimeout(settle, 400))
    if (signal.aborted) return
    const talk = await restore(id, signal)
    show(talk)
    if (talk.running === undefined) return
  }
}

export async function stopRun(id: string, run: string): Promise<void> {
  await fetch(`/api/chat?${new URLSearchParams({ chat: id, run })}`, { method: 'DELETE' })
}

const lastQuestion = (messages: readonly ChatMessage[]): ChatMessage | undefined =>
  [...messages].reverse().find(({ role }) => role === 'user')

/** What both frameworks hand to `useChat`. */
export const chatOptions = ({ id, messages }: Talk, choice: Choice): ChatOptions => ({
  id,
  messages,
  transports: chatTransports(choice),
  // The server remembers the conversation; a question is all it needs.
  protocol: openAi({ send: 'last' }),
  body: ({ chatId, messages: asked }) => ({
    chat_id: chatId,
    message_id: lastQuestion(asked)?.id,
    // `?speed=slow` leaves more time for trouble.
    speed: new URLSearchParams(location.search).get('speed') ?? undefined,
  }),
  // Somebody sits there and waits, so half a minute between two tries is too long.
  backoff: { firstMs: 500, maxMs: 5_000 },
})

/** The troubles of real networks, at the press of a button. */
export async function makeTrouble(kind: `cut?${string}` | `refuse?${string}`): Promise<void> {
  const response = await fetch(`/api/faults/${kind}`, { method: 'POST' })
  if (!response.ok) throw new Error(`The server answered with HTTP status ${response.status}`)
  const { cut } = (await response.json()) as { readonly cut?: number }
  if (cut === 0) throw new Error('There was nothing to cut at that moment: a poll comes and goes. Try again')
}
