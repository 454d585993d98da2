import { randomUUID } from 'node:crypto'
import { isRecord, Refusal } from './http.js'
import type { SocketGround } from './sockets.js'

/** Tokens that pages are let in with. Who shows none is let in as well: there is nothing to steal here. */
export interface Tokens {
  issue(chat: string): { readonly token: string; readonly lastsMs: number }
  /** Takes back all that a page was given. Returns how many. */
  expire(chat: string): number
  /** Whether a page may come in with this `Authorization`. */
  accepts(chat: string, authorization: string | undefined): boolean
}

const LASTS_MS = 10 * 60_000
const MAX_PAGES = 1_000
/** A page asks again when it was refused, so few of its tokens are in use at a time. */
const MAX_TOKENS = 20
/** What others show as credentials is no affair of these. */
const OURS = /^Bearer (play-.*)$/

export const EXPIRED = new Refusal(401, 'token_expired', 'The token has expired; ask for another one at /api/token')

export function createTokens(now: () => number): Tokens {
  const pages = new Map<string, Map<string, number>>()
  return {
    issue(chat) {
      const tokens = pages.get(chat) ?? new Map<string, number>()
      const token = `play-${randomUUID()}`
      pages.delete(chat)
      pages.set(chat, tokens.set(token, now() + LASTS_MS))
      for (const oldest of [...tokens.keys()].slice(0, -MAX_TOKENS)) tokens.delete(oldest)
      for (const oldest of [...pages.keys()].slice(0, -MAX_PAGES)) pages.delete(oldest)
      return { token, lastsMs: LASTS_MS }
    },
    expire(chat) {
      const count = pages.get(chat)?.size ?? 0
      pages.delete(chat)
      return count
    },
    accepts(chat, authorization = '') {
      const token = OURS.exec(authorization)?.[1]
      return token === undefined || (pages.get(chat)?.get(token) ?? 0) > now()
    },
  }
}

/** Lets nobody open a line over a socket with a token that has expired: there it stands in the first frame. */
export function guard(
  openings: SocketGround['openings'],
  tokens: Tokens,
  chatInUrl: string | undefined,
): SocketGround['openings'] {
  return Object.fromEntries(
    Object.entries(openings).map(([name, open]) => [
      name,
      (frame) => {
        const chat = typeof frame.chat === 'string' ? frame.chat : chatInUrl
        const isIn = chat === undefined || tokens.accepts(chat, authorizationIn(frame.headers))
        return isIn ? open(frame) : EXPIRED
      },
    ]),
  )
}

/** Headers have no case. */
function authorizationIn(headers: unknown): string | undefined {
  const entries = isRecord(headers) ? Object.entries(headers) : []
  const value = entries.find(([name]) => name.toLowerCase() === 'authorization')?.[1]
  return typeof value === 'string' ? value : undefined
}
