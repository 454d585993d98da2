interface OptionChooserProps<Value extends string> {
  readonly label: string
  readonly value: Value
  readonly options: readonly { readonly value: Value; readonly label: string }[]
  readonly disabled?: boolean
  readonly onChoose: (value: Value) => void
}

export function OptionChooser<Value extends string>({
  label,
  value,
  options,
  disabled = false,
  onChoose,
}: OptionChooserProps<Value>) {
  return (
    <label className="chooser" title={label}>
      <select
        aria-label={label}
        value={value}
        disabled={disabled}
        onChange={({ target }) => onChoose(target.value as Value)}
      >
        {options.map((option) => (
          <option key={option.value} value={option.value}>
            {option.label}
          </option>
        ))}
      </select>
    </label>
  )
}
