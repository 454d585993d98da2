import { type ChatMessage, type ReasoningPart, textOf } from 'holdline/chat'
import { memo, useState } from 'react'
import { noteOf, usageOf } from '../../shared/telling'
import { Prose } from './Prose'
import { Versions } from './Versions'

/** What can be done with a message; the same functions for all of them, always. */
export interface MessageDeeds {
  readonly again: () => void
  readonly edit: (id: string, text: string) => void
  /** Shows the version so many steps away. */
  readonly show: (id: string, step: 1 | -1) => void
}

interface MessageProps {
  readonly message: ChatMessage
  readonly index: number
  readonly count: number
  /** Whether it is still arriving. */
  readonly live: boolean
  readonly busy: boolean
  readonly last: boolean
  readonly deeds: MessageDeeds
}

/** A message that did not change is the same object, so it is not rendered again while another one streams. */
export const Message = memo(function Message({ message, index, count, live, busy, last, deeds }: MessageProps) {
  const text = textOf(message)
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
        <Versions index={index} count={count} disabled={busy} onStep={(step) => deeds.show(message.id, step)} />
        {!live && text !== '' && <CopyButton text={text} />}
        {last && !busy && (
          <button type="button" className="small" onClick={deeds.again}>
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
