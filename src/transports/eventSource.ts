import { wrong } from '../base/error.js'
import { native } from './native.js'
import { transport, untilEnd } from './attempt.js'
import { crowd } from './crowd.js'
import { locate, type UrlSource } from './target.js'
import type { Dialect, Transport } from './transport.js'

/** What {@link eventSource} takes. */
export interface EventSourceOptions {
  /** The names of the events to listen for; the native API cannot listen for all. @defaultValue ['message'] */
  readonly events?: readonly string[] | undefined
  /** @defaultValue false */
  readonly withCredentials?: boolean | undefined
  /** The query parameter that carries the cursor, since no header can. @defaultValue 'last_event_id' */
  readonly cursorParam?: string | undefined
  readonly dialect?: Dialect | undefined
}

/**
 * The browser's own EventSource, for pages that must use it (a service worker, a polyfill, an old proxy rule).
 * It tells less than {@link sse}: no status of a refusal, no comments, no headers, GET only.
 *
 * @see https://html.spec.whatwg.org/multipage/server-sent-events.html#the-eventsource-interface
 */
export function eventSource(url: UrlSource, options: EventSourceOptions = {}): Transport {
  const { events = ['message'], withCredentials = false, cursorParam = 'last_event_id' } = options
  return transport('eventSource', url, options, async (attempt, sink) => {
    const { cursor, signal, env, request, dialect } = attempt
    const { EventSource } = env
    if (!EventSource) throw wrong('request', 'no-event-source', 'There is no EventSource here; use sse()')
    if (request && request.method !== 'GET') throw wrong('request', 'get-only', 'EventSource can only GET; use sse()')
    const own = dialect.ask ? dialect.ask(cursor).query : cursor && { [cursorParam]: cursor }
    const query = { ...request?.query, ...own }
    const { href } = await locate(url, attempt, 'http', query)

    return untilEnd(signal, (end) => {
      const source = new EventSource(href, { withCredentials })
      // `lastEventId` sticks: a message without an id shows the one before.
      let last = ''
      for (const event of dialect === native ? events : [...events, 'holdline']) {
        source.addEventListener(event, ({ data, lastEventId }) => {
          sink.alive()
          const id = lastEventId === last ? undefined : (last = lastEventId)
          const ending = dialect.read({ event, data: data as string, id }, sink)
          if (ending) end(ending)
        })
      }
      let leave = (): void => {}
      source.onopen = () => {
        sink.opened()
        leave = crowd(href, sink)
      }
      source.onerror = () => end({ kind: 'dropped' })
      return () => {
        leave()
        // Keeps it from reconnecting by itself: time has one owner.
        source.close()
      }
    })
  })
}
