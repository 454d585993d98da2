// What all chats that are measured have in common: how they look, and what is counted while an answer arrives.
import { HISTORY, history, lengthOf } from '../../chat/tokens.mjs'

export { HISTORY, history }

/** How often the list, a row, and a row that was there before were rendered. */
export const renders = { list: 0, rows: 0, old: 0 }

export function countRow(id) {
  renders.rows++
  if (String(id).startsWith('old-')) renders.old++
}

/** A frame at 60 Hz. */
const FRAME_MS = 1000 / 60

/** Looks at the frames of the page until `stop`. */
export function watchFrames(each) {
  const gaps = []
  let last = performance.now()
  let request = requestAnimationFrame(function look(now) {
    gaps.push(now - last)
    last = now
    request = requestAnimationFrame(look)
    each()
  })
  const long = []
  const observer = new PerformanceObserver((list) => long.push(...list.getEntries()))
  observer.observe({ type: 'longtask' })
  return () => {
    cancelAnimationFrame(request)
    long.push(...observer.takeRecords())
    observer.disconnect()
    return {
      frames: gaps.length,
      longest: Math.max(...gaps),
      dropped: gaps.reduce((sum, gap) => sum + Math.max(0, Math.round(gap / FRAME_MS) - 1), 0),
      longTasks: long.length,
    }
  }
}

/** Waits until so much text stands in the last row, and says what it took. */
export function untilShown(count, begin) {
  const expected = lengthOf(count)
  Object.assign(renders, { list: 0, rows: 0, old: 0 })
  return new Promise((resolve) => {
    const began = performance.now()
    const stop = watchFrames(() => {
      if (answerLength() < expected) return
      const tookMs = performance.now() - began
      // What follows the last token, such as a change of the status, is part of it.
      setTimeout(() => resolve({ tookMs, ...stop(), ...renders }), 100)
    })
    begin()
  })
}

/** How much of the answer is on the page, without putting its text together. */
function answerLength() {
  const { lastElementChild: row } = document.getElementById('root')
  let length = 0
  if (!row.dataset.old) for (const { firstChild } of row.children) length += firstChild?.length ?? 0
  return length
}

/** The ids of a chat's messages: the same list as before until there are others. */
export function idsOf(chat) {
  let known = []
  return {
    get() {
      const { messages } = chat.get()
      const same = messages.length === known.length && messages.every(({ id }, index) => id === known[index])
      if (!same) known = messages.map(({ id }) => id)
      return known
    },
    subscribe: chat.subscribe,
  }
}

/** A text in its paragraphs, with the empty lines behind them. */
export const paragraphsOf = (text) => (text ? text.split(/(?<=\n\n)/) : [])

/** Reads the answer as it is sent: the least that can be done. */
export async function readDeltas(url, take, init = { method: 'POST' }) {
  const reader = (await fetch(url, init)).body.getReader()
  const decoder = new TextDecoder()
  let rest = ''
  for (;;) {
    const { done, value } = await reader.read()
    if (done) return
    const events = (rest + decoder.decode(value, { stream: true })).split('\n\n')
    rest = events.pop()
    for (const event of events) {
      const data = event.slice('data: '.length)
      if (data === '[DONE]') continue
      const { type, delta } = JSON.parse(data)
      if (type === 'text-delta') take(delta)
    }
  }
}
