import { launch } from '../browser/chromium.mjs'
import { bundlePage } from '../browser/pages.mjs'
import { serveChat } from './server.mjs'
import { HISTORY } from './tokens.mjs'

/** Who takes longer gets no number, and is not asked for more. */
const CAP_MS = 15_000

const contestants = [
  'direct DOM',
  'holdline React',
  'holdline React, rows and blocks',
  'holdline React, every 50 ms',
  'holdline Vue',
  'holdline Vue, rows and blocks',
  'holdline Vue, every 50 ms',
  'useState per token',
  'Ant Design X',
  'AI SDK React, throttle 50',
  'AI SDK React',
  'AI SDK Vue, throttle 50',
  'AI SDK Vue',
  'TanStack AI React',
]

const both = (goal, manner = '') =>
  [`holdline React${manner}`, `holdline Vue${manner}`].map((contestant) => ({
    ...goal,
    contestant,
    text: `${contestant}: ${goal.text}`,
  }))

export default {
  id: 'chat',
  title: 'An answer in a page',
  what: `A page in Chromium shows a conversation of ${HISTORY} messages, asks a question and shows the answer, a paragraph of plain text that grows. A server of our own sends everybody the same bytes, the UI message stream of the AI SDK, which holdline and both AI SDK hooks read by themselves; TanStack AI and Ant Design X get each token in their own form by a few lines in the page. All of them stand behind one page per framework, with rows that render only if their message is another object. _Rows and blocks_ is the way for long conversations: each row listens for its own message with \`useMessage\`, the list only for which messages there are, and a row renders the paragraphs that \`settled\` names once. By default ours is shown with every other frame; _every 50 ms_ shows it as seldom as the AI SDK does with its throttle of 50, by \`publish: { everyMs: 50 }\`. _Direct DOM_ has no framework and keeps nothing: it appends to a text node once per frame, and is the limit.

_Flood_: all tokens as fast as they are taken, from the click to the frame that shows the last one. _Paced_: 200 or 1,000 tokens a second, each written for itself. Who needs more than ${CAP_MS / 1000} s for a flood gets no number there. The longest frame is the longest time between two frames: for so long the page answers nobody. Heap is what is more afterwards than before, with all garbage taken away. Much of the time, for everybody, is the browser's: it lays a paragraph out anew with each frame in which it grows.

Chromium runs without a graphics card here, so painting is slower than on a desk.`,
  ours: 'holdline React',
  limit: 'direct DOM',
  rounds: 2,
  shortRounds: 1,
  patienceMs: 240_000,
  goals: [
    ...both({ column: 'flood20', against: 'limit', max: 1.5, text: '20,000 tokens within 1.5 × of direct DOM' }),
    ...both(
      { column: 'cpu200', against: 'limit', max: 1.15, text: 'CPU at 200 tokens/s within 1.15 × of direct DOM' },
      ', rows and blocks',
    ),
    ...both({ column: 'perFrame', max: 1.05, text: 'no more renders of the list than frames' }),
    ...both({ column: 'old', max: 0, text: 'old rows never render again' }),
    ...both({ column: 'longest1000', max: 100, text: 'the longest frame at 1,000 tokens/s is below 100 ms' }),
  ],
  async open({ short }) {
    const server = await serveChat(await bundlePage('chat.js'))
    const browser = await launch()
    /** Who was too slow for a flood of a size. */
    const slow = new Map()
    const pacedSeconds = short ? 2 : 4

    /** One answer on a page of its own; undefined where it takes too long. */
    async function run(who, count, perSecond = 0) {
      const page = await browser.open(server.base)
      try {
        await page.call('mount', who, `${server.base}/chat?${new URLSearchParams({ count, perSecond })}`)
        await page.collectGarbage()
        const before = await page.spent()
        const seen = await capped(page.call('run', count), CAP_MS + (perSecond ? (count / perSecond) * 1000 : 0))
        if (!seen) return undefined
        const { cpuMs } = await page.spent()
        await page.collectGarbage()
        const { heapBytes } = await page.spent()
        return {
          ...seen,
          cpuMs: cpuMs - before.cpuMs,
          heap: heapBytes - before.heapBytes,
        }
      } finally {
        await page.close()
      }
    }

    async function flood(who, count) {
      if (count >= (slow.get(who) ?? Infinity)) return undefined
      const seen = await run(who, count)
      if (!seen) slow.set(who, count)
      return seen
    }

    return {
      contestants,
      columns: [
        { id: 'flood2', title: 'flood of 2,000', unit: 'ms', kind: 'time', better: 'less' },
        { id: 'flood20', title: 'of 20,000', unit: 'ms', kind: 'time', better: 'less' },
        { id: 'flood100', title: 'of 100,000', unit: 'ms', kind: 'time', better: 'less' },
        { id: 'cpu20', title: 'CPU, 20,000', unit: 'ms', kind: 'time', better: 'less' },
        { id: 'longest20', title: 'longest frame, 20,000', unit: 'ms', kind: 'time', better: 'less' },
        { id: 'long20', title: 'long tasks, 20,000', unit: 'tasks', kind: 'time', better: 'less' },
        { id: 'list2', title: 'renders of the list, 2,000', unit: 'renders', kind: 'time', better: 'less' },
        { id: 'old', title: 'renders of old rows', unit: 'renders', kind: 'count', better: 'less' },
        { id: 'cpu200', title: 'CPU for 1,000 tokens at 200/s', unit: 'ms', kind: 'time', better: 'less' },
        { id: 'cpu1000', title: 'CPU for 1,000 tokens at 1,000/s', unit: 'ms', kind: 'time', better: 'less' },
        { id: 'perFrame', title: 'renders of the list per frame, 1,000/s', unit: '', kind: 'time', better: 'less' },
        { id: 'longest1000', title: 'longest frame, 1,000/s', unit: 'ms', kind: 'time', better: 'less' },
        { id: 'dropped1000', title: 'frames left out, 1,000/s', unit: 'frames', kind: 'time', better: 'less' },
        { id: 'heap20', title: 'heap after 20,000', unit: 'kB', kind: 'time', better: 'less' },
      ],
      async measure(who) {
        const two = await flood(who, 2_000)
        const twenty = short ? undefined : await flood(who, 20_000)
        const hundred = short ? undefined : await flood(who, 100_000)
        const calm = await run(who, 200 * pacedSeconds, 200)
        const fast = await run(who, 1_000 * pacedSeconds, 1_000)
        return {
          flood2: two?.tookMs,
          list2: two?.list,
          flood20: twenty?.tookMs,
          cpu20: twenty?.cpuMs,
          longest20: twenty?.longest,
          long20: twenty?.longTasks,
          heap20: twenty && twenty.heap / 1000,
          flood100: hundred?.tookMs,
          cpu200: calm && (calm.cpuMs / pacedSeconds) * 5,
          cpu1000: fast && fast.cpuMs / pacedSeconds,
          perFrame: fast && fast.list / fast.frames,
          longest1000: fast?.longest,
          dropped1000: fast?.dropped,
          old: [two, twenty, hundred, calm, fast].reduce((sum, seen) => sum + (seen?.old ?? 0), 0),
        }
      },
      async close() {
        await browser.close()
        server.close()
      },
    }
  },
}

/** What a task comes to, or undefined where that takes too long. */
async function capped(task, ms) {
  let timer
  const late = new Promise((resolve) => (timer = setTimeout(resolve, ms)))
  try {
    return await Promise.race([task, late])
  } finally {
    clearTimeout(timer)
    // Nobody waits for it any more, and its page is about to be closed.
    task.catch(() => {})
  }
}
