import { words } from '../../shared/words/chat'

interface VersionsProps {
  readonly index: number
  readonly count: number
  readonly disabled: boolean
  readonly onStep: (step: 1 | -1) => void
}

/** Which version of a message is shown, where there are several. */
export function Versions({ index, count, disabled, onStep }: VersionsProps) {
  if (count < 2) return null
  return (
    <span className="versions" role="group" aria-label={words.versions}>
      <button
        type="button"
        className="small"
        aria-label={words.before}
        disabled={disabled || index === 0}
        onClick={() => onStep(-1)}
      >
        ‹
      </button>
      <span>
        {index + 1}/{count}
      </span>
      <button
        type="button"
        className="small"
        aria-label={words.after}
        disabled={disabled || index === count - 1}
        onClick={() => onStep(1)}
      >
        ›
      </button>
    </span>
  )
}
