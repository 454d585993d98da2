import type { ToolPart } from 'holdline/chat'
import { asksForWord, nameOf, outcomeOf, shownAs, stateOf } from '../../shared/tools'
import { toolWords as words } from '../../shared/words/chat'

interface ToolCardProps {
  readonly call: ToolPart
  readonly onAnswer: (approved: boolean) => void
}

/** A tool call, from the first letter of its input to what it has found. */
export function ToolCard({ call, onAnswer }: ToolCardProps) {
  const outcome = outcomeOf(call)
  const input = shownAs(call.input)
  return (
    <section className="call" aria-label={words.card} data-state={call.state}>
      <header>
        <code>{nameOf(call)}</code>
        <span className="far">{stateOf(call)}</span>
      </header>
      {input && (
        <pre className="value" aria-label={words.input}>
          {input}
        </pre>
      )}
      {asksForWord(call) && (
        <p className="word">
          <span>{words.may(nameOf(call))}</span>
          <button type="button" className="primary" onClick={() => onAnswer(true)}>
            {words.allow}
          </button>
          <button type="button" onClick={() => onAnswer(false)}>
            {words.deny}
          </button>
        </p>
      )}
      {outcome && (
        <details className="outcome" open={outcome.bad || outcome.text.length < 160}>
          <summary>{outcome.label}</summary>
          <pre className={outcome.bad ? 'value bad' : 'value'}>{outcome.text}</pre>
        </details>
      )}
    </section>
  )
}
