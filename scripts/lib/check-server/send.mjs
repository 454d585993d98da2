// What clients send, over HTTP or a WebSocket.
import { openers, openSocket } from './lines.mjs'
import { show } from './hearing.mjs'

/** What is sent, and how it is known again when it comes back. */
function letterOf(ground) {
  const mark = `check-${ground.nonce}-${++ground.sent}`
  const data = ground.data === undefined ? mark : JSON.parse(JSON.stringify(ground.data).replaceAll('$id', mark))
  return { mark, id: mark, data }
}

/** Posts one message. The answer has a `status`; 0 where none came. */
async function post(ground, id, body, type = 'application/json') {
  try {
    return await fetch(ground.sendUrl, {
      method: 'POST',
      redirect: 'manual',
      signal: AbortSignal.timeout(ground.patienceMs),
      headers: { 'content-type': type, 'idempotency-key': id, ...ground.headers },
      body: typeof body === 'string' ? body : JSON.stringify(body),
    })
  } catch {
    return { status: 0, ok: false }
  }
}

/** What the checks of a feed may say to have something to read. */
export function sayer(transport, ground) {
  if (ground.sendUrl) {
    return async () => {
      const { id, data } = letterOf(ground)
      await post(ground, id, { id, data })
    }
  }
  return async () => {
    const { id, data } = letterOf(ground)
    const line = await openSocket(ground.url, ground)
    await line.until(() => line.controls('welcome').length > 0, ground.patienceMs)
    line.say({ id, data })
    await line.until(() => line.controls('ack').length + line.controls('nack').length > 0, ground.patienceMs)
    line.close()
  }
}

/** One message twice, and how often it comes back. */
async function checkOnce(transport, ground, report, send) {
  const { mark, id, data } = letterOf(ground)
  const listener = await openers[transport](ground.url, ground)
  await listener.until(() => listener.items.length > 0, ground.patienceMs)
  const first = await send(id, data)
  if (!report.judge('ack', first)) {
    listener.close()
    for (const rule of ['ack-again', 'once']) report.skip(rule, 'nothing is acknowledged')
    return
  }
  const again = await send(id, data)
  report.judge('ack-again', again)
  const copies = () => listener.messages().filter((message) => JSON.stringify(message).includes(mark)).length
  const came = await listener.until(() => copies() > 0, ground.patienceMs)
  if (!came) report.skip('once', 'what is sent does not come back on this line')
  else {
    // One more message: what stands before it has come by then.
    const last = letterOf(ground)
    await send(last.id, last.data)
    await listener.until(
      () => listener.messages().some((message) => JSON.stringify(message).includes(last.mark)),
      ground.patienceMs,
    )
    report.judge('once', copies() > 1 ? `sent twice under one id, it came back ${copies()} times` : undefined)
  }
  listener.close()
}

export async function checkPosts(transport, ground, report) {
  const told = ({ status, ok }) => (ok ? undefined : `the POST was answered with ${status || 'nothing'}`)
  const { id, data } = letterOf(ground)
  const { status } = await post(ground, id, { id, data })
  const moved = [301, 302, 303].includes(status)
  report.judge('post-redirect', moved ? `the POST was answered with ${status}` : undefined)
  await checkOnce(transport, ground, report, async (name, value) =>
    told(await post(ground, name, { id: name, data: value })),
  )
  const wrong = []
  const bodies = { 'a body that is no JSON': '{', 'a message without data': { id: `${id}-none` } }
  for (const [what, body] of Object.entries(bodies)) {
    const answer = await post(ground, `${id}-none`, body)
    const refused = answer.status >= 400 && answer.status < 500 && ![401, 408, 425, 429].includes(answer.status)
    if (!refused) wrong.push(`${what} was answered with ${answer.status || 'nothing'}`)
  }
  report.judge('nack', wrong.length > 0 ? wrong.join('; ') : undefined)
}

/** Each time over a line of its own, as after a drop. */
export async function checkFrames(ground, report) {
  async function send(item) {
    const line = await openSocket(ground.url, ground)
    await line.until(() => line.controls('welcome').length > 0, ground.patienceMs)
    line.say(item)
    const answers = () => line.items.filter(({ t, id }) => (t === 'ack' || t === 'nack') && String(id) === item.id)
    await line.until(() => answers().length > 0, ground.patienceMs)
    line.close()
    return answers()[0]?.t ?? line.closed() ?? 'nothing came'
  }
  const acked = async (id, data) => {
    const answer = await send({ id, data })
    return answer === 'ack' ? undefined : `the answer to ${show({ id, data })} was: ${answer}`
  }
  await checkOnce('webSocket', ground, report, acked)
  const answer = await send({ id: letterOf(ground).id })
  report.judge('nack', answer === 'nack' ? undefined : `the answer to a message without data was: ${answer}`)
}
