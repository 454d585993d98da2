import { type ChatMessage, textOf } from 'holdline/chat'
import { type KeyboardEvent, memo, useEffect, useRef, useState } from 'react'
import { filesOf, focusComposer } from '../../shared/conversation'
import { words } from '../../shared/words/chat'
import { Files } from './Files'
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
  const files = filesOf(message)
  const [draft, setDraft] = useState<string>()
  const editButton = useRef<HTMLButtonElement>(null)
  const wasEditing = useRef(false)
  const editing = draft !== undefined
  const ready = !busy && draft !== undefined && (draft.trim() !== '' || files.length > 0)

  useEffect(() => {
    if (wasEditing.current && !editing) editButton.current?.focus()
    wasEditing.current = editing
  }, [editing])

  const ask = (): void => {
    if (!ready) return
    deeds.edit(message, draft.trim())
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
          aria-label={words.editing}
          autoFocus
          value={draft}
          onChange={({ target }) => setDraft(target.value)}
          onKeyDown={press}
        />
        <p className="after">
          <button type="button" className="small" onClick={() => setDraft(undefined)}>
            {words.cancel}
          </button>
          <button type="submit" className="primary" disabled={!ready}>
            {words.ask}
          </button>
        </p>
      </form>
    )
  }
  return (
    <div className="question">
      <article className="message user" aria-label={words.you}>
        {files.length > 0 && <Files files={files} />}
        {text}
      </article>
      <footer className="after">
        <Versions index={index} count={count} disabled={busy} onStep={(step) => deeds.show(message.id, step)} />
        <button ref={editButton} type="button" className="small" disabled={busy} onClick={() => setDraft(text)}>
          {words.edit}
        </button>
      </footer>
      {last && !busy && (
        <p className="note">
          {words.unanswered}{' '}
          <button type="button" onClick={deeds.again}>
            {words.askAgain}
          </button>
        </p>
      )}
    </div>
  )
})
