import { useChat } from 'holdline/react'
import { type ChatMessage, type FilePart, textOf, type ToolPart } from 'holdline/chat'
import { type DragEvent, useCallback, useMemo, useRef, useState } from 'react'
import { chatOptions, filesOf, partsOf, unlessCancelled } from '../../shared/conversation'
import { choicesFor, type Format, formats, takesFiles } from '../../shared/formats'
import { chooseFormat, keepFormat, keepSpeed, readFormat, readSpeed, speedsWith } from '../../shared/settings'
import { isKept } from '../../shared/talks'
import { speakChat, tellChat } from '../../shared/telling'
import { answerTool, askedIn } from '../../shared/tools'
import { type Choice, keepChoice, readChoice } from '../../shared/transports'
import { settingWords, suggested, words } from '../../shared/words/chat'
import { Bench } from './Bench'
import { Composer, type ComposerHandle } from './Composer'
import { useAttempt, useFollow } from './hooks'
import { Message, type MessageDeeds } from './Message'
import { OptionChooser } from './OptionChooser'
import { Queue } from './Queue'
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
  const [format, setFormat] = useState(() => readFormat(id))
  const [speed, setSpeed] = useState(readSpeed)
  // Another choice counts for the next answer.
  const used = useChat(chatOptions(id, { choice, format, speed }))
  const { chat, messages, status, connection, error, stalled, queued, stop } = used
  const { trouble, setTrouble, attempt } = useAttempt()

  const scroller = useRef<HTMLElement>(null)
  const content = useRef<HTMLDivElement>(null)
  const composer = useRef<ComposerHandle>(null)
  const { following, jump } = useFollow(scroller, content)

  const busy = status === 'submitted' || status === 'streaming' || status === 'reconnecting'
  const last = messages.at(-1)

  const send = (text: string, files: readonly FilePart[] = []): void => {
    attempt(chat.sendMessage({ parts: partsOf(text, files) }).catch(unlessCancelled))
    jump()
  }
  const speak = (next: Format): void => {
    chooseFormat(next)
    keepFormat(id, next)
    setFormat(next)
    if (!choicesFor(next).some(({ value }) => value === choice)) choose('auto')
  }
  const hurry = (next: string): void => {
    keepSpeed(next)
    setSpeed(next)
  }
  /** Takes a message out of the queue, to write it anew or not at all. */
  const takeBack = (messageId: string, again: boolean = false): void => {
    const message = chat.cancelQueued(messageId)
    if (message && again) composer.current?.put(textOf(message), filesOf(message))
  }
  const drop = (event: DragEvent): void => {
    event.preventDefault()
    void composer.current?.add([...event.dataTransfer.files])
  }
  const choose = (next: Choice): void => {
    keepChoice(next)
    setChoice(next)
  }
  const halt = (): void => attempt(stop())
  const deeds = useMemo<MessageDeeds>(
    () => ({
      again: () => attempt(chat.regenerate()),
      edit: (message: ChatMessage, text) => attempt(chat.edit(message.id, { parts: partsOf(text, filesOf(message)) })),
      answer: (call: ToolPart, approved) => attempt(answerTool(chat, call, approved)),
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

  const hint = trouble ?? (busy ? words.busy : words.ready)
  return (
    <main className="room" onDragOver={(event) => event.preventDefault()} onDrop={drop}>
      <div className="tools">
        <TalkChooser id={id} onOpen={onOpen} />
        <OptionChooser label={settingWords.format} value={format} options={formats} disabled={busy} onChoose={speak} />
        <TransportChooser choice={choice} choices={choicesFor(format)} disabled={busy} onChoose={choose} />
        <OptionChooser label={settingWords.speed} value={speed} options={speedsWith(speed)} onChoose={hurry} />
        <Bench chat={id} open={busy} attempt={attempt} />
      </div>

      <section className="scroller" ref={scroller} tabIndex={0} aria-label={words.region}>
        <div className="talk" ref={content}>
          {messages.length === 0 && !known && (
            <div className="welcome">
              <h1>{words.welcome}</h1>
              <p>{words.lead}</p>
              <ul aria-label={words.suggestions}>
                {Object.values(suggested).map((text) => (
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
          {(status === 'submitted' || (busy && last?.role === 'user')) && (
            <div className="waiting" aria-hidden="true">
              <span />
              <span />
              <span />
            </div>
          )}
          {queued.length > 0 && <Queue messages={queued} onEdit={(at) => takeBack(at, true)} onDrop={takeBack} />}
        </div>
      </section>

      <div className="foot">
        {!following && (
          <button type="button" className="jump" onClick={jump}>
            {words.jump}
          </button>
        )}
        <StateLine ticking={busy} tell={tell}>
          {connection.status === 'waiting' && (
            <button type="button" className="small" onClick={used.reconnect}>
              {words.tryNow}
            </button>
          )}
          {stalled && (
            <button type="button" className="small" onClick={halt}>
              {words.stopWaiting}
            </button>
          )}
        </StateLine>
        <Composer
          ref={composer}
          busy={busy}
          takesFiles={takesFiles(format)}
          onSend={send}
          onStop={halt}
          onTrouble={setTrouble}
        />
        <p key={hint} className="hint">
          {hint}
        </p>
        <p className="unseen" role="status">
          {(!busy && askedIn(last)) || speakChat({ status, stalled }, last)}
        </p>
      </div>
    </main>
  )
}
