import { computed, type ComputedRef, type MaybeRefOrGetter, toValue, watch } from 'vue'
import { type SmoothTextOptions, smoothText } from '../shared/smooth.js'
import { useReadable } from './useReadable.js'
import { whileShown } from './whileShown.js'

/**
 * A text that grows evenly, like written by hand, however unevenly it comes. It catches up, whatever the speed; it ends
 * between two characters as people see them, and it is shown at once to those who want less motion. What is there at
 * first is there at once, and so is a text that does not go on from the one before.
 *
 * @example
 * const text = useSmoothText(() => textOf(props.message))
 */
export function useSmoothText(
  text: MaybeRefOrGetter<string>,
  options: MaybeRefOrGetter<SmoothTextOptions> = {},
): ComputedRef<string> {
  const smooth = smoothText(toValue(text))
  // Before anybody looks: what has come while the component was away is there at once.
  whileShown(() =>
    watch([() => toValue(text), () => toValue(options)], (now) => smooth.aim(...now), { immediate: true }),
  )
  const shown = useReadable(smooth)
  return computed(() => (toValue(text).startsWith(shown.value) ? shown.value : toValue(text)))
}
