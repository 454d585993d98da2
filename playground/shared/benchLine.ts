import { type Asking, createJournal, type KeptJournal, type LineOptions, shared } from 'holdline'
import { env } from './benchPage'

/** What all lines of this page have done. */
export const journal: KeptJournal = createJournal()

/** What a line is given so that the bench can reach it, and the inspector sees it. */
export const benched: Pick<LineOptions, 'env' | 'journal'> = { env, journal }

const tokens = new Map<string, (asking: Asking) => Promise<string>>()

/** What the server is shown to be let in: a token that is kept until it is refused. `tag` names the page's lines. */
export function credentialsOf(tag: string): (asking: Asking) => Promise<Readonly<Record<string, string>>> {
  const token = tokens.get(tag) ?? shared(({ signal }) => fetchToken(tag, signal))
  tokens.set(tag, token)
  return async (asking) => ({ authorization: `Bearer ${await token(asking)}` })
}

async function fetchToken(tag: string, signal: AbortSignal): Promise<string> {
  const response = await fetch(`/api/token?chat=${encodeURIComponent(tag)}`, { method: 'POST', signal })
  if (!response.ok) throw new Error(`There is no token to be had: HTTP status ${response.status}`)
  return ((await response.json()) as { readonly token: string }).token
}
