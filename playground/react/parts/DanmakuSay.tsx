import { type FormEvent, useState } from 'react'
import { MAX_TEXT, palette, places } from '../../shared/danmaku'
import type { Place } from '../../shared/danmakuLanes'
import { words } from '../../shared/words/danmaku'

interface DanmakuSayProps {
  readonly sending: number
  readonly onSay: (text: string, colour: number, place: Place) => void
}

export function DanmakuSay({ sending, onSay }: DanmakuSayProps) {
  const [text, setText] = useState('')
  const [colour, setColour] = useState(0)
  const [place, setPlace] = useState<Place>('roll')
  const submit = (event: FormEvent): void => {
    event.preventDefault()
    if (text.trim() === '') return
    onSay(text, colour, place)
    setText('')
  }
  return (
    <form className="composer say" onSubmit={submit}>
      <input
        aria-label={words.yours}
        placeholder={words.say}
        maxLength={MAX_TEXT}
        autoComplete="off"
        value={text}
        onChange={({ target }) => setText(target.value)}
      />
      <fieldset className="colours">
        <legend className="unseen">{words.colour}</legend>
        {palette.map(({ name, css }, index) => (
          <input
            key={name}
            type="radio"
            name="colour"
            aria-label={words[name]}
            title={words[name]}
            style={{ color: css }}
            checked={colour === index}
            onChange={() => setColour(index)}
          />
        ))}
      </fieldset>
      <select aria-label={words.place} value={place} onChange={({ target }) => setPlace(target.value as Place)}>
        {places.map((one) => (
          <option key={one} value={one}>
            {words[one]}
          </option>
        ))}
      </select>
      <button type="submit" className="primary" disabled={text.trim() === ''}>
        {words.send}
      </button>
      <span className="fate">{sending > 0 ? words.sending(sending) : ''}</span>
    </form>
  )
}
