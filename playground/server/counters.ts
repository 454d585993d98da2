/** What a chat has asked of the server so far. */
export interface Counts {
  /** Answers asked for: over HTTP by POST, over WebSocket by a `run` frame. */
  posts: number
  httpPosts: number
  socketRuns: number
  /** Times an answer was gone on with: over HTTP by GET, over WebSocket by a `resume` frame. */
  gets: number
  deletes: number
  sockets: number
  /** Answers that were really begun. */
  runs: number
}

export interface Counters {
  of(chat: string): Readonly<Counts>
  count(chat: string, ...what: readonly (keyof Counts)[]): void
}

const MAX_CHATS = 1_000

/** Counts per chat, so that a test can say "exactly one POST". */
export function createCounters(): Counters {
  const chats = new Map<string, Counts>()
  const zero = (): Counts => ({ posts: 0, httpPosts: 0, socketRuns: 0, gets: 0, deletes: 0, sockets: 0, runs: 0 })
  return {
    of: (chat) => chats.get(chat) ?? zero(),
    count(chat, ...what) {
      const counts = chats.get(chat) ?? zero()
      for (const name of what) counts[name] += 1
      chats.delete(chat)
      chats.set(chat, counts)
      for (const oldest of chats.keys()) {
        if (chats.size <= MAX_CHATS) return
        chats.delete(oldest)
      }
    },
  }
}
