import type { Chat } from 'holdline/chat'
import { onMounted, onScopeDispose, type Ref, ref, watchEffect } from 'vue'
import { catchUp, stopRun, type Talk } from '../../shared/conversation'
import { follow, type Follower } from '../../shared/follow'

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

/** Brings in an answer that was still being made when the page was opened. */
export function useCatchUp(
  { id, running }: Talk,
  setMessages: Chat['setMessages'],
  failed: (error: unknown) => void,
): { readonly behind: Readonly<Ref<boolean>>; readonly stopBehind: () => Promise<void> } {
  const behind = ref(running !== undefined)
  if (running !== undefined) {
    const leaving = new AbortController()
    onScopeDispose(() => leaving.abort())
    catchUp(id, leaving.signal, ({ messages }) => setMessages(messages ?? []))
      .catch((error: unknown) => {
        if (!leaving.signal.aborted) failed(error)
      })
      .finally(() => (behind.value = false))
  }
  return {
    behind,
    stopBehind: async () => {
      if (running !== undefined) await stopRun(id, running)
    },
  }
}
