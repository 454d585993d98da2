import { type KeyboardEvent, useState } from 'react'

interface ComposerProps {
  readonly busy: boolean
  readonly onSend: (text: string) => void
  readonly onStop: () => void
}

export function Composer({ busy, onSend, onStop }: ComposerProps) {
  const [text, setText] = useState('')
  const ready = text.trim() !== ''

  const send = (): void => {
    if (!ready) return
    onSend(text.trim())
    setText('')
  }
  const press = (event: KeyboardEvent): void => {
    // While an input method composes, Enter picks a word.
    if (event.key !== 'Enter' || event.shiftKey || event.nativeEvent.isComposing) return
    event.preventDefault()
    send()
  }

  return (
    <form
      className="composer"
      onSubmit={(event) => {
        event.preventDefault()
        send()
      }}
    >
      <textarea
        rows={1}
        aria-label="Your question"
        placeholder="Ask about holdline"
        autoComplete="off"
        value={text}
        onChange={({ target }) => setText(target.value)}
        onKeyDown={press}
      />
      <button type="submit" className={busy ? '' : 'primary'} disabled={!ready}>
        {busy ? 'Queue' : 'Send'}
      </button>
      {busy && (
        <button type="button" onClick={onStop}>
          Stop
        </button>
      )}
    </form>
  )
}
