import { type ChatMessage, textOf, type ToolPart } from 'holdline/chat'
import { memo, useState } from 'react'
import { type Piece, piecesOf, placesOf } from '../../shared/answer'
import { noteOf, usageOf } from '../../shared/telling'
import { words } from '../../shared/words/chat'
import { Prose } from './Prose'
import { Sources } from './Sources'
import { ToolCard } from './ToolCard'
import { Versions } from './Versions'

/** What can be done with a message; the same functions for all of them, always. */
export interface MessageDeeds {
  readonly again: () => void
  readonly edit: (message: ChatMessage, text: string) => void
  /** Shows the version so many steps away. */
  readonly show: (id: string, step: 1 | -1) => void
  /** Says whether a tool may run. */
  readonly answer: (call: ToolPart, approved: boolean) => void
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
  const pieces = piecesOf(message)
  const places = placesOf(message)
  const note = message.end && noteOf(message.end)
  return (
    <article className="message assistant" aria-label={words.answer} aria-busy={live} data-end={message.end?.state}>
      {pieces.map((piece, at) => (
        <Shown key={piece.key} piece={piece} growing={live && at === pieces.length - 1} onAnswer={deeds.answer} />
      ))}
      {note && (
        <p className="note" data-tone={note.tone}>
          {note.text}
        </p>
      )}
      {places.length > 0 && <Sources places={places} />}
      {/* Another one at the end, so that the one with words in it has never stood elsewhere. */}
      <footer key={String(live)} className="after">
        <Versions index={index} count={count} disabled={busy} onStep={(step) => deeds.show(message.id, step)} />
        {!live && text !== '' && <CopyButton text={text} />}
        {last && !busy && (
          <button type="button" className="small" onClick={deeds.again}>
            {words.regenerate}
          </button>
        )}
        <span className="usage">{live ? '' : usageOf(message)}</span>
      </footer>
    </article>
  )
})

interface ShownProps {
  readonly piece: Piece
  readonly growing: boolean
  readonly onAnswer: MessageDeeds['answer']
}

function Shown({ piece, growing, onAnswer }: ShownProps) {
  if (piece.kind === 'text') return <Prose part={piece.part} />
  if (piece.kind === 'tool')
    return <ToolCard call={piece.call} onAnswer={(approved) => onAnswer(piece.call, approved)} />
  return (
    <details className="thought">
      <summary>{growing ? words.thinking : words.thought}</summary>
      <p>{piece.text}</p>
    </details>
  )
}

function CopyButton({ text }: { readonly text: string }) {
  const [word, setWord] = useState(words.copy)
  const copy = (): void => {
    navigator.clipboard.writeText(text).then(
      () => setWord(words.copied),
      () => setWord(words.copyFailed),
    )
    setTimeout(() => setWord(words.copy), 2_000)
  }
  return (
    <button type="button" className="small" onClick={copy}>
      {word}
    </button>
  )
}
