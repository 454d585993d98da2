// What is seen from outside of any answer over HTTP.
import { show } from './hearing.mjs'
import { askOnce, question } from './lines.mjs'

export function checkHeaders({ headers }, report, names) {
  for (const [rule, name, value] of names) {
    const given = headers.get(name)
    report.judge(rule, given?.includes(value) ? undefined : `${name}: ${given ?? '(none)'}`)
  }
}

export const NO_STORE = ['no-store', 'cache-control', 'no-store']

/** Whatever makes no sense: each answer but a 5xx will do. */
export async function checkBadInput(url, ground, report, accept) {
  const headers = { ...ground.headers, accept }
  const tries = [
    ['a cursor of broken escapes', `${url}${url.includes('?') ? '&' : '?'}last_event_id=%E0%A4%A&wait=0`, 'GET'],
    [
      'a cursor of 3000 characters',
      question(url, { cursor: 'x'.repeat(3_000), via: 'query', query: { wait: '0' } }).target,
      'GET',
    ],
    ['wait=nonsense', question(url, { query: { wait: 'nonsense' } }).target, 'GET'],
    ['wait=-1', question(url, { query: { wait: '-1' } }).target, 'GET'],
    ['the method PATCH', url, 'PATCH'],
  ]
  const statusOf = async (target, method) => {
    const leaving = new AbortController()
    const timer = setTimeout(() => leaving.abort(), ground.patienceMs)
    try {
      return (await fetch(target, { method, headers, signal: leaving.signal, redirect: 'manual' })).status
    } catch {
      return undefined
    } finally {
      clearTimeout(timer)
      leaving.abort()
    }
  }
  const wrong = []
  for (const [what, target, method] of tries) {
    const status = await statusOf(target, method)
    if (status === undefined) wrong.push(`${what} got no answer`)
    else if (status >= 500 && status !== 501 && status !== 505) wrong.push(`${what} was answered with ${status}`)
  }
  // Whoever crashed over it does not answer now. Not by HEAD: a stream that is served to it never begins.
  if (!(await statusOf(url, 'GET'))) wrong.push('the server does not answer any more')
  report.judge('bad-input', wrong.length > 0 ? wrong.join('; ') : undefined)
}

/** Pages of other origins: only where the server lets them in at all. */
export async function checkOrigins(url, ground, report, wanted = {}) {
  const headers = { ...ground.headers, origin: 'https://elsewhere.example' }
  const answer = await askOnce(url, { ...ground, headers })
  const allowed = answer.headers.get('access-control-allow-origin')
  if (!allowed) return
  const wrong = []
  const exposed = answer.headers.get('access-control-expose-headers') ?? ''
  if (exposed !== '*' && !/retry-after/i.test(exposed)) wrong.push('Retry-After is not exposed')
  if (allowed === '*' && answer.headers.get('access-control-allow-credentials'))
    wrong.push('the origin * with credentials is refused by every browser')
  const { method = 'GET', asks = 'authorization' } = wanted
  const preflight = await fetch(url, {
    method: 'OPTIONS',
    signal: AbortSignal.timeout(ground.patienceMs),
    headers: { ...headers, 'access-control-request-method': method, 'access-control-request-headers': asks },
  }).catch(() => undefined)
  const lets = (name, value) => {
    const list = (preflight?.headers.get(name) ?? '').toLowerCase()
    return value
      .toLowerCase()
      .split(', ')
      .every((word) => list.includes(word) || (list.includes('*') && word !== 'authorization'))
  }
  if (!preflight?.ok) wrong.push(`OPTIONS is answered with ${preflight?.status ?? 'nothing'}`)
  else if (!lets('access-control-allow-headers', asks)) wrong.push(`the preflight does not allow ${show(asks)}`)
  else if (method !== 'GET' && method !== 'POST' && !lets('access-control-allow-methods', method))
    wrong.push(`the preflight does not allow ${method}`)
  report.judge('cors', wrong.length > 0 ? wrong.join('; ') : undefined)
}

/** The same without credentials. */
export async function checkLocked(url, ground, report) {
  if (!ground.headers.authorization) return
  const { authorization: _, ...headers } = ground.headers
  const { status } = await askOnce(url, { ...ground, headers })
  report.judge('locked', status === 401 ? undefined : `without authorization it was answered with ${status}`)
}
