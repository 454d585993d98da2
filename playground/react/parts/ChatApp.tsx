import { useCallback, useEffect, useState } from 'react'
import { newTalk, restore, type Talk, thisTalk } from '../../shared/conversation'
import { messageOf } from '../../shared/texts'
import { Room } from './Room'

export function ChatApp() {
  const [talk, setTalk] = useState<Talk>(thisTalk)
  const [trouble, setTrouble] = useState<string>()
  const asked = talk.messages === undefined && trouble === undefined

  useEffect(() => {
    if (!asked) return
    const leaving = new AbortController()
    restore(talk.id, leaving.signal).then(setTalk, (error: unknown) => {
      if (!leaving.signal.aborted) setTrouble(messageOf(error))
    })
    return () => leaving.abort()
  }, [asked, talk.id])

  const startAnew = useCallback(() => {
    setTrouble(undefined)
    setTalk(newTalk())
  }, [])

  if (talk.messages) return <Room key={talk.id} talk={talk} onNew={startAnew} />
  return (
    <main className="talk" aria-busy={asked}>
      {trouble !== undefined && (
        <div className="note" data-tone="bad" role="alert">
          The conversation could not be brought back: {trouble}
          <p className="tools">
            <button type="button" onClick={() => setTrouble(undefined)}>
              Try again
            </button>
            <button type="button" onClick={startAnew}>
              New conversation
            </button>
          </p>
        </div>
      )}
    </main>
  )
}
