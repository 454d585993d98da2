import type { AttemptRequest } from '../transports/transport.js'
import type { ResumeAt } from './protocol.js'

type Place = Pick<AttemptRequest, 'path' | 'query' | 'verb'>

/** Where a run is asked for, begun or stopped, below the transport's URL; `query` is what names it to a server of ours. */
export function placeOf(
  method: AttemptRequest['method'],
  at: ResumeAt | undefined,
  query: AttemptRequest['query'],
): Place {
  if (method === 'GET' && at) return { path: at.path, query: at.query ?? (at.path === undefined ? query : {}) }
  if (method === 'DELETE' && at?.stop !== undefined) return { path: at.stop, query: {}, verb: 'POST' }
  return { query }
}
