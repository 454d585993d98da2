import {
  getCurrentInstance,
  getCurrentScope,
  type MaybeRefOrGetter,
  onMounted,
  onScopeDispose,
  type ShallowRef,
  shallowRef,
  toValue,
  watch,
} from 'vue'
import type { Chat, ChatOptions } from 'holdline/chat'
import { ownChat } from '../shared/ownChat.js'

/** The chat of the moment: to be shown, and to be spoken to by what must not depend on it. */
export interface HeldChat {
  readonly chat: Readonly<ShallowRef<Chat>>
  readonly now: () => Chat
}

/** A chat of one's own, that goes with the scope, or one that was lent. */
export function useHeldChat(source: MaybeRefOrGetter<ChatOptions | Chat>): HeldChat {
  let latest = toValue(source)
  let entered = false
  let held = hold()
  const chat = shallowRef(held.chat)
  // At once, so that what is said is said with the options of the moment.
  watch(
    () => toValue(source),
    (next) => {
      latest = next
    },
    { flush: 'sync' },
  )
  // Not at once: an id and what belongs to it are often set one after the other.
  watch(
    () => identityOf(toValue(source)),
    () => {
      held.leave()
      held = hold()
      if (entered) held.enter()
      chat.value = held.chat
    },
  )
  // A server runs setup but never mounts.
  if (getCurrentInstance()) onMounted(enter)
  else enter()
  if (getCurrentScope()) onScopeDispose(() => held.leave())
  return { chat, now: () => held.chat }

  function enter(): void {
    entered = true
    held.enter()
  }

  function hold(): { readonly chat: Chat; enter(): void; leave(): void } {
    if ('subscribe' in latest) return { chat: latest, enter() {}, leave() {} }
    let mine = latest
    const own = ownChat(() => (identityOf(latest) === mine.id ? (mine = latest as ChatOptions) : mine))
    return { ...own, leave: own.chat.dispose }
  }
}

const identityOf = (source: ChatOptions | Chat): unknown => ('subscribe' in source ? source : source.id)
