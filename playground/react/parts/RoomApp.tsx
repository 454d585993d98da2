import { useConnection, useFold, useReadable } from 'holdline/react'
import { type FormEvent, useCallback, useEffect, useState } from 'react'
import { createOutbox, type Outgoing, underWay } from '../../shared/outgoing'
import {
  badge,
  countsOfHall,
  type Heard,
  hear,
  latenessOf,
  me,
  opened,
  roomOptions,
  type Said,
  say,
  silence,
  tagOf,
  timeOf,
} from '../../shared/room'
import { canDial, tellLine } from '../../shared/telling'
import { type Choice, keepChoice, readChoice } from '../../shared/transports'
import { words } from '../../shared/words/room'
import { lineWords } from '../../shared/words/shared'
import { Bench } from './Bench'
import { useAttempt } from './hooks'
import { StateLine } from './StateLine'
import { TransportChooser } from './TransportChooser'

const outbox = createOutbox()

export function RoomApp() {
  const [choice, setChoice] = useState(readChoice)
  const [together, setTogether] = useState(false)
  const { connection, state, send, reconnect } = useConnection(roomOptions(choice, together), [choice, together])
  const hall = useFold(connection, hear, silence)
  const gaps = useFold(connection.gaps, (count) => count + 1, 0)
  const outgoing = useReadable(outbox)
  const { trouble, attempt } = useAttempt()
  const [read, setRead] = useState('')
  const [text, setText] = useState('')

  const tell = useCallback((now: number) => tellLine(state, now), [state])
  const unread = hall.alerts.filter(({ id, from, at }) => id > read && from !== me && at >= opened).length
  useEffect(() => badge(unread, 'React'), [unread])

  const post = (said: Said): void => attempt(outbox.post(said, send))
  const choose = (next: Choice): void => {
    keepChoice(next)
    setChoice(next)
  }
  const tellAll = (event: FormEvent): void => {
    event.preventDefault()
    if (text.trim() === '') return
    post(say('alert', text.trim()))
    setText('')
  }
  const liking = outgoing.filter(({ said, status }) => said.kind === 'like' && status === 'sending').length

  return (
    <main>
      <div className="tools">
        <TransportChooser choice={choice} onChoose={choose} />
        <Bench chat={tagOf(together)} open={state.status === 'open'} attempt={attempt} />
        <label className="check">
          <input type="checkbox" checked={together} onChange={({ target }) => setTogether(target.checked)} />
          {words.together}
        </label>
      </div>
      <h1>{words.title}</h1>
      <p className="lead">{words.lead}</p>
      <StateLine ticking tell={tell}>
        {canDial(state.status) && (
          <button type="button" className="small" onClick={reconnect}>
            {lineWords.tryNow}
          </button>
        )}
      </StateLine>

      <div className="hall">
        <section className="card likes" aria-labelledby="likes">
          <h2 id="likes">{words.likes}</h2>
          <output aria-live="off">{hall.likes}</output>
          <button type="button" className="primary" onClick={() => post(say('like'))}>
            {words.like}
          </button>
          <p className="fate">{liking > 0 ? words.liking(liking) : ''}</p>
        </section>

        <section className="card alerts" aria-labelledby="alerts">
          <header>
            <h2 id="alerts">{words.alerts}</h2>
            <span className="badge" data-unread={unread > 0}>
              {words.unread(unread)}
            </span>
            <button
              type="button"
              className="small"
              disabled={unread === 0}
              onClick={() => setRead(hall.alerts.at(-1)?.id ?? '')}
            >
              {words.read}
            </button>
          </header>
          <ol aria-label={words.list} tabIndex={0}>
            {underWay(outgoing, hall.alerts)
              .toReversed()
              .map((one) => (
                <OnItsWay key={one.said.key} one={one} onAgain={() => post(one.said)} />
              ))}
            {hall.alerts.toReversed().map((alert) => (
              <Alert key={alert.id} alert={alert} isNew={alert.id > read} />
            ))}
          </ol>
          {hall.alerts.length === 0 && outgoing.length === 0 && <p className="empty">{words.nothing}</p>}
          <form className="composer" onSubmit={tellAll}>
            <input
              aria-label={words.yours}
              placeholder={words.say(me)}
              autoComplete="off"
              value={text}
              onChange={({ target }) => setText(target.value)}
            />
            <button type="submit" className="primary" disabled={text.trim() === ''}>
              {words.send}
            </button>
          </form>
        </section>
      </div>

      <dl className="counts">
        {countsOfHall(hall, gaps).map(([name, count]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{count}</dd>
          </div>
        ))}
      </dl>
      {gaps > 0 && (
        <p className="note" data-tone="warn">
          {words.gap}
        </p>
      )}
      {trouble !== undefined && (
        <p className="note" data-tone="bad" role="alert">
          {trouble}
        </p>
      )}
      <p className="unseen" role="status">
        {tellLine(state, 0).word}
        {unread > 0 && ` · ${words.unread(unread)}`}
      </p>
    </main>
  )
}

function Alert({ alert, isNew }: { readonly alert: Heard; readonly isNew: boolean }) {
  const mine = alert.from === me
  const late = latenessOf(alert)
  return (
    <li data-new={isNew && !mine && alert.at >= opened}>
      <p>{alert.text}</p>
      <small>
        {mine ? words.you : alert.from} · {timeOf(alert.at)}
        {mine && ` · ${words.sent}`}
        {late && <em> · {late}</em>}
      </small>
    </li>
  )
}

function OnItsWay({
  one: { said, status, reason },
  onAgain,
}: {
  readonly one: Outgoing
  readonly onAgain: () => void
}) {
  return (
    <li data-status={status}>
      <p>{said.text}</p>
      <small>
        {words.you} · {words[status]}
        {reason !== undefined && `: ${reason}`}
      </small>
      {status === 'refused' && (
        <span className="again">
          <button type="button" className="small" onClick={onAgain}>
            {words.again}
          </button>
          <button type="button" className="small" onClick={() => outbox.forget(said.key)}>
            {words.drop}
          </button>
        </span>
      )}
    </li>
  )
}
