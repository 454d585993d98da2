import { type Choice, choices } from '../../shared/transports'

interface TransportChooserProps {
  readonly choice: Choice
  readonly disabled?: boolean
  readonly onChoose: (choice: Choice) => void
}

export function TransportChooser({ choice, disabled = false, onChoose }: TransportChooserProps) {
  return (
    <label className="chooser" title={disabled ? 'Can be changed when the answer has ended' : undefined}>
      <span>Transport</span>
      <select
        aria-label="Transport"
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
