import { type Chat, type ChatOptions, type ChatStore, createChat } from 'holdline/chat'
import { current } from './current.js'

/** A chat that belongs to a component. */
export interface OwnChat {
  readonly chat: Chat
  /** The component is on the page: from now on the chat may reach out. */
  enter(): void
}

/**
 * Makes a chat of options that may change. A component that is only rendered, on a server or in a render that is thrown
 * away, takes up nothing that is kept; and what a page hydrates looks as the server has left it.
 */
export function ownChat(now: () => ChatOptions): OwnChat {
  const { persist } = now()
  let enter = (): void => {}
  const entered = new Promise<void>((resolve) => {
    enter = resolve
  })
  const store: ChatStore | undefined = persist && {
    async load(id) {
      await entered
      return persist.load(id)
    },
    save: (id, record) => persist.save(id, record),
  }
  return { chat: createChat(current(() => ({ ...now(), persist: store }))), enter: () => enter() }
}
