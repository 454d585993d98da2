import { useReadable } from 'holdline/react'
import { talks } from '../../shared/talks'
import { words } from '../../shared/words/chat'

interface TalkChooserProps {
  readonly id: string
  /** Without an id, a new one. */
  readonly onOpen: (id?: string) => void
}

export function TalkChooser({ id, onOpen }: TalkChooserProps) {
  const list = useReadable(talks)
  const isNew = list.every((talk) => talk.id !== id)
  return (
    <div className="talks">
      <label className="chooser">
        <select aria-label={words.region} value={id} onChange={({ target }) => onOpen(target.value)}>
          {isNew && <option value={id}>{words.newTalk}</option>}
          {list.map((talk) => (
            <option key={talk.id} value={talk.id}>
              {talk.title}
            </option>
          ))}
        </select>
      </label>
      <button type="button" aria-label={words.newTalk} title={words.newTalk} onClick={() => onOpen()}>
        {words.new}
      </button>
    </div>
  )
}
