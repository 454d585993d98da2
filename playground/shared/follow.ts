/** How close to the end still counts as being there, in pixels. */
const NEAR_PX = 32

export interface Follower {
  /** Goes to the end and stays there. */
  jump(): void
  dispose(): void
}

/**
 * Keeps a growing list at its end, and lets go as soon as the reader scrolls up.
 *
 * @param told - hears whether the end is being followed
 */
export function follow(scroller: HTMLElement, content: HTMLElement, told: (following: boolean) => void): Follower {
  let following = true
  let top = scroller.scrollTop

  const set = (next: boolean): void => {
    if (next === following) return
    following = next
    told(next)
  }
  const toEnd = (): void => {
    if (following) scroller.scrollTop = scroller.scrollHeight
  }
  const look = (): void => {
    const near = scroller.scrollHeight - scroller.scrollTop - scroller.clientHeight < NEAR_PX
    // Only going up lets go: text that arrives between two looks moves the end away as well.
    if (near) set(true)
    else if (scroller.scrollTop < top) set(false)
    top = scroller.scrollTop
  }

  scroller.addEventListener('scroll', look, { passive: true })
  const observer = new ResizeObserver(toEnd)
  observer.observe(content)
  observer.observe(scroller)
  toEnd()

  return {
    jump() {
      set(true)
      toEnd()
    },
    dispose() {
      observer.disconnect()
      scroller.removeEventListener('scroll', look)
    },
  }
}
