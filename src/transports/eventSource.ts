import { ABORTED, type Ending } from '../base/ending.js'
import { native } from './native.js'
import { labelOf, place, type UrlSource, valueOf } from './target.js'
import type { Dialect, Transport } from './transport.js'

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
  return {
    name: 'eventSource',
    label: labelOf('eventSource', url),
    async dial({ cursor, signal, env, request, ...attempt }, sink) {
      const dialect = options.dialect ?? attempt.dialect ?? native
      const { EventSource } = env
      if (!EventSource || (request && request.method !== 'GET')) {
        return {
          kind: 'unusable',
          code: 'no-event-source',
          message: EventSource ? 'EventSource can only GET; use sse()' : 'There is no EventSource here; use sse()',
        }
      }
      let target: URL | Ending
      try {
        target = place(await valueOf(url), env)
      } catch (cause) {
        return { kind: 'dropped', cause }
      }
      if ('kind' in target) return target
      if (signal.aborted) return ABORTED
      for (const [name, value] of Object.entries(request?.query ?? {})) target.searchParams.set(name, value)
      if (cursor !== undefined) target.searchParams.set(cursorParam, cursor)
      const source = new EventSource(target.href, { withCredentials })

      return new Promise((settle) => {
        const end = (ending: Ending): void => {
          signal.removeEventListener('abort', hangUp)
          source.onopen = source.onerror = null
          // Closing keeps it from reconnecting by itself: time has one owner.
          source.close()
          settle(ending)
        }
        const hangUp = (): void => end(ABORTED)
        signal.addEventListener('abort', hangUp)

        // `lastEventId` sticks: a message without an id shows the one before.
        let last = ''
        const take = (event: MessageEvent): void => {
          if (signal.aborted || typeof event.data !== 'string') return
          const { lastEventId, type, data } = event
          sink.alive()
          const ending = dialect.read({ event: type, data, id: lastEventId === last ? undefined : lastEventId }, sink)
          last = lastEventId
          if (ending) end(ending)
        }
        for (const event of dialect === native ? events : [...events, 'holdline']) source.addEventListener(event, take)
        source.onopen = () => sink.opened()
        source.onerror = () => end({ kind: 'dropped' })
      })
    },
  }
}
