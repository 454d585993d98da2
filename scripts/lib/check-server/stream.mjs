// Server-Sent Events.
import { checkFeed } from './feed.mjs'
import { checkHeartbeat } from './heartbeat.mjs'
import { checkBadInput, checkHeaders, checkLocked, checkOrigins, NO_STORE } from './http.mjs'
import { show } from './hearing.mjs'

const FIRST_BYTE_MS = 4_000

export async function checkStream(ground, report) {
  const checked = await checkFeed('sse', ground, report)
  if (!checked) return
  const { line } = checked
  const type = line.headers.get('content-type') ?? '(none)'
  report.judge('content-type', /^text\/event-stream\b/i.test(type) ? undefined : `content-type: ${type}`)
  await line.until(() => line.firstAt() !== undefined, FIRST_BYTE_MS - (performance.now() - line.openedAt))
  const tookMs = (line.firstAt() ?? Infinity) - line.openedAt
  report.judge('first-byte', tookMs <= FIRST_BYTE_MS ? undefined : 'nothing came within 4 s of the headers')
  const [first] = line.items
  if (first) report.judge('greeting', first.t === 'welcome' ? undefined : `the first item was ${show(first)}`)
  checkHeaders(line, report, [NO_STORE, ['x-accel-buffering', 'x-accel-buffering', 'no']])
  await checkHeartbeat(line, ground, report)
  line.close()
  await checkBadInput(ground.url, ground, report, 'text/event-stream')
  await checkOrigins(ground.url, ground, report)
  await checkLocked(ground.url, ground, report)
}
