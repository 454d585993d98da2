import { systemClock } from '../base/clock.js'
import type { HoldlineError } from '../base/error.js'
import type { KeptJournal, Recording } from '../connection/journal.js'
import type { Journal, Plan } from '../connection/machine.js'
import type { Sign } from '../connection/notes.js'
import { createAttemptList } from './attempts.js'
import { button, make, say } from './dom.js'
import { createEvents } from './events.js'
import { createFacts } from './facts.js'
import { compare, offer, read, write } from './files.js'
import { endOf, linesIn, type Material, nothing, part, still } from './material.js'
import { createScope } from './scope.js'
import type { InspectedConnection } from './types.js'
import { wordsIn } from './words.js'

/** What a panel looks at. */
export interface Sources {
  readonly journal: KeptJournal | undefined
  readonly connection: InspectedConnection | undefined
  readonly judge: Plan['judge'] | undefined
}

export interface Panel {
  readonly element: HTMLElement
  dispose(): void
}

/** How often it looks at the clock while time is all that moves. */
const TICK_MS = 250
const MOST_FAULTS = 100

const isKept = (journal: Journal | undefined): journal is KeptJournal =>
  !!journal && 'recordings' in journal && 'subscribe' in journal

/** The whole inspector, drawn once a frame at the most, and only where something has changed. */
export function createPanel({ journal: given, connection, judge }: Sources, language: string): Panel {
  const words = wordsIn(language)
  const journal = given ?? (isKept(connection?.journal) ? connection.journal : undefined)
  /** What `decode` could not read, which no journal hears of. */
  const faults: Sign[] = []
  let line: number | undefined
  let clearedMs = 0
  /** What stands still: a pause, or a file. */
  let held: { readonly material: Material; readonly recordings?: readonly Recording[] } | undefined
  let frame: number | undefined
  let stopTicking = (): void => {}

  const facts = createFacts(words)
  const scope = createScope(words, refresh)
  const attempts = createAttemptList(words)
  const events = createEvents(words, refresh)
  const chooser = make('select', {})
  const lines = make('label', { hidden: '' }, words.line, ' ', chooser)
  const pause = button(words.pause, () => hold(held ? undefined : { material: still(live()) }))
  const back = button(words.back, () => hold(undefined))
  const file = make('input', { type: 'file', accept: '.json,application/json', hidden: '' })
  const note = make('p', { class: 'note', role: 'status' })
  const text = (): string => write(held?.recordings ?? journal?.recordings() ?? [])
  const tools = make(
    'div',
    { class: 'bar' },
    pause,
    button(words.clear, () => {
      clearedMs = systemClock.now()
      refresh()
    }),
    button(words.download, () => offer(text(), 'holdline-journal.json')),
    button(words.copy, () => void copy()),
    button(words.replay, () => file.click()),
    back,
    lines,
  )
  const element = make('div', { class: 'panel', role: 'group', 'aria-label': words.inspector })
  element.append(tools, file, note, ...facts.elements, scope.element, attempts.element, events.element)

  chooser.addEventListener('change', () => {
    line = Number(chooser.value) || undefined
    refresh()
  })
  file.addEventListener('change', () => void play())

  const leaves = [
    journal?.subscribe(refresh),
    connection?.state.subscribe(refresh),
    connection?.faults.subscribe((error) => {
      faults.push(signOf(error))
      if (faults.length > MOST_FAULTS) faults.shift()
      refresh()
    }),
  ]
  refresh()

  function live(): Material {
    if (!journal) return { ...nothing, signs: faults }
    const { entries, attempts: made, signs } = journal
    // What a transport could not read is in the journal as well.
    const known = new Set(signs.flatMap(({ type, text: said }) => (type === 'fault' ? [said] : [])))
    const own = faults.filter((fault) => !known.has(fault.text))
    if (own.length === 0) return { entries, attempts: made, signs }
    return { entries, attempts: made, signs: [...signs, ...own].sort((a, b) => a.atMs - b.atMs) }
  }

  function refresh(): void {
    frame ??= requestAnimationFrame(() => {
      frame = undefined
      render()
    })
  }

  function hold(next: typeof held): void {
    held = next
    line = undefined
    if (!next?.recordings) say(note, '')
    refresh()
  }

  function render(): void {
    stopTicking()
    const whole = held?.material ?? live()
    const numbers = linesIn(whole)
    chooseAmong(numbers)
    const material = part(whole, line, held?.recordings ? 0 : clearedMs)
    // The newest line counts, though an older one may be closed later; and what was cleared away is still how things are.
    const chosen = line ?? Math.max(...numbers)
    const last = [...whole.entries].reverse().find((entry) => (entry.line ?? 1) === chosen)
    const state = held || line !== undefined || !connection ? last?.state : connection.state.get()
    const now = held ? endOf(material) : systemClock.now()
    facts.show(material, state, now)
    scope.show(material, now)
    attempts.show(material, now)
    events.show(material)
    pause.setAttribute('aria-pressed', String(!!held && !held.recordings))
    say(pause, held && !held.recordings ? words.goOn : words.pause)
    pause.disabled = !!held?.recordings
    back.hidden = !held?.recordings
    if (!journal && !held) say(note, words.noJournal)
    const moves = !held && !/idle|closed|failed/.test(state?.status ?? 'idle')
    if (moves) stopTicking = systemClock.after(TICK_MS, refresh)
  }

  function chooseAmong(numbers: readonly number[]): void {
    lines.hidden = numbers.length < 2
    const values = ['', ...numbers.map(String).reverse()]
    if ([...chooser.options].map(({ value }) => value).join() === values.join()) return
    chooser.replaceChildren(...values.map((value) => make('option', { value }, value || words.all)))
    if (line !== undefined && !numbers.includes(line)) line = undefined
    chooser.value = String(line ?? '')
  }

  async function copy(): Promise<void> {
    try {
      await navigator.clipboard.writeText(text())
      say(note, words.copied)
    } catch {
      // Without leave, or in a frame: then there is the download.
      say(note, words.notCopied)
    }
  }

  async function play(): Promise<void> {
    const [chosen] = file.files ?? []
    if (!chosen) return
    try {
      const recordings = read(await chosen.text())
      const material = compare(recordings, judge)
      const count = material.replayed?.size ?? 0
      hold({ material, recordings })
      events.choose(count > 0 ? 'differs' : 'all')
      say(note, `${chosen.name}: ${count > 0 ? `${words.differ}: ${count}` : words.same}`)
    } catch {
      // Whatever it is, it was not written here.
      say(note, `${chosen.name}: ${words.notOne}`)
    }
    // The same file may be chosen again.
    file.value = ''
  }

  return {
    element,
    dispose() {
      for (const leave of leaves) leave?.()
      if (frame !== undefined) cancelAnimationFrame(frame)
      stopTicking()
      scope.dispose()
    },
  }
}

const signOf = ({ code, message, attempt = 0 }: HoldlineError): Sign => ({
  line: 1,
  attempt,
  type: 'fault',
  atMs: systemClock.now(),
  count: 1,
  size: 0,
  id: code,
  text: message,
})
