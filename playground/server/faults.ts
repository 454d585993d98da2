import { createOrders, type Orders } from './orders.js'
import { createTokens, type Tokens } from './tokens.js'

/** One open line on which the server speaks. */
export interface Push {
  /** What it belongs to: a chat's id, or any word that a page has put into its query as `chat`. */
  readonly chat: string | undefined
  /** Breaks it off in the middle of a frame, as a dying network does. */
  readonly tear: () => void
}

/** The troubles of real networks, to order. They power the playground's bench of faults, and the tests. */
export interface Faults {
  /** What pages have ordered for their own lines. */
  readonly orders: Orders
  /** What pages show to be let in. */
  readonly tokens: Tokens
  /** Notes an open line; the returned function forgets it. */
  watch(push: Push): () => void
  /**
   * Polls are a line too, though most of the time nothing is open: `rests` says that one was answered and another will
   * come, `arrives` that it came. True if the line was cut in between: then this poll is the one that is torn.
   */
  rests(chat: string | undefined): void
  arrives(chat: string | undefined): boolean
  /** Tears the lines of one chat, or all. Returns how many. */
  cut(chat?: string): number
  /** New lines are refused for so long. */
  refuseFor(ms: number): void
  /** How much longer new lines are refused, in milliseconds; 0 if they are welcome. */
  readonly refusedMs: number
}

const MAX_REFUSAL_MS = 60_000
/** Who has not polled for so long will not come back. */
const POLLS_WITHIN_MS = 10_000
const MAX_RESTING = 1_000

export function createFaults(now: () => number = Date.now): Faults {
  const open = new Set<Push>()
  /** Lines of polls between two polls: since when, and whether they have been cut. */
  const resting = new Map<string | undefined, { readonly since: number; readonly cut: boolean }>()
  let until = 0
  return {
    orders: createOrders(now),
    tokens: createTokens(now),
    watch(push) {
      open.add(push)
      return () => void open.delete(push)
    },
    rests(chat) {
      resting.set(chat, { since: now(), cut: false })
      for (const oldest of resting.keys()) {
        if (resting.size <= MAX_RESTING) return
        resting.delete(oldest)
      }
    },
    arrives(chat) {
      const cut = resting.get(chat)?.cut ?? false
      resting.delete(chat)
      return cut
    },
    cut(chat) {
      const polls = [...resting].filter(
        ([key, { since, cut }]) => !cut && (chat === undefined || key === chat) && now() - since < POLLS_WITHIN_MS,
      )
      for (const [key, { since }] of polls) resting.set(key, { since, cut: true })
      const hit = [...open].filter((push) => chat === undefined || push.chat === chat)
      for (const push of hit) {
        open.delete(push)
        push.tear()
      }
      return hit.length + polls.length
    },
    refuseFor(ms) {
      until = now() + Math.min(ms, MAX_REFUSAL_MS)
    },
    get refusedMs() {
      return Math.max(0, until - now())
    },
  }
}
