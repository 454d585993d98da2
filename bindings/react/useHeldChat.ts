import { useEffect, useReducer } from 'react'
import type { Chat, ChatOptions } from 'holdline/chat'
import { ownChat } from '../shared/ownChat.js'
import { useMade } from './useMade.js'

/** A chat of one's own, that goes with the component, or one that was lent. */
export function useHeldChat(source: ChatOptions | Chat): Chat {
  const [, redraw] = useReducer((times: number) => times + 1, 0)
  const held = useMade(source, ['subscribe' in source ? source : source.id], hold)
  useEffect(() => {
    if (held.enter()) redraw()
    return held.leave
  }, [held])
  return held.chat
}

function hold(now: () => ChatOptions | Chat) {
  const source = now()
  if ('subscribe' in source) return { chat: source, enter: () => false, leave() {} }
  const options = now as () => ChatOptions
  let own = ownChat(options)
  let used = false
  let gone = false
  return {
    get chat() {
      return own.chat
    },
    /** Tells whether there is a new chat now: a part of the page that was put away has come back. */
    enter(): boolean {
      used = true
      const anew = gone
      gone = false
      if (anew) own = ownChat(again(own.chat))
      own.enter()
      return anew
    },
    leave(): void {
      used = false
      // StrictMode leaves and comes back at once.
      queueMicrotask(() => {
        if (used) return
        gone = true
        own.chat.dispose()
      })
    },
  }

  /** The same conversation. What is kept is more than the messages: an answer that was arriving goes on. */
  function again({ get }: Chat): () => ChatOptions {
    const { id, messages } = get()
    return () => ({ ...options(), id, ...(!options().persist && { messages }) })
  }
}
