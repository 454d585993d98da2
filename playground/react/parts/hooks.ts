import type { Chat } from 'holdline/chat'
import { type RefObject, useCallback, useEffect, useRef, useState } from 'react'
import { catchUp, stopRun, type Talk } from '../../shared/conversation'
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

/** Brings in an answer that was still being made when the page was opened. */
export function useCatchUp(
  { id, running }: Talk,
  setMessages: Chat['setMessages'],
  failed: (error: unknown) => void,
): { readonly behind: boolean; readonly stopBehind: () => Promise<void> } {
  const [behind, setBehind] = useState(running !== undefined)
  useEffect(() => {
    if (running === undefined) return
    const leaving = new AbortController()
    catchUp(id, leaving.signal, ({ messages }) => setMessages(messages ?? []))
      .catch((error: unknown) => {
        if (!leaving.signal.aborted) failed(error)
      })
      .finally(() => setBehind(leaving.signal.aborted))
    return () => leaving.abort()
  }, [id, running, setMessages, failed])
  const stopBehind = useCallback(async () => {
    if (running !== undefined) await stopRun(id, running)
  }, [id, running])
  return { behind, stopBehind }
}
