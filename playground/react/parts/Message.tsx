import { type ChatMessage, type ReasoningPart, textOf } from 'holdline/chat'
import { memo, useState } from 'react'
import { noteOf, usageOf } from '../../shared/telling'
import { Prose } from './Prose'

interface MessageProps {
  readonly message: ChatMessage
  /** Whether it is still arriving. */
  readonly live: boolean
  /** Asks again; only for the last message. */
  readonly onAgain: (() => void) | undefined
}

/** A message that did not change is the same object, so it is not rendered again while another one streams. */
export const Message = memo(function Message({ message, live, onAgain }: MessageProps) {
  const text = textOf(message)
  if (message.role === 'user') {
    return (
      <>
        <article className="message user" aria-label="You">
          {text}
        </article>
        {onAgain && (
          <p className="note">
            This question has no answer yet.{' '}
            <button type="button" onClick={onAgain}>
              Ask again
            </button>
          </p>
        )}
      </>
    )
  }
  const thought = message.parts.filter((part): part is ReasoningPart => part.type === 'reasoning')
  const note = message.end && noteOf(message.end)
  return (
    <article className="message assistant" aria-label="Answer" aria-busy={live} data-end={message.end?.state}>
      {thought.length > 0 && (
        <details className="thought">
          <summary>{live && text === '' ? 'Thinking …' : 'What it thought'}</summary>
          <p>{thought.map((part) => part.text).join('\n\n')}</p>
        </details>
      )}
      <Prose source={text} />
      {note && (
        <p className="note" data-tone={note.tone}>
          {note.text}
        </p>
      )}
      <footer className="after">
        {!live && text !== '' && <CopyButton text={text} />}
        {onAgain && (
          <button type="button" className="small" onClick={onAgain}>
            Regenerate
          </button>
        )}
        <span className="usage">{usageOf(message)}</span>
      </footer>
    </article>
  )
})

function CopyButton({ text }: { readonly text: string }) {
  const [word, setWord] = useState('Copy')
  const copy = (): void => {
    navigator.clipboard.writeText(text).then(
      () => setWord('Copied'),
      () => setWord('The browser does not let us'),
    )
    setTimeout(() => setWord('Copy'), 2_000)
  }
  return (
    <button type="button" className="small" onClick={copy}>
      {word}
    </button>
  )
}
