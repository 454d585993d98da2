// Long polling and polling.
import { checkFeed, idsIn } from './feed.mjs'
import { show } from './hearing.mjs'
import { checkBadInput, checkHeaders, checkLocked, checkOrigins, NO_STORE } from './http.mjs'
import { askOnce } from './lines.mjs'

/** An answer that comes sooner was not waited for; holdline sees it likewise. */
const FAST_MS = 1_000
const AT_ONCE_MS = 2_000

export async function checkPolls(transport, ground, report) {
  const first = await askOnce(ground.url, { ...ground, patienceMs: Math.max(ground.patienceMs, AT_ONCE_MS) })
  const late = first.tookMs >= AT_ONCE_MS
  if (late || first.status !== 0) report.judge('wait-none', late ? `it took ${Math.round(first.tookMs)} ms` : undefined)
  if (late) return
  const checked = await checkFeed(transport, ground, report)
  if (!checked) return
  const { line, list } = checked
  line.close()
  checkHeaders(line, report, [NO_STORE])
  if (transport === 'longPolling') await checkHeld(ground, report, list.at(-1)?.id)
  await checkTags(list, ground, report)
  await checkBadInput(ground.url, ground, report, 'application/json')
  await checkOrigins(ground.url, ground, report)
  await checkLocked(ground.url, ground, report)
}

/** Asks behind the last message until an answer is empty, or until there has been news each time. */
async function checkHeld(ground, report, last) {
  const wait = ground.slow ? 25 : 2
  let cursor = last
  for (let nth = 0; nth < 3; nth++) {
    const answer = await askOnce(ground.url, { ...ground, cursor, wait })
    const seconds = `wait=${wait}, and it took ${Math.round(answer.tookMs)} ms`
    const onTime = answer.status !== 0 && answer.tookMs < wait * 1000 + FAST_MS
    const next = answer.messages().at(-1)?.id
    if (next === undefined || !onTime) {
      report.judge('held', answer.tookMs >= FAST_MS || next !== undefined ? undefined : `an empty answer: ${seconds}`)
      return report.judge(
        'held-too-long',
        onTime ? undefined : answer.status === 0 ? `${answer.closed()}: ${seconds}` : seconds,
      )
    }
    cursor = next
  }
  for (const rule of ['held', 'held-too-long']) report.skip(rule, 'there was news each time')
}

/** A tag that does not know the cursor hides messages. */
async function checkTags(list, ground, report) {
  const known = list.filter(({ id }) => id !== undefined)
  if (known.length < 2) return
  const [before, last] = [known.at(-2), known.at(-1)].map(({ id }) => String(id))
  const end = await askOnce(ground.url, { ...ground, cursor: last })
  const tag = end.headers.get('etag')
  if (!tag) return
  const headers = { ...ground.headers, 'if-none-match': tag }
  const behind = await askOnce(ground.url, { ...ground, cursor: before, headers })
  report.judge(
    'etag',
    behind.status === 304 || !idsIn(behind.messages()).some((id) => String(id) === last)
      ? `the tag of the answer behind ${show(last)} hid the one behind ${show(before)}`
      : undefined,
  )
  const again = await askOnce(ground.url, { ...ground, cursor: last, headers })
  const same = again.headers.get('etag') === tag
  report.judge(
    'etag-unused',
    same && again.status !== 304 ? `${tag} came back, and the answer was ${again.status}` : undefined,
  )
}
