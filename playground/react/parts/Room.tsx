import { useChat } from 'holdline/react'
import { useCallback, useRef, useState } from 'react'
import { chatOptions, makeTrouble, type Talk } from '../../shared/conversation'
import { speakChat, tellChat } from '../../shared/telling'
import { hints, messageOf, suggestions } from '../../shared/texts'
import { type Choice, keepChoice, readChoice } from '../../shared/transports'
import { Composer } from './Composer'
import { useCatchUp, useFollow } from './hooks'
import { Message } from './Message'
import { StateLine } from './StateLine'
import { TransportChooser } from './TransportChooser'

interface RoomProps {
  readonly talk: Talk
  readonly onNew: () => void
}

export function Room({ talk, onNew }: RoomProps) {
  const [choice, setChoice] = useState(readChoice)
  // Another choice counts for the next answer.
  const chat = useChat(chatOptions(talk, choice))
  const { messages, status, connection, error, sendMessage, regenerate } = chat
  const [trouble, setTrouble] = useState<string>()
  const report = useCallback((failure: unknown) => setTrouble(messageOf(failure)), [])
  const { behind, stopBehind } = useCatchUp(talk, chat.setMessages, report)

  const scroller = useRef<HTMLElement>(null)
  const content = useRef<HTMLDivElement>(null)
  const { following, jump } = useFollow(scroller, content)

  const arriving = status === 'submitted' || status === 'streaming' || status === 'reconnecting'
  const busy = arriving || behind
  const last = messages.at(-1)

  const attempt = useCallback(
    (deed: Promise<unknown>) => {
      setTrouble(undefined)
      deed.catch(report)
    },
    [report],
  )
  const send = useCallback(
    (text: string) => {
      attempt(sendMessage({ text }))
      jump()
    },
    [attempt, sendMessage, jump],
  )
  const choose = (next: Choice): void => {
    keepChoice(next)
    setChoice(next)
  }
  const again = useCallback(() => attempt(regenerate()), [attempt, regenerate])
  const tell = useCallback((now: number) => tellChat({ status, connection, error }, now), [status, connection, error])

  return (
    <main className="room">
      <div className="tools">
        <TransportChooser choice={choice} disabled={busy} onChoose={choose} />
        <button type="button" disabled={!arriving} onClick={() => attempt(makeTrouble(`cut?chat=${talk.id}`))}>
          Cut the network
        </button>
        <button type="button" onClick={() => attempt(makeTrouble('refuse?ms=3000'))}>
          Refuse for 3 s
        </button>
        <button type="button" className="push" onClick={onNew}>
          New conversation
        </button>
      </div>

      <section className="scroller" ref={scroller} tabIndex={0} aria-label="Conversation">
        <div className="talk" ref={content}>
          {messages.length === 0 && (
            <div className="welcome">
              <h1>Ask about holdline.</h1>
              <p>The answers come from the project’s own documents. Cut the network while one arrives: it goes on.</p>
              <ul aria-label="Suggestions">
                {suggestions.map((text) => (
                  <li key={text}>
                    <button type="button" disabled={busy} onClick={() => send(text)}>
                      {text}
                    </button>
                  </li>
                ))}
              </ul>
            </div>
          )}
          {messages.map((message) => (
            <Message
              key={message.id}
              message={message}
              live={busy && message === last && message.role === 'assistant'}
              onAgain={message === last && !busy ? again : undefined}
            />
          ))}
          {arriving && last?.role === 'user' && (
            <div className="waiting" aria-hidden="true">
              <span />
              <span />
              <span />
            </div>
          )}
        </div>
      </section>

      <div className="foot">
        {!following && (
          <button type="button" className="jump" onClick={jump}>
            Go to the newest
          </button>
        )}
        <StateLine ticking={arriving} tell={behind ? tellBehind : tell}>
          {connection.status === 'waiting' && (
            <button type="button" className="small" onClick={chat.reconnect}>
              Try now
            </button>
          )}
        </StateLine>
        <Composer busy={busy} onSend={send} onStop={() => attempt(behind ? stopBehind() : chat.stop())} />
        <p className="hint">{trouble ?? (busy ? hints.busy : hints.ready)}</p>
        <p className="unseen" role="status">
          {speakChat(status, last)}
        </p>
      </div>
    </main>
  )
}

const tellBehind = (): ReturnType<typeof tellChat> => ({
  tone: 'live',
  word: 'Catching up',
  more: ['the server went on with this answer while the page was away'],
})
