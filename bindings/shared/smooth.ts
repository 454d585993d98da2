import type { Readable } from 'holdline'
import { characterAt } from './graphemes.js'
import { nextFrame } from './paced.js'

/** What {@link useSmoothText} takes. */
export interface SmoothTextOptions {
  /** How far what is shown may be behind, in milliseconds; 0 shows everything at once. @defaultValue 200 */
  readonly lagMs?: number | undefined
}

/** A text that is written out, character by character. */
export interface SmoothText extends Readable<string> {
  /** What shall be shown. One that does not go on from what is shown is shown at once. */
  aim(text: string, options?: SmoothTextOptions): void
}

const FRAME_MS = 16

/** Runs only while somebody looks, and there is something left to write. For one reader. */
export function smoothText(first: string): SmoothText {
  let target = first
  let shown = first
  /** Where the last character begins, or one before it: what comes later may belong to it, such as an accent. */
  let last = 0
  let lagMs = 0
  let beforeMs: number | undefined
  let tell: (() => void) | undefined
  let forget: (() => void) | undefined

  function rest(): void {
    forget = forget?.() as undefined
    beforeMs = undefined
  }

  function jump(): void {
    rest()
    shown = target
    // Nothing belongs to a line break.
    last = Math.max(last, shown.lastIndexOf('\n') + 1)
    tell?.()
  }

  function write(atMs?: number): void {
    forget?.()
    forget = undefined
    // Nobody sees a page that paints no frames.
    if (atMs === undefined) return jump()
    const passedMs = atMs - (beforeMs ?? atMs - FRAME_MS)
    beforeMs = atMs
    // The more there is left the faster: it catches up whatever the speed at which the text comes.
    const left = target.length - shown.length
    const more = Math.ceil(left * Math.min(1, passedMs / lagMs))
    const [start, end] = characterAt(target, last, shown.length + more)
    last = start
    shown = target.slice(0, end)
    if (shown === target) rest()
    else forget = nextFrame(write)
    tell?.()
  }

  return {
    get: () => shown,
    subscribe(listener) {
      tell = listener
      return () => {
        tell = undefined
        jump()
      }
    },
    aim(text, options = {}) {
      const { lagMs: lag = 200 } = options
      const goesOn = text.startsWith(shown)
      if (!goesOn) last = 0
      target = text
      lagMs = lag
      if (text === shown) rest()
      else if (!tell || lag <= 0 || !goesOn || wantsRest()) jump()
      else forget ??= nextFrame(write)
    },
  }
}

/** Looked up each time: it may be switched while the page is open. */
const wantsRest = (): boolean =>
  (globalThis as Partial<typeof globalThis>).matchMedia?.('(prefers-reduced-motion: reduce)').matches ?? false
