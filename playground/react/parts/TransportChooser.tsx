import { type Choice, choices as all } from '../../shared/transports'
import { transportWords } from '../../shared/words/shared'

interface TransportChooserProps {
  readonly choice: Choice
  /** @defaultValue all there are */
  readonly choices?: typeof all
  readonly disabled?: boolean
  readonly onChoose: (choice: Choice) => void
}

export function TransportChooser({ choice, choices = all, disabled = false, onChoose }: TransportChooserProps) {
  return (
    <label className="chooser" title={disabled ? transportWords.later : undefined}>
      <span>{transportWords.name}</span>
      <select
        aria-label={transportWords.name}
        value={choice}
        disabled={disabled}
        onChange={({ target }) => onChoose(target.value as Choice)}
      >
        {choices.map(({ value, label }) => (
          <option key={value} value={value}>
            {label}
          </option>
        ))}
      </select>
    </label>
  )
}
