import { useCallback, useState } from 'react'
import { openTalk, thisTalk } from '../../shared/talks'
import { Conversation } from './Conversation'

export function ChatApp() {
  const [id, setId] = useState(thisTalk)
  const open = useCallback((next?: string) => setId(openTalk(next)), [])
  return <Conversation key={id} id={id} onOpen={open} />
}
