import type { ChatMessage } from './message.js'

/** The versions of one message: what it was before it was edited, or the answers that were made in its place. */
export interface Branches {
  /** The ids of all versions, oldest first. */
  readonly ids: readonly string[]
  /** Which of them is shown, counted from 0. */
  readonly index: number
}

/** A conversation as a tree: every message knows what it came after, and one path through all is shown. */
export interface Conversation {
  /** What is shown: the same list until it changes. */
  readonly messages: readonly ChatMessage[]
  find(id: string): ChatMessage | undefined
  /** What is shown, up to and with this message; nothing for the beginning. */
  upTo(id: string | undefined): readonly ChatMessage[]
  /** Adds a message behind another one, or at the beginning, and shows it. One that is there is replaced. */
  put(message: ChatMessage, after: string | undefined): void
  /** Shows no more than up to this message. What came after it is kept as a branch. */
  cut(after: string | undefined): void
  branches(id: string): Branches
  /** Shows this version, and what came after it when it was shown last. */
  select(id: string): void
  /** Another conversation altogether. */
  reset(messages: readonly ChatMessage[]): void
  /** The whole tree, to be kept; with an answer that is still arriving behind a message, if there is one. */
  save(answer?: ChatMessage, after?: string): Tree
  restore(tree: Tree): void
}

/** A conversation with all its branches, as plain JSON. */
export interface Tree {
  readonly messages: readonly ChatMessage[]
  /** For each message the id of the one it came after; `null` for those at the beginning. */
  readonly after: Readonly<Record<string, string | null>>
  /** Which message is shown behind each one; `''` for the beginning. */
  readonly shown: Readonly<Record<string, string>>
}

/** Before the first message. */
const ROOT = ''

export function createConversation(first: readonly ChatMessage[]): Conversation {
  const messages = new Map<string, ChatMessage>()
  /** Behind which message each one stands, and which ones stand behind each. */
  const parents = new Map<string, string>()
  const children = new Map<string, string[]>()
  const chosen = new Map<string, string>()
  let path: readonly ChatMessage[] | undefined
  reset(first)

  function put(message: ChatMessage, after: string = ROOT): void {
    const { id } = message
    path = undefined
    messages.set(id, message)
    const parent = parents.get(id)
    if (parent === undefined) {
      parents.set(id, after)
      children.set(after, [...(children.get(after) ?? []), id])
    }
    chosen.set(parent ?? after, id)
  }

  function reset(list: readonly ChatMessage[]): void {
    for (const map of [messages, parents, children, chosen]) map.clear()
    path = undefined
    list.forEach((message, at) => put(message, list[at - 1]?.id))
    path = list
  }

  function walk(): readonly ChatMessage[] {
    const shown: ChatMessage[] = []
    for (let id = chosen.get(ROOT); id !== undefined; id = chosen.get(id)) {
      const message = messages.get(id)
      if (message) shown.push(message)
    }
    return shown
  }

  return {
    get messages() {
      return (path ??= walk())
    },
    find: (id) => messages.get(id),
    upTo: (id) => (path ??= walk()).slice(0, path.findIndex((message) => message.id === id) + 1),
    put,
    cut(after = ROOT) {
      path = undefined
      chosen.delete(after)
    },
    branches(id) {
      const parent = parents.get(id)
      const ids = (parent !== undefined && children.get(parent)) || []
      return { ids, index: ids.indexOf((parent !== undefined && chosen.get(parent)) || id) }
    },
    select(id) {
      const parent = parents.get(id)
      if (parent === undefined) return
      path = undefined
      chosen.set(parent, id)
    },
    reset,
    save(answer, after = ROOT) {
      const all = answer ? new Map([...messages, [answer.id, answer]]) : messages
      const behind = answer ? new Map([[answer.id, after], ...parents]) : parents
      return {
        messages: [...all.values()],
        after: Object.fromEntries([...behind].map(([id, parent]) => [id, parent || null])),
        shown: Object.fromEntries(answer ? [...chosen, [after, answer.id]] : chosen),
      }
    },
    restore(tree) {
      reset([])
      for (const message of tree.messages) put(message, tree.after[message.id] ?? ROOT)
      chosen.clear()
      for (const [parent, id] of Object.entries(tree.shown)) chosen.set(parent, id)
      path = undefined
    },
  }
}
