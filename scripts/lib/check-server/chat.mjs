// Chat runs: begun once, gone on with behind the cursor, stopped only on purpose.
import { idsIn } from './feed.mjs'
import { show } from './hearing.mjs'
import { chatWays } from './chatWays.mjs'

const QUESTION = { stream: true, messages: [{ role: 'user', content: 'Hello! Tell me what you are, please.' }] }

export async function checkChat(transport, ground, report) {
  const way = chatWays[transport](ground)
  const body = JSON.stringify(ground.data ?? QUESTION)
  const chat = `check-${ground.nonce}`
  const ended = (line) => line.until(() => line.controls('end').length > 0, ground.answerMs)

  const first = await way.begin(chat, 'first', body)
  await ended(first)
  const whole = first.messages()
  first.close()
  if (!report.judge('chat-begins', whole.length > 0 ? undefined : whyNot(first))) return
  report.judge('envelope', first.faults[0])
  report.judge('chat-ids', whatIsWrong(whole, 1))
  report.judge(
    'chat-end',
    first.items.at(-1)?.t === 'end' ? undefined : `the last item was ${show(first.items.at(-1))}`,
  )

  const again = await way.begin(chat, 'first', body)
  await ended(again)
  again.close()
  const same = JSON.stringify(again.messages()) === JSON.stringify(whole)
  report.judge(
    'chat-once',
    same
      ? undefined
      : `the second time ${again.messages().length} other messages came (${again.closed() ?? again.status})`,
  )

  await checkResume(way, chat, whole, ended, report)
  await checkDropped(way, chat, body, ended, ground, report)
  await checkUnknown(way, chat, ground, report)
  await checkStop(way, chat, body, ended, ground, report)
  await checkBadBody(way, chat, ended, report)
}

const whyNot = (line) =>
  line.status >= 400 ? `it was answered with ${line.status}` : (line.closed() ?? 'no message came')

/** Nothing, if these are numbered from here without a hole. */
function whatIsWrong(messages, from) {
  const ids = idsIn(messages).map(String)
  const due = ids.map((_, index) => String(from + index))
  return show(ids) === show(due) ? undefined : `the ids were ${show(ids)}`
}

async function checkResume(way, chat, whole, ended, report) {
  const rest = await way.resume(chat, 'first', '1')
  await ended(rest)
  rest.close()
  const none = await way.resume(chat, 'first', String(whole.at(-1).id))
  await ended(none)
  none.close()
  const behind = rest.messages().filter(({ id }) => String(id) !== '1')
  const wrong =
    JSON.stringify(behind) === JSON.stringify(whole.slice(1))
      ? undefined
      : `behind 1 ${behind.length} messages came, and there are ${whole.length - 1}`
  const empty = none.items.filter(({ t }) => t !== 'welcome' && t !== 'ping')
  const alone = empty.length === 1 && empty[0].t === 'end'
  report.judge(
    'chat-resume',
    wrong ?? (alone ? undefined : `behind the last message came ${show(empty)} (${none.closed() ?? none.status})`),
  )
}

async function checkDropped(way, chat, body, ended, ground, report) {
  const cut = await way.begin(chat, 'dropped', body)
  await cut.until(() => cut.messages().length > 0, ground.answerMs)
  const had = [...cut.messages()]
  cut.close()
  const rest = await way.resume(chat, 'dropped', had.length > 0 ? String(had.at(-1).id) : undefined)
  await ended(rest)
  rest.close()
  const reason = rest.controls('end')[0]?.reason ?? 'complete'
  const wrong = whatIsWrong(rest.messages(), had.length + 1)
  if (rest.controls('end').length === 0)
    report.judge('chat-dropped', `after the drop no end came (${rest.closed() ?? rest.status})`)
  else report.judge('chat-dropped', reason === 'complete' ? wrong : `after the drop the run ended with ${show(reason)}`)
}

async function checkUnknown(way, chat, ground, report) {
  const line = await way.resume(chat, 'never-begun', undefined)
  await line.until(() => line.items.length > 0, ground.patienceMs)
  line.close()
  const told = [404, 410].includes(line.status) || [4404, 4410].includes(line.code?.())
  report.judge('chat-unknown', told ? undefined : (line.closed() ?? `it was answered with ${line.status}`))
}

async function checkStop(way, chat, body, ended, ground, report) {
  const line = await way.begin(chat, 'stopped', body)
  await line.until(() => line.messages().length > 0, ground.answerMs)
  const wrong = [await way.stop(chat, 'stopped')]
  line.close()
  const after = await way.resume(chat, 'stopped', undefined)
  await ended(after)
  after.close()
  const reason = after.controls('end')[0]?.reason
  // Quick answers are over before anybody can stop them.
  if (reason !== 'stopped' && reason !== 'complete')
    wrong.push(`the run ended with ${show(reason ?? after.closed() ?? 'nothing')}`)
  else if (
    reason === 'complete' &&
    line.controls('end').length === 0 &&
    after.messages().length > line.messages().length
  )
    wrong.push(`it went on: ${after.messages().length - line.messages().length} more messages came behind the stop`)
  wrong.push(await way.stop(chat, 'stopped'))
  const seen = wrong.find((what) => what !== undefined)
  report.judge('chat-stop', seen)
}

async function checkBadBody(way, chat, ended, report) {
  const line = await way.begin(chat, 'nonsense', '{')
  await ended(line)
  line.close()
  const refused = (line.status >= 400 && line.status < 500) || (line.code?.() >= 4400 && line.code?.() < 4500)
  const told = ['error', 'truncated'].includes(line.controls('end')[0]?.reason)
  report.judge(
    'chat-bad-body',
    refused || told ? undefined : `it was answered with ${line.status} (${line.closed() ?? 'nothing'})`,
  )
}
