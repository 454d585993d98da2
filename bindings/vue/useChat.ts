import {
  computed,
  type ComputedRef,
  getCurrentScope,
  type MaybeRefOrGetter,
  onScopeDispose,
  shallowRef,
  toValue,
  watch,
} from 'vue'
import { type Chat, type ChatMessage, type ChatOptions, type ChatSnapshot, createChat } from 'holdline/chat'
import { current } from '../shared/current.js'
import { type ChatMethods, methodsOf } from '../shared/methods.js'
import { row } from '../shared/row.js'
import { useReadable } from './useReadable.js'

/** What {@link useChat} returns: the snapshot's fields as refs. Its functions speak to the chat of the moment. */
export interface UsedChat extends ChatMethods {
  /** For {@link useMessage}. */
  readonly chat: Readonly<ComputedRef<Chat>>
  readonly id: ComputedRef<ChatSnapshot['id']>
  readonly messages: ComputedRef<ChatSnapshot['messages']>
  readonly status: ComputedRef<ChatSnapshot['status']>
  readonly connection: ComputedRef<ChatSnapshot['connection']>
  readonly error: ComputedRef<ChatSnapshot['error']>
  readonly stalled: ComputedRef<ChatSnapshot['stalled']>
  readonly queued: ComputedRef<ChatSnapshot['queued']>
}

/**
 * A conversation with a server that streams its answers. Renders once per frame while an answer arrives.
 *
 * With a ref or a getter, the options of the moment count for the next answer. Another `id` is another conversation;
 * the old one hangs up. A chat that is passed in is shared, and goes on when the component is gone; one made of options
 * is disposed of with the scope. An answer goes on arriving while `KeepAlive` has put the component away.
 *
 * @example
 * const { messages, status, sendMessage, stop } = useChat({ transports: sse('/api/chat'), protocol: openAi() })
 */
export function useChat(source: MaybeRefOrGetter<ChatOptions | Chat>): UsedChat {
  let latest = toValue(source)
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
      chat.value = held.chat
    },
  )
  if (getCurrentScope()) onScopeDispose(() => held.leave())

  const snapshot = useReadable(chat)
  const field = <K extends keyof ChatSnapshot>(key: K): ComputedRef<ChatSnapshot[K]> =>
    computed(() => snapshot.value[key])
  return {
    chat: computed(() => chat.value),
    id: field('id'),
    messages: field('messages'),
    status: field('status'),
    connection: field('connection'),
    error: field('error'),
    stalled: field('stalled'),
    queued: field('queued'),
    ...methodsOf(() => held.chat),
  }

  /** A chat of one's own, or one that was lent. */
  function hold(): { readonly chat: Chat; leave(): void } {
    if ('subscribe' in latest) return { chat: latest, leave() {} }
    let mine = latest
    const own = createChat(current(() => (identityOf(latest) === mine.id ? (mine = latest as ChatOptions) : mine)))
    return { chat: own, leave: own.dispose }
  }
}

/**
 * One message of a chat, for a row that renders alone: as long as its own message stays what it is, it does not.
 *
 * @example
 * const message = useMessage(() => props.chat, () => props.id)
 */
export function useMessage(
  chat: MaybeRefOrGetter<Chat>,
  messageId: MaybeRefOrGetter<string>,
): ComputedRef<ChatMessage | undefined> {
  return useReadable(computed(() => row(toValue(chat), toValue(messageId))))
}

const identityOf = (source: ChatOptions | Chat): unknown => ('subscribe' in source ? source : source.id)
