import type { Ending } from '../base/ending.js'
import type { Env } from './env.js'

/** A value, or a function that is asked for it on every attempt. */
export type Given<T> = T | (() => T | Promise<T>)

/** Where to connect to. Relative ones resolve against the page. */
export type UrlSource = Given<string | URL>

export const valueOf = async <T>(given: Given<T>): Promise<T> =>
  typeof given === 'function' ? await (given as () => T | Promise<T>)() : given

/** The absolute URL, or why there is none. */
export function place(url: string | URL, { baseUrl }: Env, socket: boolean = false): URL | Ending {
  try {
    const target = new URL(url, baseUrl)
    if (socket) target.protocol = target.protocol.replace(/^http/, 'ws')
    if (!(socket ? /^wss?:$/ : /^(https?|blob|data):$/).test(target.protocol)) throw new TypeError(target.protocol)
    return target
  } catch (cause) {
    return {
      kind: 'unusable',
      code: 'bad-url',
      message: `"${url}" is no URL that ${socket ? 'a WebSocket' : 'fetch'} can open`,
      cause,
    }
  }
}

/** What a transport is known by in the memory of what worked. */
export const labelOf = (name: string, url: UrlSource): string => (typeof url === 'function' ? name : `${name} ${url}`)
