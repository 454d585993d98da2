import { type ChatMessage, type ChatOptions, openAi } from 'holdline/chat'
import { store } from './talks'
import { type Choice, chatTransports } from './transports'

const lastQuestion = (messages: readonly ChatMessage[]): ChatMessage | undefined =>
  messages.findLast(({ role }) => role === 'user')

const wish = (name: string): string | undefined => new URLSearchParams(location.search).get(name) ?? undefined

/** What both frameworks hand to `useChat`. */
export const chatOptions = (id: string, choice: Choice): ChatOptions => ({
  id,
  transports: chatTransports(choice, id),
  protocol: openAi(),
  // The page knows the conversation with all its branches; the server is told the one that is shown.
  body: ({ chatId, messages }) => ({
    chat_id: chatId,
    message_id: lastQuestion(messages)?.id,
    whole: true,
    // `?speed=slow` leaves more time for trouble.
    speed: wish('speed'),
  }),
  persist: store,
  whileBusy: 'queue',
  // `?stall=2000` is less patient with a model that says nothing.
  stallAfterMs: Number(wish('stall') ?? 10_000),
  // Somebody sits there and waits, so half a minute between two tries is too long.
  backoff: { firstMs: 500, maxMs: 5_000 },
})

/** Where to go on writing, once a question was edited. */
export const focusComposer = (): void => document.querySelector<HTMLTextAreaElement>('.composer textarea')?.focus()
