import { button, draw, make, say } from './dom.js'
import { spanOf } from './describe.js'
import type { Material } from './material.js'
import { drawTimeline, heightOf } from './timeline.js'
import type { Words } from './words.js'

const SPANS_MS: readonly number[] = [5_000, 15_000, 60_000, 300_000, 1_800_000, 7_200_000]
const FIRST_SPAN = 2
/** How far an arrow moves, as a part of what is seen. */
const STEP = 0.25

/** The timeline with what moves it. */
export interface ScopeView {
  readonly element: HTMLElement
  /** `endMs`: where the time that is there ends. */
  show(material: Material, endMs: number): void
  dispose(): void
}

/** Follows the end of time until somebody moves it. */
export function createScope(words: Words, changed: () => void): ScopeView {
  let zoom = FIRST_SPAN
  let newestMs = 0
  let heldMs: number | undefined
  const picture = draw('svg', { role: 'img', tabindex: 0, 'aria-label': words.timeline })
  const span = make('output', {})
  const follow = button(words.follow, () => hold(undefined))

  function change(by: number): void {
    zoom = Math.min(SPANS_MS.length - 1, Math.max(0, zoom + by))
    changed()
  }

  function hold(ms: number | undefined): void {
    heldMs = ms !== undefined && ms < newestMs ? ms : undefined
    changed()
  }

  const move = (by: number): void => hold((heldMs ?? newestMs) + by * STEP * SPANS_MS[zoom]!)
  const keys: Readonly<Record<string, () => void>> = {
    '+': () => change(-1),
    '=': () => change(-1),
    '-': () => change(1),
    ArrowLeft: () => move(-1),
    ArrowRight: () => move(1),
    End: () => hold(undefined),
  }
  picture.addEventListener('keydown', (event) => {
    const deed = keys[event.key]
    if (!deed || event.ctrlKey || event.metaKey || event.altKey) return
    event.preventDefault()
    deed()
  })
  const watch = new ResizeObserver(changed)
  watch.observe(picture)

  const named = (sign: string, name: string, deed: () => void): HTMLButtonElement => {
    const element = button(sign, deed)
    element.setAttribute('aria-label', name)
    element.title = name
    return element
  }

  return {
    element: make(
      'section',
      { 'aria-label': words.timeline, title: words.keys },
      make(
        'div',
        { class: 'bar' },
        named('−', words.zoomOut, () => change(1)),
        span,
        named('+', words.zoomIn, () => change(-1)),
        named('←', words.earlier, () => move(-1)),
        follow,
      ),
      picture,
    ),
    show(material, endMs) {
      newestMs = endMs
      const range = { spanMs: SPANS_MS[zoom]!, endMs: heldMs ?? endMs }
      const width = Math.max(1, picture.clientWidth)
      picture.setAttribute('height', String(heightOf(material, range)))
      picture.replaceChildren(...drawTimeline(material, range, width, words))
      say(span, spanOf(range.spanMs))
      follow.disabled = heldMs === undefined
    },
    dispose: () => watch.disconnect(),
  }
}
