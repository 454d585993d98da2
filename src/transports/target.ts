import { wrong } from '../base/error.js'
import { type Given, valueOf } from '../base/given.js'
import type { Attempt } from './transport.js'

/** Where to connect to. Relative ones resolve against the page. */
export type UrlSource = Given<string | URL>

/** The absolute URL, with `query` added; throws where there is none that could be opened. */
export async function locate(
  url: UrlSource,
  attempt: Attempt,
  scheme: 'http' | 'ws',
  query: Readonly<Record<string, string>> = {},
  path?: string,
): Promise<URL> {
  const given = await valueOf(url, attempt)
  try {
    const target = new URL(given, attempt.env.baseUrl)
    if (path !== undefined) target.pathname += `/${path}`
    target.protocol = target.protocol.replace('http', scheme)
    for (const [name, value] of Object.entries(query)) target.searchParams.set(name, value)
    if (target.protocol.startsWith(scheme)) return target
  } catch {
    // Told below, with the rest.
  }
  throw wrong('request', 'bad-url', `"${given}" is no URL for ${scheme}`)
}
