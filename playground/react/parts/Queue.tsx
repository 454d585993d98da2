import { type ChatMessage, textOf } from 'holdline/chat'
import { filesOf } from '../../shared/conversation'
import { words } from '../../shared/words/chat'
import { Files } from './Files'

interface QueueProps {
  readonly messages: readonly ChatMessage[]
  readonly onEdit: (id: string) => void
  readonly onDrop: (id: string) => void
}

export function Queue({ messages, onEdit, onDrop }: QueueProps) {
  return (
    <ol className="queue" aria-label={words.queue}>
      {messages.map((message) => (
        <li key={message.id} className="message user">
          {filesOf(message).length > 0 && <Files files={filesOf(message)} />}
          {textOf(message)}
          <span className="turn">
            <small>{words.waits}</small>
            <button type="button" className="small" onClick={() => onEdit(message.id)}>
              {words.editWaiting}
            </button>
            <button type="button" className="small" onClick={() => onDrop(message.id)}>
              {words.dropWaiting}
            </button>
          </span>
        </li>
      ))}
    </ol>
  )
}
