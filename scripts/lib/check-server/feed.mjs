// What any line must do, whatever it goes over: ids, resume, and word of a cursor that nobody knows.
import { show } from './hearing.mjs'
import { openers, VIAS } from './lines.mjs'

/** How many messages make a list that can be gone on with. */
const ENOUGH = 3
const UNKNOWN_STATUSES = [409, 410, 412, 416]
const UNKNOWN_CODES = [4410, 4412, 4416]

export const idsIn = (messages) => messages.map(({ id }) => id)

/** Checks one transport, and returns the first line, still open, with what came over it; nothing if it did not open. */
export async function checkFeed(transport, ground, report) {
  const line = await openers[transport](ground.url, ground)
  const spoke = await line.until(
    () => line.items.length + line.faults.length > 0 || isQuiet(transport, line),
    ground.patienceMs,
  )
  const opened = [200, 204, 101].includes(line.status) && (transport !== 'webSocket' || spoke)
  report.judge('opens', opened ? undefined : whyClosed(transport, line))
  if (!opened) return void line.close()
  const list = await gather(line, ground)
  report.judge('envelope', line.faults[0])
  checkIds(list, report)
  for (const via of VIAS[transport]) await checkResume(transport, via, list, ground, report)
  await checkUnknown(transport, ground, report)
  return { line, list }
}

/** A poll that opened has been answered, and a stream has at least its headers. */
const isQuiet = (transport, line) => transport !== 'webSocket' && [200, 204].includes(line.status)

function whyClosed(transport, line) {
  if (line.closed()) return line.closed()
  return transport === 'webSocket' ? 'no frame came after the hello' : `it was answered with ${line.status}`
}

/** Messages to check with: those that are there, those that come, and those that we send where we may. */
async function gather(line, { patienceMs, say }) {
  const has = (count) => () => line.messages().length >= count
  if (say) for (let nth = 0; nth < ENOUGH; nth++) await say()
  await line.until(has(ENOUGH), patienceMs)
  return [...line.messages()]
}

function checkIds(list, report) {
  if (list.length === 0) {
    for (const rule of ['ids', 'unique'])
      report.skip(rule, 'no message came; let the server say something, or give --send')
    return
  }
  const bare = list.find(({ id }) => !isId(id))
  report.judge('ids', bare && `a message without one: ${show(bare)}`)
  const twice = list.find(({ id }, index) => isId(id) && idsIn(list).indexOf(id) < index)
  report.judge('unique', twice && `${show(twice.id)} came twice on one line`)
  if (list.some(({ prev }) => prev !== undefined)) {
    const wrong = list.find(({ prev }, index) => index > 0 && prev !== undefined && prev !== list[index - 1].id)
    report.judge('prev', wrong && `${show(wrong.id)} names ${show(wrong.prev)} and came behind another one`)
  }
}

const isId = (id) => (typeof id === 'string' || typeof id === 'number') && id !== ''

async function checkResume(transport, via, list, ground, report) {
  const rule = `resume-${via}`
  const known = list.filter(({ id }) => isId(id))
  if (known.length < 2) return report.skip(rule, `${known.length} messages with an id came; two are needed`)
  const at = Math.max(0, known.length - ENOUGH)
  const cursor = String(known[at].id)
  if (via === 'header' && !/^[!-~]+$/.test(cursor))
    return report.skip(rule, `no header can hold the id ${show(cursor)}`)
  const had = idsIn(known.slice(0, at + 1))
  const due = known.slice(at + 1)
  const line = await openers[transport](ground.url, { ...ground, cursor, via })
  const news = () => line.messages().filter(({ id }) => !had.includes(id))
  await line.until(() => news().length >= due.length || refuses(line), ground.patienceMs)
  line.close()
  report.judge(rule, whatIsWrong(cursor, due, news(), line))
}

const refuses = (line) =>
  line.controls('reset').length > 0 || line.controls('welcome').some(({ resumed }) => resumed === false)

function whatIsWrong(cursor, due, news, line) {
  if (refuses(line)) return `it does not know the cursor ${show(cursor)}, which it gave a moment ago`
  const wanted = `behind ${show(cursor)} there must be ${show(idsIn(due))}`
  if (news.length === 0) return `${wanted}, and nothing came${line.closed() ? ` (${line.closed()})` : ''}`
  const got = news.slice(0, due.length)
  if (show(idsIn(got)) !== show(idsIn(due))) return `${wanted}, and ${show(idsIn(got))} came`
  const other = due.find(({ data }, index) => show(data) !== show(got[index].data))
  return other && `${show(other.id)} was ${show(other.data)} at first, and then ${show(got[due.indexOf(other)].data)}`
}

/** A cursor that was never given. */
async function checkUnknown(transport, ground, report) {
  const cursor = `never-given-${ground.nonce}`
  const [via] = VIAS[transport]
  const line = await openers[transport](ground.url, { ...ground, cursor, via })
  const told = () => refuses(line) || UNKNOWN_STATUSES.includes(line.status) || UNKNOWN_CODES.includes(line.code?.())
  // Behind the first message it is too late: it has been taken for the one that follows.
  await line.until(() => told() || line.messages().length > 0, ground.patienceMs)
  line.close()
  const [first] = line.items
  const late = first && first.t === undefined && !UNKNOWN_STATUSES.includes(line.status)
  const what = first ? `the first item was ${show(first)}` : (line.closed() ?? 'nothing came')
  report.judge('unknown-cursor', told() && !late ? undefined : `to the cursor ${show(cursor)}, ${what}`)
}
