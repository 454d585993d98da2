import { onMounted, onScopeDispose, type Ref, ref, watchEffect } from 'vue'
import { follow, type Follower } from '../../shared/follow'
import { messageOf } from '../../shared/texts'

/** The time, for what counts down or up on the screen; it stands still while nobody needs it. */
export function useNow(ticking: () => boolean): Readonly<Ref<number>> {
  const now = ref(Date.now())
  watchEffect((onCleanup) => {
    if (!ticking()) return
    const timer = setInterval(() => (now.value = Date.now()), 100)
    onCleanup(() => clearInterval(timer))
  })
  return now
}

/** Keeps a growing list at its end until the reader scrolls up. */
export function useFollow(
  scroller: Readonly<Ref<HTMLElement | null>>,
  content: Readonly<Ref<HTMLElement | null>>,
): { readonly following: Readonly<Ref<boolean>>; readonly jump: () => void } {
  const following = ref(true)
  let follower: Follower | undefined
  onMounted(() => {
    if (!scroller.value || !content.value) return
    follower = follow(scroller.value, content.value, (next) => (following.value = next))
  })
  onScopeDispose(() => follower?.dispose())
  return { following, jump: () => follower?.jump() }
}

/** Does what may fail, and keeps why the last attempt did. */
export function useAttempt(): {
  readonly trouble: Ref<string | undefined>
  readonly attempt: (deed: Promise<unknown>) => void
} {
  const trouble = ref<string>()
  return {
    trouble,
    attempt(deed) {
      trouble.value = undefined
      deed.catch((failure: unknown) => (trouble.value = messageOf(failure)))
    },
  }
}
