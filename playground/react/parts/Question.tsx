import { type ChatMessage, textOf } from 'holdline/chat'
import { type KeyboardEvent, memo, useEffect, useRef, useState } from 'react'
import { focusComposer } from '../../shared/conversation'
import type { MessageDeeds } from './Message'
import { Versions } from './Versions'

interface QuestionProps {
  readonly message: ChatMessage
  readonly index: number
  readonly count: number
  readonly busy: boolean
  readonly last: boolean
  readonly deeds: MessageDeeds
}

export const Question = memo(function Question({ message, index, count, busy, last, deeds }: QuestionProps) {
  const text = textOf(message)
  const [draft, setDraft] = useState<string>()
  const editButton = useRef<HTMLButtonElement>(null)
  const wasEditing = useRef(false)
  const editing = draft !== undefined
  const ready = !busy && draft !== undefined && draft.trim() !== ''

  useEffect(() => {
    if (wasEditing.current && !editing) editButton.current?.focus()
    wasEditing.current = editing
  }, [editing])

  const ask = (): void => {
    if (!ready) return
    deeds.edit(message.id, draft.trim())
    focusComposer()
  }
  const press = (event: KeyboardEvent): void => {
    if (event.key === 'Escape') setDraft(undefined)
    if (event.key !== 'Enter' || event.shiftKey || event.nativeEvent.isComposing) return
    event.preventDefault()
    ask()
  }

  if (editing) {
    return (
      <form
        className="message editor"
        onSubmit={(event) => {
          event.preventDefault()
          ask()
        }}
      >
        <textarea
          aria-label="Edit your question"
          autoFocus
          value={draft}
          onChange={({ target }) => setDraft(target.value)}
          onKeyDown={press}
        />
        <p className="after">
          <button type="button" className="small" onClick={() => setDraft(undefined)}>
            Cancel
          </button>
          <button type="submit" className="primary" disabled={!ready}>
            Ask
          </button>
        </p>
      </form>
    )
  }
  return (
    <div className="question">
      <article className="message user" aria-label="You">
        {text}
      </article>
      <footer className="after">
        <Versions index={index} count={count} disabled={busy} onStep={(step) => deeds.show(message.id, step)} />
        <button ref={editButton} type="button" className="small" disabled={busy} onClick={() => setDraft(text)}>
          Edit
        </button>
      </footer>
      {last && !busy && (
        <p className="note">
          This question has no answer yet.{' '}
          <button type="button" onClick={deeds.again}>
            Ask again
          </button>
        </p>
      )}
    </div>
  )
})
