import { computed, type ComputedRef, type MaybeRefOrGetter, shallowRef, toValue, watch } from 'vue'
import type { Readable } from 'holdline'
import { whileShown } from './whileShown.js'

/**
 * Reads any of our stores. The ref is read-only and shallow. On a server, the value as it is.
 *
 * @example
 * const unread = useReadable(fold(notifications, (count) => count + 1, 0))
 */
export function useReadable<T>(readable: MaybeRefOrGetter<Readable<T>>): ComputedRef<T> {
  const changes = shallowRef(0)
  const read = (): void => {
    changes.value++
  }
  whileShown(() =>
    watch(
      () => toValue(readable),
      (source, _before, onCleanup) => {
        onCleanup(source.subscribe(read))
        // It may have changed while nobody looked.
        read()
      },
      { immediate: true },
    ),
  )
  return computed(() => {
    void changes.value
    return toValue(readable).get()
  })
}
