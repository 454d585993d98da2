// WebSocket.
import { checkFeed } from './feed.mjs'
import { checkHeartbeat } from './heartbeat.mjs'
import { show } from './hearing.mjs'
import { openSocket } from './lines.mjs'

export async function checkSocket(ground, report) {
  const checked = await checkFeed('webSocket', ground, report)
  if (!checked) return
  const { line } = checked
  const [first] = line.items
  report.judge('greeting', first?.t === 'welcome' ? undefined : `the first item was ${show(first ?? 'none')}`)
  report.judge('pong', (await pongs(line, ground)) ? undefined : silenceOf(line))
  await checkUnknownControls(ground, report)
  await checkBadFrame(ground, report)
  await checkHeartbeat(line, ground, report)
  line.close()
  if (ground.headers.authorization) await checkLocked(ground, report)
}

const silenceOf = (line) => line.closed() ?? 'no pong came'

async function pongs(line, { patienceMs }) {
  const before = line.controls('pong').length
  line.say({ t: 'ping' })
  return line.until(() => line.controls('pong').length > before, patienceMs)
}

/** What a later version may say: a field in the hello, a control, and a field in a control that is known. */
async function checkUnknownControls(ground, report) {
  const hello = { t: 'hello', v: 1, later: { than: 'this' }, headers: ground.headers }
  const line = await openSocket(ground.url, { ...ground, first: hello })
  await line.until(() => line.items.length > 0, ground.patienceMs)
  const before = line.controls('pong').length
  line.say({ t: `later-${ground.nonce}`, id: '1' }, { t: 'ping', later: true })
  const fine = await line.until(() => line.controls('pong').length > before, ground.patienceMs)
  report.judge('unknown-controls', fine ? undefined : `behind an unknown control ${silenceOf(line)}`)
  if (fine) {
    line.say([{ t: 'ping' }, { t: 'ping' }])
    const heard = await line.until(() => line.controls('pong').length > before + 2, ground.patienceMs)
    report.judge(
      'list',
      heard ? undefined : `two pings in an array got ${line.controls('pong').length - before - 1} pongs`,
    )
  }
  line.close()
}

async function checkBadFrame(ground, report) {
  const wrong = []
  for (const frame of ['{', 'null', '[17]']) {
    const line = await openSocket(ground.url, ground)
    await line.until(() => line.items.length > 0, ground.patienceMs)
    line.say(frame, { t: 'ping' })
    await line.until(() => line.controls('pong').length > 0, ground.patienceMs)
    const code = line.code()
    if (code === 1011 || code === 1006 || code === 1005) wrong.push(`${frame} was answered by ${line.closed()}`)
    else if (code === undefined && line.controls('pong').length === 0)
      wrong.push(`nothing was answered behind ${frame}`)
    line.close()
  }
  const after = await openSocket(ground.url, ground)
  if (!(await after.until(() => after.items.length > 0, ground.patienceMs))) wrong.push('then no line opened any more')
  after.close()
  report.judge('bad-frame', wrong.length > 0 ? wrong.join('; ') : undefined)
}

async function checkLocked(ground, report) {
  const { authorization: _, ...headers } = ground.headers
  const line = await openSocket(ground.url, { ...ground, headers })
  await line.until(() => line.items.length > 0, ground.patienceMs)
  const fine = line.items.length === 0 && [4401, 3000].includes(line.code())
  line.close()
  report.judge(
    'locked',
    fine
      ? undefined
      : `without authorization, ${line.items[0] ? show(line.items[0]) : (line.closed() ?? 'nothing')} came`,
  )
}
