import type { Readable } from 'holdline'

/** A hidden page paints no frames, and may still want to know. */
const HIDDEN_MS = 250
const FRAME_MS = 16

/**
 * Tells of changes once per frame at most: a flood of messages becomes one render. In between, it shows what the last
 * frame showed. For one reader at a time.
 */
export function paced<T>(source: Readable<T>): Readable<T> {
  let shown = source.get()
  return {
    get: () => shown,
    subscribe(listener) {
      let forget: (() => void) | undefined
      const show = (): void => {
        forget = forget?.() as undefined
        shown = source.get()
        listener()
      }
      const leave = source.subscribe(() => (forget ??= nextFrame(show)))
      return () => {
        leave()
        // What has come is not lost: whoever reads next begins with it.
        forget?.()
        shown = source.get()
      }
    },
  }
}

/** Runs with the next frame, and tells its time; or soon where there is none to come. */
export function nextFrame(task: (atMs?: number) => void): () => void {
  const paints = 'requestAnimationFrame' in globalThis
  const timer = setTimeout(task, paints ? HIDDEN_MS : FRAME_MS)
  const frame = paints && requestAnimationFrame(task)
  return () => {
    clearTimeout(timer)
    if (frame) cancelAnimationFrame(frame)
  }
}
