import type { Ending } from '../base/ending.js'
import type { Env } from './env.js'
import { type Given, valueOf } from '../base/given.js'

/** Where to connect to. Relative ones resolve against the page. */
export type UrlSource = Given<string | URL>

/** The absolute URL; throws where there is none that could be opened. */
export async function locate(url: UrlSource, { baseUrl }: Env, scheme: 'http' | 'ws'): Promise<URL> {
  const given = await valueOf(url)
  let target: URL | undefined
  try {
    target = new URL(given, baseUrl)
    if (scheme === 'ws') target.protocol = target.protocol.replace('http', 'ws')
  } catch {
    // Told below, with the rest.
  }
  if (target?.protocol.startsWith(scheme)) return target
  throw new Unusable('bad-url', `"${given}" is no URL for ${scheme}`)
}

/** Why an attempt cannot be made at all, thrown on the way to it. */
export class Unusable extends Error {
  readonly ending: Ending
  constructor(code: string, message: string) {
    super(message)
    this.ending = { kind: 'unusable', code, message }
  }
}
