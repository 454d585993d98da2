import { inject } from 'vitest'

/** What the test server has seen of one room or chat. */
interface Seen {
  readonly opened: number
  readonly live: number
  readonly posts: number
  readonly body: unknown
}

const origin = (): string => inject('origin')
let rooms = 0

/** A room that nobody else is in. */
export function newRoom() {
  const name = `room-${performance.timeOrigin}-${rooms++}`
  return {
    name,
    url: (path: string, more = ''): string => `${origin()}${path}?room=${name}${more}`,
    say: (text: string) => fetch(`${origin()}/say?room=${name}`, { method: 'POST', body: text }),
    cut: () => fetch(`${origin()}/cut?room=${name}`),
    seen: async (): Promise<Seen> => (await fetch(`${origin()}/seen?room=${name}`)).json(),
  }
}

/** Where chats are held; `name` becomes the chat's id. */
export const chatUrl = (): string => `${origin()}/chat`
