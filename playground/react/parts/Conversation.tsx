import { useChat } from 'holdline/react'
import { textOf } from 'holdline/chat'
import { useCallback, useMemo, useRef, useState } from 'react'
import { chatOptions } from '../../shared/conversation'
import { isKept } from '../../shared/talks'
import { speakChat, tellChat } from '../../shared/telling'
import { hints, suggestions } from '../../shared/texts'
import { type Choice, keepChoice, readChoice } from '../../shared/transports'
import { Bench } from './Bench'
import { Composer } from './Composer'
import { useAttempt, useFollow } from './hooks'
import { Message, type MessageDeeds } from './Message'
import { Question } from './Question'
import { StateLine } from './StateLine'
import { TalkChooser } from './TalkChooser'
import { TransportChooser } from './TransportChooser'

interface ConversationProps {
  readonly id: string
  readonly onOpen: (id?: string) => void
}

export function Conversation({ id, onOpen }: ConversationProps) {
  const [choice, setChoice] = useState(readChoice)
  const [known] = useState(() => isKept(id))
  // Another choice counts for the next answer.
  const used = useChat(chatOptions(id, choice))
  const { chat, messages, status, connection, error, stalled, queued, stop } = used
  const { trouble, attempt } = useAttempt()

  const scroller = useRef<HTMLElement>(null)
  const content = useRef<HTMLDivElement>(null)
  const { following, jump } = useFollow(scroller, content)

  const busy = status === 'submitted' || status === 'streaming' || status === 'reconnecting'
  const last = messages.at(-1)

  const send = (text: string): void => {
    attempt(chat.sendMessage({ text }))
    jump()
  }
  const choose = (next: Choice): void => {
    keepChoice(next)
    setChoice(next)
  }
  const halt = (): void => attempt(stop())
  const deeds = useMemo<MessageDeeds>(
    () => ({
      again: () => attempt(chat.regenerate()),
      edit: (messageId, text) => attempt(chat.edit(messageId, { text })),
      show(messageId, step) {
        const { ids, index } = chat.branches(messageId)
        const next = ids[index + step]
        if (next !== undefined) chat.selectBranch(next)
      },
    }),
    [chat, attempt],
  )
  const tell = useCallback(
    (now: number) => tellChat({ status, connection, error, stalled }, now),
    [status, connection, error, stalled],
  )

  return (
    <main className="room">
      <div className="tools">
        <TalkChooser id={id} onOpen={onOpen} />
        <TransportChooser choice={choice} disabled={busy} onChoose={choose} />
        <Bench chat={id} open={busy} attempt={attempt} />
      </div>

      <section className="scroller" ref={scroller} tabIndex={0} aria-label="Conversation">
        <div className="talk" ref={content}>
          {messages.length === 0 && !known && (
            <div className="welcome">
              <h1>Ask about holdline.</h1>
              <p>
                The answers come from the project’s own documents. Cut the network or reload while one arrives: it goes
                on.
              </p>
              <ul aria-label="Suggestions">
                {suggestions.map((text) => (
                  <li key={text}>
                    <button type="button" onClick={() => send(text)}>
                      {text}
                    </button>
                  </li>
                ))}
              </ul>
            </div>
          )}
          {messages.map((message) => {
            const { ids, index } = chat.branches(message.id)
            const shared = { message, index, count: ids.length, busy, last: message === last, deeds }
            if (message.role === 'user') return <Question key={message.id} {...shared} />
            return <Message key={message.id} {...shared} live={busy && message === last} />
          })}
          {busy && last?.role === 'user' && (
            <div className="waiting" aria-hidden="true">
              <span />
              <span />
              <span />
            </div>
          )}
          {queued.length > 0 && (
            <ol className="queue" aria-label="Waiting for their turn">
              {queued.map((message) => (
                <li key={message.id} className="message user">
                  {textOf(message)}
                  <small>waits for its turn</small>
                </li>
              ))}
            </ol>
          )}
        </div>
      </section>

      <div className="foot">
        {!following && (
          <button type="button" className="jump" onClick={jump}>
            Go to the newest
          </button>
        )}
        <StateLine ticking={busy} tell={tell}>
          {connection.status === 'waiting' && (
            <button type="button" className="small" onClick={used.reconnect}>
              Try now
            </button>
          )}
          {stalled && (
            <button type="button" className="small" onClick={halt}>
              Stop waiting
            </button>
          )}
        </StateLine>
        <Composer busy={busy} onSend={send} onStop={halt} />
        <p className="hint">{trouble ?? (busy ? hints.busy : hints.ready)}</p>
        <p className="unseen" role="status">
          {speakChat({ status, stalled }, last)}
        </p>
      </div>
    </main>
  )
}
