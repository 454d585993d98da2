import { createConnection, type Message } from 'holdline'
import { type Feed, liveOptions, nothing, type Sample, tag, take } from './live'
import { shapesOf } from './pulse'
import { messageOf } from './texts'
import { tellLine } from './telling'

/** Behind its time by more than that, a sample was not missed by the network's usual way. */
const LATE_MS = 1_500
/** What comes with the first answer is history. */
const HISTORY_MS = 500
const PULLED_MS = 3_000
const LOOK_MS = 100

const find = <T extends Element>(selector: string): T => {
  const found = document.querySelector<T>(selector)
  if (!found) throw new Error(`There is no ${selector} on this page`)
  return found
}

/** The door's own line, without any framework: what a page needs is a listener and a state. */
export function showPulse(): void {
  const line = createConnection(liveOptions('auto'))
  const late = new Set<number>()
  let feed: Feed = nothing
  let began = 0
  /** How far this machine's clock is ahead of the server's, with the fastest journey in it. */
  let ahead = Number.POSITIVE_INFINITY

  function hear(message: Message<Sample>): void {
    const now = Date.now()
    const { at } = message.data
    began ||= now
    ahead = Math.min(ahead, now - at)
    if (now - began > HISTORY_MS && now - at - ahead > LATE_MS) late.add(at)
    feed = take(feed, message)
  }

  function show(): void {
    const state = line.state.get()
    const { tone, word, more } = tellLine(state, Date.now())
    find<HTMLElement>('.pulse .state').dataset.tone = tone
    say(word, more.map((part) => ` · ${part}`).join(''))
    const last = feed.samples.at(-1)
    write('#pulse-now', last ? `${last.cpu.toFixed(0)} %` : '–')
    for (const [name, d] of Object.entries(shapesOf(feed.samples, late, Date.now() - (last ? ahead : 0)))) {
      find(`#pulse-plot .${name}`).setAttribute('d', d)
    }
    find<HTMLButtonElement>('#pulse-cut').disabled = state.status !== 'open'
    write('[data-count=filled]', String(late.size))
    write('[data-count=missing]', String(feed.missing))
    write('[data-count=twice]', String(feed.twice))
  }

  find('#pulse-cut').addEventListener('click', () => {
    write('#pulse-trouble', '')
    pull().catch((error: unknown) => write('#pulse-trouble', messageOf(error)))
  })
  line.subscribe(hear)
  line.state.subscribe(show)
  setInterval(show, LOOK_MS)
}

/** Only what has changed: a text that is written anew is laid out anew. */
function write(selector: string, text: string): void {
  const place = find(selector)
  if (place.textContent !== text) place.textContent = text
}

/** Another word begins another sentence: nothing of the old one is pushed aside. */
function say(word: string, more: string): void {
  const words = find('.pulse .words')
  const [first, rest] = words.childNodes
  if (first?.textContent !== word || !rest) {
    const strong = document.createElement('strong')
    strong.textContent = word
    words.replaceChildren(strong, document.createTextNode(more))
  } else if (rest.textContent !== more) rest.textContent = more
}

async function pull(): Promise<void> {
  const response = await fetch(`/api/faults/order?kind=refuse&ms=${PULLED_MS}&chat=${tag}`, { method: 'POST' })
  if (!response.ok) throw new Error(`The server answered with HTTP status ${response.status}`)
}
