import { type RefObject, useCallback, useEffect, useRef, useState } from 'react'
import { messageOf } from '../../shared/texts'
import { follow, type Follower } from '../../shared/follow'

/** The time, for what counts down or up on the screen; it stands still while nobody needs it. */
export function useNow(ticking: boolean): number {
  const [now, setNow] = useState(Date.now)
  useEffect(() => {
    if (!ticking) return
    const timer = setInterval(() => setNow(Date.now()), 100)
    return () => clearInterval(timer)
  }, [ticking])
  return now
}

/** Keeps a growing list at its end until the reader scrolls up. */
export function useFollow(
  scroller: RefObject<HTMLElement | null>,
  content: RefObject<HTMLElement | null>,
): { readonly following: boolean; readonly jump: () => void } {
  const [following, setFollowing] = useState(true)
  const follower = useRef<Follower>(undefined)
  useEffect(() => {
    if (!scroller.current || !content.current) return
    const own = follow(scroller.current, content.current, setFollowing)
    follower.current = own
    return () => own.dispose()
  }, [scroller, content])
  const jump = useCallback(() => follower.current?.jump(), [])
  return { following, jump }
}

/** Does what may fail, and keeps why the last attempt did. */
export function useAttempt(): {
  readonly trouble: string | undefined
  readonly setTrouble: (why: string | undefined) => void
  readonly attempt: (deed: Promise<unknown>) => void
} {
  const [trouble, setTrouble] = useState<string>()
  const attempt = useCallback((deed: Promise<unknown>) => {
    setTrouble(undefined)
    deed.catch((failure: unknown) => setTrouble(messageOf(failure)))
  }, [])
  return { trouble, setTrouble, attempt }
}
