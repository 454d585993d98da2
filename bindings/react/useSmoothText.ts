import { useEffect } from 'react'
import { type SmoothTextOptions, smoothText } from '../shared/smooth.js'
import { useMade } from './useMade.js'
import { useReadable } from './useReadable.js'

/**
 * A text that grows evenly, like written by hand, however unevenly it comes. It catches up, whatever the speed; it ends
 * between two characters as people see them, and it is shown at once to those who want less motion. What is there at
 * first is there at once, and so is a text that does not go on from the one before.
 *
 * @example
 * const text = useSmoothText(textOf(message))
 */
export function useSmoothText(text: string, options: SmoothTextOptions = {}): string {
  const smooth = useMade(text, [], (now) => smoothText(now()))
  useEffect(() => smooth.aim(text, options))
  const shown = useReadable(smooth)
  return text.startsWith(shown) ? shown : text
}
